"""What the adopters of services run, how far that is behind, and where they are on the map."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Bundle, InstrumentedAttribute, Session, aliased

from registry.accounts.models import Organisation
from registry.adoption.models import CURRENT, Adoption, AdoptionStatus, completed, is_stale
from registry.adoption.service.finding import Wanted, filters, visible_to
from registry.authz.actor import Actor
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.kit import paging
from registry.kit.clock import stamp
from registry.kit.paging import Page, Place
from registry.kit.rendering import Rendering
from registry.releases.models import Release, ReleaseState

#: How many organisations get a dot on a map, the largest; beyond that the shades of the states must tell.
DOTS = 1_000

_RUNS = and_(Release.service_id == Adoption.service_id, Release.version == Adoption.version)


def _behind() -> Any:
    """Count the stable releases that are newer than this one, and not yanked."""
    newer = aliased(Release)
    return (
        select(func.count(newer.id))
        .where(
            newer.service_id == Release.service_id,
            newer.state == ReleaseState.PUBLISHED,
            newer.is_prerelease.is_(False),
            newer.yanked_at.is_(None),
            newer.precedence > Release.precedence,
        )
        .correlate(Release)
        .scalar_subquery()
    )


def _read(
    session: Session,
    actor: Actor,
    wanted: Sequence[ColumnElement[bool]],
    order: Sequence[InstrumentedAttribute[Any]],
    *,
    after: Place | None,
    limit: int,
) -> Page[Any]:
    """Read adoptions with what they join."""
    told: Bundle[Any] = Bundle(
        "told",
        Service.slug.label("service"),
        Service.name.label("service_name"),
        Service.latest_version.label("latest"),
        Organisation.slug.label("organisation"),
        Organisation.name.label("organisation_name"),
        Organisation.state,
        Adoption.status,
        Adoption.version,
        Adoption.since,
        Adoption.visibility,
        Adoption.declared_by,
        Adoption.expires_at,
        Adoption.demo,
        Adoption.stored_etag,
        Release.yanked_at,
        Release.deprecated,
        _behind().label("behind"),
    )
    query = (
        select(told, *order)
        .select_from(Adoption)
        .join(Service, Service.id == Adoption.service_id)
        .join(Organisation, Organisation.id == Adoption.organisation_id)
        .outerjoin(Release, _RUNS)
        .where(visible_to(actor), *wanted)
    )
    return paging.read(session, query, order, after=after, limit=limit)


def fleet(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[dict[str, Any]]:
    """List where a service is live, by organisation: which version runs there, and how many newer ones there are.

    Only stable releases that are not yanked count as newer.
    """
    service = catalogue.find(session, actor, slug)
    live = (Adoption.service_id == service.id, Adoption.status == AdoptionStatus.LIVE)
    page = _read(session, actor, live, (Organisation.slug,), after=after, limit=limit)
    return page.map(_entry)


def _entry(row: Any) -> dict[str, Any]:
    return {
        "organisation": row.organisation,
        "status": row.status,
        "version": row.version,
        "since": stamp(row.since) if row.since else None,
        "behind": row.behind if row.version else None,
        "latest": row.latest,
        "yanked": row.yanked_at is not None,
        "deprecated": row.deprecated is not None,
        "advisory": False,
        "stale": is_stale(row.expires_at),
        "demo": row.demo,
    }


def overview(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    overdue: bool = False,
    ending: datetime | None = None,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[dict[str, Any]]:
    """List adoptions as `fleet` does, with what people call things: of a service by organisation, else by service.

    `overdue` narrows the list to those who should upgrade, `ending` to those in use whose word ends before then.
    """
    order = (Organisation.name_key, Adoption.id) if wanted.service else (Service.name_key, Adoption.id)
    conditions = filters(wanted)
    if overdue:
        reasons = (Release.yanked_at.is_not(None), Release.deprecated.is_not(None), _behind() > 0)
        conditions += [Adoption.status.in_(CURRENT), or_(*reasons)]
    if ending is not None:
        conditions += [Adoption.status.in_(CURRENT), Adoption.expires_at < ending]
    return _read(session, actor, conditions, order, after=after, limit=limit).map(_named_entry)


def _named_entry(row: Any) -> dict[str, Any]:
    more = ("service", "service_name", "organisation_name", "state", "visibility", "declared_by")
    tag = completed(Rendering(b"{}", row.stored_etag), row.expires_at).etag
    told = {name: getattr(row, name) for name in more}
    return _entry(row) | told | {"expires_at": stamp(row.expires_at), "etag": tag}


def versions(session: Session, actor: Actor, services: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Count where services are live, by version, the highest first; by the slugs of the services."""
    live = (
        select(Adoption.service_id, Adoption.version, func.count().label("adopters"))
        .where(Adoption.status == AdoptionStatus.LIVE, visible_to(actor))
        .group_by(Adoption.service_id, Adoption.version)
        .subquery()
    )
    its = and_(Release.service_id == live.c.service_id, Release.version == live.c.version)
    query = (
        select(Service.slug, live.c.version, live.c.adopters, Release.yanked_at, Release.deprecated, _behind())
        .select_from(live)
        .join(Service, Service.id == live.c.service_id)
        .outerjoin(Release, its)
        .where(Service.slug.in_(services), catalogue.visible_to(actor))
        .order_by(live.c.version.is_(None), Release.precedence.desc())
    )
    found: dict[str, list[dict[str, Any]]] = {slug: [] for slug in services}
    for slug, version, adopters, yanked_at, deprecated, behind in session.execute(query):
        told = {"version": version, "adopters": adopters, "behind": behind if version else None}
        found[slug].append(told | {"yanked": yanked_at is not None, "deprecated": deprecated is not None})
    return found


