"""Say that an organisation reuses a service, how far it is, and that this still holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.adoption.errors import (
    AdoptionInvalidError,
    AdoptionStatusNotOpenError,
    ServiceNotAdoptableError,
)
from registry.adoption.models import FIRST, Adoption, AdoptionStatus, Relation, Visibility
from registry.adoption.service import keeping
from registry.adoption.service.finding import kept
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service, ServiceStatus
from registry.kit import clock
from registry.kit.errors import Fault, text
from registry.releases.models import Release, ReleaseState


def declare(
    session: Session,
    actor: Actor,
    service_slug: str,
    organisation_slug: str,
    said: Mapping[str, Any],
    *,
    demo: bool = False,
    at: datetime | None = None,
) -> tuple[Adoption, bool]:
    """Say what an organisation does with a service; return the adoption, and whether it is a new one.

    What is left out keeps its value, and who says nothing new confirms what he said. `at` is when it was said, where
    that was not now. Raises NotYoursError, AdoptionInvalidError, ServiceNotAdoptableError,
    AdoptionStatusNotOpenError.
    """
    service = catalogue.find(session, actor, service_slug, lock=True)
    principal = accounts.principal(session, actor, organisation_slug, service_id=service.id, lock=True)
    require(actor, Permission.ADOPTION_DECLARE, principal)
    known = kept(session, service.id, principal.owner_id)
    values = _checked(session, actor, service, said, first=known is None)
    if not service.is_public:
        raise ServiceNotAdoptableError(service_slug)
    if known is None:
        service.keep_if_archived()
    moment = at or clock.now()
    adoption = known or _begun(service, principal.owner_id, values["status"], moment, demo=demo)
    before = keeping.facts(adoption) if known else {}
    changed = _take(adoption, values, moment)
    if known is None or changed:
        adoption.declared_by, adoption.declared_at = actor.organisation or organisation_slug, moment
        adoption.updated_at = moment
    adoption.confirm(moment)
    session.add(adoption)
    keeping.settle(session, adoption, service=service_slug, organisation=organisation_slug)
    keeping.note(session, actor, adoption, before, service=service_slug, organisation=organisation_slug, fields=changed)
    if before.get("status") != adoption.status or before.get("visibility") != adoption.visibility:
        keeping.count(session, service)
    return adoption, known is None


def _begun(service: Service, organisation_id: Any, status: AdoptionStatus, moment: datetime, *, demo: bool) -> Adoption:
    if status not in FIRST:
        raise AdoptionStatusNotOpenError(None, status, FIRST)
    return Adoption(
        service_id=service.id,
        organisation_id=organisation_id,
        status=status,
        relation=Relation.REUSE,
        visibility=Visibility.PUBLIC,
        demo=demo,
        created_at=moment,
        updated_at=moment,
        stored=b"",
        stored_etag="",
    )


def _take(adoption: Adoption, values: Mapping[str, Any], moment: datetime) -> list[str]:
    """Put the values in, and name those that are new."""
    changed = [name for name, value in values.items() if getattr(adoption, name) != value]
    adoption.turn(values.get("status", adoption.status), moment)
    for name in changed:
        setattr(adoption, name, values[name])
    if "version" in changed and adoption.status is AdoptionStatus.LIVE:
        adoption.since = moment
    return sorted(name.removesuffix("_id") for name in changed)


def _checked(
    session: Session, actor: Actor, service: Service, said: Mapping[str, Any], *, first: bool
) -> dict[str, Any]:
    """Return what is said by the names of the columns."""
    values = dict(said)
    faults = []
    if first and "status" not in said:
        faults.append(_fault("status", "Beim ersten Mal ist der Status nötig.", "The first time, a status is needed."))
    version = said.get("version")
    if version is not None and not _is_published(session, service, version):
        faults.append(
            _fault(
                "version",
                f"„{service.slug}“ hat keine veröffentlichte Version „{version}“.",
                f"“{service.slug}” has no published release “{version}”.",
            )
        )
    if "became" in values:
        slug = values.pop("became")
        values["became_id"] = slug and _other(session, actor, service, slug)
        if slug and values["became_id"] is None:
            faults.append(
                _fault(
                    "became",
                    f"Es gibt keinen anderen veröffentlichten Online-Dienst „{slug}“.",
                    f"There is no other published service “{slug}”.",
                )
            )
    if faults:
        raise AdoptionInvalidError(faults[0].detail, faults=faults)
    return values


def _is_published(session: Session, service: Service, version: str) -> bool:
    published = (Release.service_id == service.id, Release.version == version, Release.state == ReleaseState.PUBLISHED)
    return session.scalar(select(Release.id).where(*published)) is not None


def _other(session: Session, actor: Actor, service: Service, slug: str) -> Any:
    # Not a draft, even the actor's own: everybody reads the adoption, and would learn its name.
    its = (Service.slug == slug, Service.id != service.id, Service.status != ServiceStatus.DRAFT)
    return session.scalar(select(Service.id).where(*its, catalogue.visible_to(actor)))


def _fault(field: str, de: str, en: str) -> Fault:
    return Fault(f"#/{field}", text(de, en))
