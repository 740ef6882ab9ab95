"""Report what was deployed where, and let the adoption follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Select, String, Uuid, and_, bindparam, exists, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from registry.accounts import service as accounts
from registry.accounts.errors import OrganisationNotFoundError
from registry.accounts.models import Mandate, Organisation
from registry.accounts.service import Principal
from registry.adoption.errors import (
    AdoptionMovedError,
    AdoptionNotFoundError,
    AdoptionStatusNotOpenError,
    DeploymentInvalidError,
)
from registry.adoption.models import (
    NEXT,
    Adoption,
    AdoptionStatus,
    Deployment,
    DeploymentStatus,
    Environment,
    Visibility,
)
from registry.adoption.service import finding, keeping
from registry.authz.actor import Actor
from registry.authz.policy import Permission, can, require
from registry.catalogue import service as catalogue
from registry.catalogue.errors import ServiceNotFoundError
from registry.catalogue.models import Service
from registry.journal import service as journal
from registry.kit import clock, db, paging
from registry.kit.errors import Fault, text
from registry.kit.paging import Page, Place
from registry.releases.models import Release, ReleaseState

#: The reports that say, of production, what runs there or does so no more.
_TELLING = frozenset({DeploymentStatus.ROLLED_OUT, DeploymentStatus.ROLLED_BACK, DeploymentStatus.RETIRED})
#: How far a clock may be ahead of ours, and how far ahead one plans.
_AHEAD = timedelta(days=1)
_PLANNED_AHEAD = timedelta(days=3650)


def _moment(report: type[Deployment]) -> Any:
    return tuple_(report.occurred_at, report.reported_at)


def _is_one_place(one: type[Deployment], other: type[Deployment]) -> Any:
    return or_(one.url.is_(None), other.url.is_(None), one.url == other.url)


class _Running(NamedTuple):
    """The roll-out that runs in production."""

    id: UUID
    version: str
    occurred_at: datetime


def _running() -> Select[UUID, str, datetime]:
    """Select the newest roll-out of `adoption_id` to production that no later report has ended.

    A `retired` report ends the last roll-out of its version and every one before that, which it had replaced: to put
    away what was replaced itself ends nothing newer. Of a version that was never rolled out it ends all. A
    `rolled_back` one ends the roll-outs of its version. This holds where both name the same `url`; one without `url`
    speaks of the production environment as such.
    """
    end, its = aliased(Deployment), aliased(Deployment)
    begun = (
        exists()
        .where(
            its.adoption_id == end.adoption_id,
            its.environment == Environment.PRODUCTION,
            its.status == DeploymentStatus.ROLLED_OUT,
            its.version == end.version,
            _is_one_place(its, end),
            _moment(its) <= _moment(end),
        )
        .correlate_except(its)
    )
    ended = exists().where(
        end.adoption_id == Deployment.adoption_id,
        end.environment == Environment.PRODUCTION,
        or_(
            and_(
                end.status == DeploymentStatus.RETIRED,
                or_(~begun, begun.where(_moment(its) >= _moment(Deployment))),
            ),
            and_(end.status == DeploymentStatus.ROLLED_BACK, end.version == Deployment.version),
        ),
        _is_one_place(end, Deployment),
        _moment(end) >= _moment(Deployment),
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


class _Kept(NamedTuple):
    """What a report must know of its adoption, and the release that it names, if that is published."""

    id: UUID
    status: AdoptionStatus
    version: str | None
    visibility: Visibility
    release_id: UUID | None


def _kept() -> Select[UUID, AdoptionStatus, str | None, Visibility, UUID | None]:
    """Select the adoption by `service_id` and `organisation_id`, with its service's release called `version`."""
    published = and_(
        Release.service_id == Adoption.service_id,
        Release.version == bindparam("version", type_=String()),
        Release.state == ReleaseState.PUBLISHED,
    )
    return (
        select(Adoption.id, Adoption.status, Adoption.version, Adoption.visibility, Release.id)
        .outerjoin(Release, published)
        .where(
            Adoption.service_id == bindparam("service_id", type_=Uuid()),
            Adoption.organisation_id == bindparam("organisation_id", type_=Uuid()),
        )
    )


