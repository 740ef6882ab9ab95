"""Report what was deployed where, and let the adoption follow."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, Uuid, and_, bindparam, exists, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from registry.accounts import service as accounts
from registry.accounts.models import Organisation
from registry.adoption.errors import (
    AdoptionMovedError,
    AdoptionNotFoundError,
    AdoptionStatusNotOpenError,
    DeploymentInvalidError,
)
from registry.adoption.models import NEXT, Adoption, AdoptionStatus, Deployment, DeploymentStatus, Environment
from registry.adoption.service import finding, keeping
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue import service as catalogue
from registry.catalogue.errors import ServiceNotFoundError
from registry.catalogue.models import Service
from registry.journal import service as journal
from registry.kit import clock, paging
from registry.kit.errors import Fault, text
from registry.kit.paging import Page, Place
from registry.releases.models import Release, ReleaseState

#: The reports that say, of production, what runs there or does so no more.
_TELLING = frozenset({DeploymentStatus.ROLLED_OUT, DeploymentStatus.ROLLED_BACK, DeploymentStatus.RETIRED})
#: How far a clock may be ahead of ours, and how far ahead one plans.
_AHEAD = timedelta(days=1)
_PLANNED_AHEAD = timedelta(days=3650)


def _running() -> Select[UUID, str, datetime]:
    """Select the newest roll-out of `adoption_id` to production that no later report has ended.

    A `retired` report ends every roll-out before it, a `rolled_back` one those of its version, where both name the
    same `url`; one without `url` speaks of the production environment as such.
    """
    end = aliased(Deployment)
    ended = exists().where(
        end.adoption_id == Deployment.adoption_id,
        end.environment == Environment.PRODUCTION,
        or_(
            end.status == DeploymentStatus.RETIRED,
            and_(end.status == DeploymentStatus.ROLLED_BACK, end.version == Deployment.version),
        ),
        or_(end.url.is_(None), Deployment.url.is_(None), end.url == Deployment.url),
        tuple_(end.occurred_at, end.reported_at) >= tuple_(Deployment.occurred_at, Deployment.reported_at),
    )
    return (
        select(Deployment.id, Deployment.version, Deployment.occurred_at)
        .where(
            Deployment.adoption_id == bindparam("adoption_id", type_=Uuid()),
            Deployment.environment == Environment.PRODUCTION,
            Deployment.status == DeploymentStatus.ROLLED_OUT,
            ~ended,
        )
        .order_by(Deployment.occurred_at.desc(), Deployment.reported_at.desc(), Deployment.id.desc())
        .limit(1)
    )


def _adoption_and_release() -> Select[Adoption, UUID | None]:
    """Select the adoption by `service_id` and `organisation_id`, with its service's release called `version`."""
    published = and_(
        Release.service_id == Adoption.service_id,
        Release.version == bindparam("version", type_=String()),
        Release.state == ReleaseState.PUBLISHED,
    )
    return (
        select(Adoption, Release.id)
        .outerjoin(Release, published)
        .where(
            Adoption.service_id == bindparam("service_id", type_=Uuid()),
            Adoption.organisation_id == bindparam("organisation_id", type_=Uuid()),
        )
        .execution_options(populate_existing=True)
    )


# Reports come often, and to put these together costs more than to run them.
_RUNNING = _running()
_ADOPTION_AND_RELEASE = _adoption_and_release()
_ADOPTION_LOCKED_AND_RELEASE = _ADOPTION_AND_RELEASE.with_for_update(of=Adoption, key_share=True)
_GLANCE = (
    select(Service.id, Adoption.status)
    .select_from(Service)
    .outerjoin(Organisation, Organisation.slug == bindparam("organisation", type_=String()))
    .outerjoin(Adoption, and_(Adoption.service_id == Service.id, Adoption.organisation_id == Organisation.id))
)


def report(
    session: Session,
    actor: Actor,
    service_slug: str,
    organisation_slug: str,
    said: Mapping[str, Any],
    *,
    at: datetime | None = None,
) -> Deployment:
    """Report a deployment; `at` is when it was reported, where that was not now.

    What runs in production by the newest reports, in the order in which things occurred, becomes the adoption's
    version and makes it live; where nothing runs any more it is retired. Raises NotYoursError,
    AdoptionNotFoundError, DeploymentInvalidError, AdoptionStatusNotOpenError.
    """
    service_id, status = _glance(session, actor, service_slug, organisation_slug)
    # Services are locked before all else, everywhere; most reports change no status and lock no service.
    service = catalogue.find(session, actor, service_slug, lock=True) if _may_turn(said, status) else None
    principal = accounts.principal(session, actor, organisation_slug, service_id=service_id, lock=True)
    require(actor, Permission.DEPLOYMENT_REPORT, principal)
    row = session.execute(
        _ADOPTION_LOCKED_AND_RELEASE if _is_telling(said) else _ADOPTION_AND_RELEASE,
        {"service_id": service_id, "organisation_id": principal.owner_id, "version": said["version"]},
    ).first()
    if row is None:
        raise AdoptionNotFoundError(service_slug, organisation_slug)
    adoption, release_id = row
    moment = at or clock.now()
    occurred_at = said.get("occurred_at") or moment
    _check(said, service_slug, occurred_at, release_id)
    if _rolls_out(said) and adoption.status is AdoptionStatus.DECLINED:
        raise AdoptionStatusNotOpenError(adoption.status, AdoptionStatus.LIVE, NEXT[adoption.status])
    deployment = Deployment(
        adoption_id=adoption.id,
        release_id=release_id,
        declared_by=actor.organisation or organisation_slug,
        occurred_at=occurred_at,
        reported_at=moment,
        **_columns(said),
    )
    session.add(deployment)
    session.flush()
    if _is_telling(said):
        _follow(session, actor, adoption, deployment, service, names=(service_slug, organisation_slug))
    _record(session, actor, adoption, deployment, names=(service_slug, organisation_slug))
    return deployment


