"""Trust pipelines to publish a service, without any secret that they would have to keep."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from registry.accounts import pipelines
from registry.accounts import service as accounts
from registry.accounts.assertions import Assertion
from registry.accounts.errors import GrantInvalidError, TargetInvalidError
from registry.accounts.models import Client, Organisation
from registry.accounts.pipelines import Pipeline
from registry.authz.actor import Actor, Scope
from registry.authz.policy import Permission, require
from registry.catalogue.errors import (
    IssuerNotTrustedError,
    PublisherExistsError,
    PublisherNotFoundError,
    TooManyPublishersError,
    TrustedPublishingOnlyError,
)
from registry.catalogue.models import Service, TrustedPublisher
from registry.catalogue.service.browsing import Glimpse, find
from registry.journal import service as journal
from registry.kit import clock, dsse, paging
from registry.kit.errors import Fault, text
from registry.kit.jwks import Issuers
from registry.kit.paging import Page, Place

#: How long a token lives that a pipeline is given, and all that it may be used for.
LIFETIME = timedelta(minutes=15)
SCOPES = (Scope.RELEASES_PUBLISH,)
#: How many pipelines a service may trust.
PUBLISHERS_MAX = 50


class Granted(NamedTuple):
    """A token that may publish one service."""

    token: str
    service: str


def publishers(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[TrustedPublisher]:
    """List the pipelines that a service trusts."""
    service = find(session, actor, slug)
    require(actor, Permission.PUBLISHERS_READ, service)
    order = (TrustedPublisher.created_at, TrustedPublisher.id)
    query = select(TrustedPublisher, *order).where(TrustedPublisher.service_id == service.id)
    return paging.read(session, query.options(joinedload(TrustedPublisher.service)), order, after=after, limit=limit)


def publisher(session: Session, actor: Actor, slug: str, identifier: UUID) -> TrustedPublisher:
    """Return one of the pipelines that a service trusts; PublisherNotFoundError."""
    service = find(session, actor, slug)
    require(actor, Permission.PUBLISHERS_READ, service)
    query = select(TrustedPublisher).where(TrustedPublisher.service_id == service.id, TrustedPublisher.id == identifier)
    whole = (joinedload(TrustedPublisher.service), joinedload(TrustedPublisher.client).joinedload(Client.organisation))
    found = session.scalar(query.options(*whole))
    if found is None:
        raise PublisherNotFoundError
    return found


def add_publisher(
    session: Session,
    actor: Actor,
    slug: str,
    issuers: Issuers,
    *,
    issuer: str,
    project: str,
    ref: str | None,
    protected: bool,
    environment: str | None,
    public_key: str | None,
) -> TrustedPublisher:
    """Trust a pipeline to publish the service.

    Raises IssuerNotTrustedError, PublisherExistsError, TooManyPublishersError, ScopeNotGrantableError.
    """
    service = find(session, actor, slug, lock=True)
    require(actor, Permission.PUBLISHER_ADD, service)
    if issuer not in issuers:
        said = text(
            f"Der Betrieb des Registers lässt „{issuer}“ nicht zu.",
            f"The registry's operator does not allow “{issuer}”.",
        )
        raise IssuerNotTrustedError(said, faults=[Fault("#/issuer", said)])
    _refuse_one_more(session, service, issuer, project, ref or "", environment or "")
    originator = session.get_one(Organisation, service.originator_id)
    client = accounts.create_without_secret(
        session, actor, originator.slug, name=f"{slug}: {project}"[:100], scopes=SCOPES, services=[service.id]
    )
    added = TrustedPublisher(
        service=service,
        client=client,
        issuer=issuer,
        project=project,
        ref=ref or "",
        protected=protected,
        environment=environment or "",
        public_key=None if public_key is None else dsse.write_key(dsse.read_key(public_key)),
    )
    session.add(added)
    session.flush()
    _note(session, actor, "publisher.added", added)
    return added


def _refuse_one_more(session: Session, service: Service, *names: str) -> None:
    its = select(TrustedPublisher).where(TrustedPublisher.service_id == service.id)
    known = session.scalars(its).all()
    if names in {(it.issuer, it.project, it.ref, it.environment) for it in known}:
        raise PublisherExistsError
    if len(known) >= PUBLISHERS_MAX:
        raise TooManyPublishersError(
            text(
                f"Ein Online-Dienst vertraut höchstens {PUBLISHERS_MAX} Pipelines.",
                f"A service trusts at most {PUBLISHERS_MAX} pipelines.",
            )
        )


def remove_publisher(session: Session, actor: Actor, slug: str, identifier: UUID) -> None:
    """Trust a pipeline no more; tokens that it holds end at once."""
    find(session, actor, slug, lock=True)
    gone = publisher(session, actor, slug, identifier)
    require(actor, Permission.PUBLISHER_REMOVE, gone)
    if gone.client.revoked_at is None:
        accounts.end_client(session, actor, gone.client.organisation.slug, gone.client.client_id)
    _note(session, actor, "publisher.removed", gone)
    session.delete(gone)


def _note(session: Session, actor: Actor, kind: str, it: TrustedPublisher) -> None:
    said = {"issuer": it.issuer, "project": it.project, "ref": it.ref, "environment": it.environment}
    slug = it.service.slug
    journal.record(session, actor, kind, subject=f"publisher:{slug}/{it.id}", service=slug, after=said)


def exchange(session: Session, assertion: Assertion, slug: str | None = None) -> Granted:
    """Give a pipeline a token for the one service that trusts it; `slug` says which, where several do.

    Raises GrantInvalidError, TargetInvalidError; what they say repeats nothing but the pipeline's own words.
    """
    pipeline = pipelines.read(assertion)
    trusting = _trusting(session, pipeline, slug)
    services = {it.service_id for it in trusting}
    if len(services) > 1:
        message = "Several services trust this pipeline; say by `resource` which one to publish."
        raise TargetInvalidError(message)
    chosen = trusting[0]
    if not accounts.use_once(session, assertion.mark, assertion.remember_until):
        message = "The ID token was used before; request a new one for each exchange."
        raise GrantInvalidError(message)
    chosen.ids = {**pipeline.ids, **(chosen.ids or {})}
    chosen.last_used_at = clock.now()
    build = pipeline.build_of(str(chosen.id))
    only = [chosen.service_id]
    token = accounts.issue(session, chosen.client, SCOPES, LIFETIME, services=only, build=build)
    return Granted(token, chosen.service.slug)


def _trusting(session: Session, pipeline: Pipeline, slug: str | None) -> list[TrustedPublisher]:
    """Return who trusts the pipeline, locked; those who name its ref outright before those who name many."""
    query = (
        select(TrustedPublisher)
        .join(TrustedPublisher.service)
        .where(TrustedPublisher.issuer == pipeline.issuer, TrustedPublisher.project == pipeline.project)
        .options(
            contains_eager(TrustedPublisher.service),
            joinedload(TrustedPublisher.client).joinedload(Client.organisation),
        )
        .order_by(TrustedPublisher.id)
        .with_for_update(of=TrustedPublisher)
    )
    if slug is not None:
        query = query.where(Service.slug == slug)
    fitting = [it for it in session.scalars(query) if it.fits(pipeline) and it.may_act]
    if not fitting:
        raise _untrusted(pipeline)
    same = [it for it in fitting if (it.ids or {}).items() <= pipeline.ids.items()]
    if not same:
        message = (
            "The project is not the one that published first: it has the same name, and other identifiers. "
            "If it is to be trusted, remove the trusted publisher and add it anew."
        )
        raise GrantInvalidError(message)
    return sorted(same, key=lambda it: (it.ref.endswith("*"), -len(it.ref), not it.environment))


def _untrusted(pipeline: Pipeline) -> GrantInvalidError:
    if pipeline.is_proposal:
        return GrantInvalidError("A pipeline that was begun by a proposed change is never trusted.")
    return GrantInvalidError(
        "No trusted publisher fits this pipeline:",
        project=pipeline.project,
        ref=pipeline.ref,
        ref_protected=str(pipeline.is_protected).lower(),
        environment=pipeline.environment,
    )


def refuse_untrusted(actor: Actor, service: Service | Glimpse, *, is_built: bool = False) -> None:
    """Refuse to publish by other means where the service is published by its trusted pipelines alone.

    `is_built` says that a trusted pipeline made what is published. Raises TrustedPublishingOnlyError.
    """
    require(actor, Permission.RELEASE_PUBLISH, service)
    if service.only_trusted_publishing and actor.build is None and not is_built:
        raise TrustedPublishingOnlyError(service.slug)
