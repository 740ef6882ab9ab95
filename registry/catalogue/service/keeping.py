"""Keep what is derived from a service true: its stored representation, and what the search knows of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from registry.accounts.models import Organisation
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue import licences, representation, search
from registry.catalogue.marks import OPEN, Mark, of_organisation
from registry.catalogue.models import Service, ServiceStatus
from registry.catalogue.search import Field
from registry.journal import service as journal
from registry.kit import clock, db, walks
from registry.kit.rendering import render

_WHOLE = (
    select(Service)
    .where(Service.id == bindparam("id"))
    .options(joinedload(Service.originator), joinedload(Service.is_based_on), joinedload(Service.successor))
    .execution_options(populate_existing=True)
)

_BODY = db.Lookup(select(Service.body).where(Service.id == bindparam("id")))
#: By what lists of services are ordered.
_ORDERED = (Service.updated_at, Service.adopters, Service.name_key)


def settle(session: Session, service: Service, *, indexed: bool = True) -> None:
    """Store the representation anew, and index the service again where words or marks of it may have changed."""
    walks.note(session, service, *_ORDERED)
    session.flush()
    loaded = session.scalars(_WHOLE, {"id": service.id}).one()
    _render(session, loaded)
    if indexed:
        search.index(session, loaded.id, words(loaded), marks(loaded))


def _render(session: Session, service: Service) -> None:
    service.body, service.etag = render(representation.service(service))
    session.flush()


def words(it: Service) -> dict[Field, list[str]]:
    """Say by what words a service is found."""
    return {
        Field.NAME: [*it.name.values(), it.slug],
        Field.KEYWORDS: it.keywords,
        Field.KEYS: [*it.leika, *([it.ozg_id] if it.ozg_id else [])],
        Field.SUMMARY: [*it.summary.values()],
        Field.TOPIC: [it.topic],
        Field.ORIGINATOR: [it.originator.name],
        Field.DESCRIPTION: [*(it.description or {}).values()],
    }


def marks(it: Service) -> dict[str, list[str]]:
    """Say by what a service is filtered and counted, and who may see it."""
    said: dict[str, list[str | None]] = {
        Mark.AUDIENCE: [OPEN if it.is_public else of_organisation(it.originator.slug)],
        Mark.TOPIC: [it.topic],
        Mark.LICENCE: [*licences.identifiers(it.licence)],
        Mark.STATE: [it.originator.state],
        Mark.ORIGINATOR: [it.originator.slug],
        Mark.PLATFORM: [*it.platforms],
        Mark.TRUST_LEVEL: [it.trust_level],
        Mark.LEIKA: [*it.leika],
        Mark.STATUS: [it.status],
        Mark.KIND: [it.kind],
    }
    return {mark: [value for value in values if value is not None] for mark, values in said.items()}


def note_latest(
    session: Session, actor: Actor, service: Service, *, version: str | None, published_at: datetime | None
) -> None:
    """Take note of the service's latest release; the first one opens a draft to all."""
    require(actor, Permission.RELEASE_PUBLISH, service)
    now = clock.now()
    if service.status is not ServiceStatus.DRAFT:
        # All else of the service stays as it was told before, so that it need not be loaded and told as a whole.
        walks.note_place(session, service, *_ORDERED)
        (before,) = _BODY.first(session, id=service.id) or (service.body,)
        told = representation.with_latest(before, version=version, published_at=published_at, updated_at=now)
        noted = {"latest_version": version, "latest_published_at": published_at, "updated_at": now}
        db.write(session, service, **noted, **render(told)._asdict())
        return
    service.status, service.updated_at = ServiceStatus.ACTIVE, now
    service.latest_version, service.latest_published_at = version, published_at
    settle(session, service)
    journal.record(
        session,
        actor,
        "service.published",
        subject=f"service:{service.slug}",
        service=service.slug,
        data={"service": service.slug},
        public=True,
    )


def note_adoptions(session: Session, service: Service, counts: Mapping[str, int], adopters: int) -> None:
    """Take note of how many organisations reuse a service, by status, and how many of them do so now."""
    service.adoption_counts, service.adopters = dict(counts), adopters
    settle(session, service, indexed=False)


def originator_changed(session: Session, organisation: Organisation) -> None:
    """Bring an organisation's services up to date with its name and state."""
    for service in session.scalars(select(Service).where(Service.originator_id == organisation.id)).all():
        settle(session, service)