def deployments(
    session: Session,
    actor: Actor,
    service: str,
    organisation: str,
    *,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[Deployment]:
    """List what was reported of an adoption, what occurred last first; AdoptionNotFoundError as `find` says."""
    adoption = finding.find(session, actor, service, organisation)
    order = (Deployment.occurred_at, Deployment.reported_at, Deployment.id)
    query = select(Deployment, *order).where(Deployment.adoption_id == adoption.id)
    return paging.read(session, query, order, after=after, limit=limit, descending=True)


def _glance(session: Session, actor: Actor, service: str, organisation: str) -> tuple[UUID, AdoptionStatus | None]:
    """Return the service's id and the adoption's status as they are before anything is locked."""
    its = (Service.slug == service, catalogue.visible_to(actor))
    row = session.execute(_GLANCE.where(*its), {"organisation": organisation}).first()
    if row is None:
        raise ServiceNotFoundError(service)
    return row[0], row[1]


def _is_telling(said: Mapping[str, Any]) -> bool:
    return said["environment"] is Environment.PRODUCTION and said["status"] in _TELLING


def _rolls_out(said: Mapping[str, Any]) -> bool:
    return _is_telling(said) and said["status"] is DeploymentStatus.ROLLED_OUT


def _may_turn(said: Mapping[str, Any], status: AdoptionStatus | None) -> bool:
    """Whether a report may change the status that the adoption has."""
    if not _is_telling(said) or said["status"] is DeploymentStatus.ROLLED_BACK:
        return False
    return _rolls_out(said) != (status is AdoptionStatus.LIVE)


def _check(said: Mapping[str, Any], service: str, occurred_at: datetime, release_id: UUID | None) -> None:
    faults = []
    if release_id is None:
        detail = text(
            f"„{service}“ hat keine veröffentlichte Version „{said['version']}“.",
            f"“{service}” has no published release “{said['version']}”.",
        )
        faults.append(Fault("#/version", detail))
    ahead = _PLANNED_AHEAD if said["status"] is DeploymentStatus.PLANNED else _AHEAD
    if occurred_at > clock.now() + ahead:
        faults.append(Fault("#/occurred_at", text("Das liegt in der Zukunft.", "This lies in the future.")))
    if faults:
        raise DeploymentInvalidError(faults[0].detail, faults=faults)


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    maturity, usage = said.get("maturity") or {}, said.get("usage") or {}
    return {
        **{name: said.get(name) for name in ("version", "environment", "status", "url", "note")},
        "maturity_model": maturity.get("model"),
        "maturity_level": maturity.get("level"),
        "applications": usage.get("applications"),
        "period": usage.get("period"),
    }


def _follow(
    session: Session,
    actor: Actor,
    adoption: Adoption,
    deployment: Deployment,
    service: Service | None,
    *,
    names: tuple[str, str],
) -> None:
    """Bring the adoption in line with what runs in production, as it is known now."""
    before = keeping.facts(adoption)
    running = session.execute(_RUNNING, {"adoption_id": adoption.id}).first()
    if deployment.status is DeploymentStatus.ROLLED_OUT:
        # One that came late, after newer ones, is history only.
        if running is not None and running.id == deployment.id:
            adoption.runs(deployment.version, deployment.occurred_at)
    elif adoption.status is AdoptionStatus.LIVE:
        _step_back(adoption, deployment, running)
    after = keeping.facts(adoption)
    changed = sorted(name for name in after if after[name] != before[name])
    if not changed:
        return
    if "status" in changed and service is None:
        raise AdoptionMovedError(*names)
    adoption.updated_at = deployment.reported_at
    adoption.confirm(max(adoption.confirmed_at, deployment.reported_at))
    keeping.settle(session, adoption, service=names[0], organisation=names[1])
    keeping.note(session, actor, adoption, before, service=names[0], organisation=names[1], fields=changed)
    if "status" in changed and service is not None:
        keeping.count(session, service)


def _step_back(adoption: Adoption, deployment: Deployment, running: Any) -> None:
    """Fall back to what else runs, once what the adoption had in production was rolled back or retired."""
    if running is not None and adoption.version == deployment.version:
        adoption.runs(running.version, running.occurred_at)
    if running is None and deployment.status is DeploymentStatus.RETIRED:
        adoption.ends()


def _record(
    session: Session, actor: Actor, adoption: Adoption, deployment: Deployment, *, names: tuple[str, str]
) -> None:
    service, organisation = names
    facts = {"version": deployment.version, "environment": deployment.environment, "status": deployment.status}
    journal.record(
        session,
        actor,
        "deployment.reported",
        subject=f"deployment:{deployment.id}",
        organisation=organisation,
        service=service,
        data={"service": service, "organisation": organisation, **facts},
        after=facts,
        public=adoption.is_public,
    )