@dataclass(frozen=True, slots=True)
class Dot:
    """An organisation on the map; `live` says that something runs there, not only that it is on the way."""

    slug: str
    name: str
    lat: float
    lon: float
    live: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Where those are who reuse something: how many in each state, and the places of those who gave one."""

    states: dict[str, int]
    dots: list[Dot]


def spread(session: Session, actor: Actor, wanted: Wanted | None = None, *, dots: int = DOTS) -> Spread:
    """Tell where the organisations are that reuse what is wanted, or anything, or are on the way to it."""
    its = (Adoption.status.in_(CURRENT), visible_to(actor), *filters(wanted or Wanted()))
    adopters = select(Organisation).join(Adoption, Adoption.organisation_id == Organisation.id).where(*its)
    states = adopters.where(Organisation.state.is_not(None)).with_only_columns(
        Organisation.state, func.count(Organisation.id.distinct())
    )
    live = func.max(case((Adoption.status == AdoptionStatus.LIVE, 1), else_=0))
    place = (Organisation.slug, Organisation.name, Organisation.lat, Organisation.lon)
    places = adopters.where(Organisation.lat.is_not(None)).with_only_columns(*place, live)
    places = places.group_by(*place, Organisation.population)
    largest = places.order_by(Organisation.population.desc().nulls_last(), Organisation.slug).limit(dots)
    counted = session.execute(states.group_by(Organisation.state)).all()
    found = session.execute(largest).all()
    return Spread(
        {str(state): number for state, number in counted},
        [Dot(slug, name, lat, lon, bool(runs)) for slug, name, lat, lon, runs in found],
    )


@dataclass(frozen=True, slots=True)
class Affected:
    """An organisation that says it runs a release, or is on the way to it."""

    organisation: str
    name: str
    status: AdoptionStatus


@dataclass(frozen=True, slots=True)
class Impact:
    """Whom a release concerns: how many, how many of them run it, and some of them, those who run it first."""

    total: int
    live: int
    shown: list[Affected]


def affected(session: Session, actor: Actor, slug: str, version: str, *, limit: int) -> Impact:
    """Tell whom a release concerns; of the organisations at most `limit` by name."""
    service = catalogue.find(session, actor, slug)
    its = (Adoption.service_id == service.id, Adoption.version == version, Adoption.status.in_(CURRENT))
    counted = select(Adoption.status, func.count()).where(*its, visible_to(actor)).group_by(Adoption.status)
    numbers: dict[AdoptionStatus, int] = dict(session.execute(counted).all())
    rows = session.execute(
        select(Organisation.slug, Organisation.name, Adoption.status)
        .join(Adoption, Adoption.organisation_id == Organisation.id)
        .where(*its, visible_to(actor))
        .order_by(Adoption.status != AdoptionStatus.LIVE, Organisation.name, Organisation.slug)
        .limit(limit)
    )
    return Impact(sum(numbers.values()), numbers.get(AdoptionStatus.LIVE, 0), [Affected(*row) for row in rows])