# Reports come often, and to put these together costs more than to run them.
_RUNNING = db.Lookup(_running())
_KEPT = db.Lookup(_kept())
_KEPT_AND_LOCKED = db.Lookup(_kept().with_for_update(of=Adoption, key_share=True))
_INSERT = db.Insertion(Deployment.id)
_STANDING = db.Lookup(
    select(Organisation.id, Mandate.provider_id, Adoption.status, *catalogue.GLIMPSED)
    .select_from(Service)
    .outerjoin(Organisation, Organisation.slug == bindparam("organisation", type_=String()))
    .outerjoin(Mandate, and_(Mandate.principal_id == Organisation.id, Mandate.provider_id == bindparam("provider")))
    .outerjoin(Adoption, and_(Adoption.service_id == Service.id, Adoption.organisation_id == Organisation.id))
    .where(Service.slug == bindparam("service"))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation that reports on a service, as it stands before anything is locked."""

    owner_id: UUID
    provider_id: UUID | None
    service_id: UUID
    status: AdoptionStatus | None


def standing(session: Session, actor: Actor, service: str, organisation: str) -> Standing:
    """Return how an organisation stands to a service; ServiceNotFoundError, OrganisationNotFoundError."""
    row = _STANDING.first(session, service=service, organisation=organisation, provider=actor.organisation_id)
    if row is None or not can(actor, Permission.SERVICE_READ, glimpsed := catalogue.Glimpse(*row[3:])):
        raise ServiceNotFoundError(service)
    if row[0] is None:
        raise OrganisationNotFoundError(organisation)
    return Standing(row[0], row[1], glimpsed.service_id, row[2])


def report(
    session: Session,
    actor: Actor,
    service_slug: str,
    organisation_slug: str,
    said: Mapping[str, Any],
    *,
    at: datetime | None = None,
    stood: Standing | None = None,
) -> Deployment:
    """Report a deployment; `at` is when it was reported, where that was not now.

    `stood` is the organisation's standing, where this transaction has looked it up already. What runs in production
    by the newest reports, in the order in which things occurred, becomes the adoption's version and makes it live;
    where nothing runs any more it is retired. Raises NotYoursError, AdoptionNotFoundError, DeploymentInvalidError,
    AdoptionStatusNotOpenError.
    """
    names = (service_slug, organisation_slug)
    at_first = stood or standing(session, actor, *names)
    # Services are locked before all else, everywhere; most reports change no status and lock no service.
    service = catalogue.find(session, actor, service_slug, lock=True) if _may_turn(said, at_first.status) else None
    principal = _still(session, actor, organisation_slug, at_first)
    require(actor, Permission.DEPLOYMENT_REPORT, principal)
    row = (_KEPT_AND_LOCKED if _is_telling(said) else _KEPT).first(
        session, service_id=at_first.service_id, organisation_id=principal.owner_id, version=said["version"]
    )
    if row is None:
        raise AdoptionNotFoundError(*names)
    kept = _Kept(*row)
    moment = at or clock.now()
    occurred_at = said.get("occurred_at") or moment
    _check(said, service_slug, occurred_at, kept.release_id)
    if _rolls_out(said) and kept.status is AdoptionStatus.DECLINED:
        raise AdoptionStatusNotOpenError(kept.status, AdoptionStatus.LIVE, NEXT[kept.status])
    reported = {
        "id": uuid4(),
        "adoption_id": kept.id,
        "release_id": kept.release_id,
        "declared_by": actor.organisation or organisation_slug,
        "occurred_at": occurred_at,
        "reported_at": moment,
        **_columns(said),
    }
    # Never altered, so it need not be the session's; its unit of work takes several times as long as the insert.
    _INSERT.add(session, **reported)
    deployment = Deployment(**reported)
    if _is_telling(said):
        _follow(session, actor, kept, deployment, service, names=names)
    _record(session, actor, kept, deployment, names=names)
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


def _still(session: Session, actor: Actor, organisation: str, at_first: Standing) -> Standing | Principal:
    """Return who reports; where that is by a mandate, it is locked so that it holds until the end."""
    if at_first.provider_id is None:
        return at_first
    return accounts.principal(session, actor, organisation, service_id=at_first.service_id, lock=True)


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
    kept: _Kept,
    deployment: Deployment,
    service: Service | None,
    *,
    names: tuple[str, str],
) -> None:
    """Bring the adoption in line with what runs in production, as it is known now."""
    row = _RUNNING.first(session, adoption_id=kept.id)
    running = row and _Running(*row)
    if not _is_news(kept, deployment, running):
        return
    adoption = session.get_one(Adoption, kept.id, populate_existing=True)
    before = keeping.facts(adoption)
    if running is None:
        adoption.ends()
    else:
        adoption.runs(running.version, running.occurred_at)
    after = keeping.facts(adoption)
    changed = sorted(name for name in after if after[name] != before[name])
    if "status" in changed and service is None:
        raise AdoptionMovedError(*names)
    adoption.updated_at = deployment.reported_at
    adoption.confirm(max(adoption.confirmed_at, deployment.reported_at))
    keeping.settle(session, adoption, service=names[0], organisation=names[1])
    keeping.note(session, actor, adoption, before, service=names[0], organisation=names[1], fields=changed)
    if "status" in changed and service is not None:
        keeping.count(session, service)


def _is_news(kept: _Kept, deployment: Deployment, running: _Running | None) -> bool:
    """Whether this report changes what the adoption says of production."""
    is_live = kept.status is AdoptionStatus.LIVE
    if running is None:
        return is_live and deployment.status is DeploymentStatus.RETIRED
    if is_live and kept.version == running.version:
        return False
    if deployment.status is DeploymentStatus.ROLLED_OUT:
        # One that came late, after newer ones, is history only.
        return running.id == deployment.id
    # What the adoption had in production is gone: it falls back to what else runs.
    return is_live and kept.version == deployment.version


def _record(session: Session, actor: Actor, kept: _Kept, deployment: Deployment, *, names: tuple[str, str]) -> None:
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
        public=kept.visibility is Visibility.PUBLIC,
    )
