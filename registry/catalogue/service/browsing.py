"""Find services, one or many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from registry.accounts.models import Organisation
from registry.authz.actor import Actor, Scope
from registry.authz.policy import Permission, can, require
from registry.catalogue import licences as spdx
from registry.catalogue import search
from registry.catalogue.errors import ServiceNotFoundError, ServicesNotCoverableError
from registry.catalogue.marks import OPEN, Mark, of_organisation
from registry.catalogue.models import Service, ServiceStatus, Sort
from registry.catalogue.topics import TOPICS
from registry.kit import db, paging, walks
from registry.kit.errors import Fault, text
from registry.kit.paging import Page, Place, PlaceError
from registry.kit.rendering import Rendering

#: The scopes by which one acts on services of one's own alone.
OWN_SCOPES = frozenset({Scope.SERVICES_WRITE, Scope.RELEASES_PUBLISH})

#: Over which values the catalogue counts what it found.
FACETS = (Mark.TOPIC, Mark.LICENCE, Mark.STATE, Mark.PLATFORM, Mark.TRUST_LEVEL)

_ORDERS: dict[Sort, tuple[tuple[InstrumentedAttribute[Any], ...], bool]] = {
    Sort.UPDATED: ((Service.updated_at, Service.id), True),
    Sort.ADOPTIONS: ((Service.adopters, Service.id), True),
    Sort.NAME: ((Service.name_key, Service.id), False),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; all that is said must hold. `within` narrows the list to those that another slice names."""

    q: str | None = None
    topic: str | None = None
    licence: str | None = None
    state: str | None = None
    originator: str | None = None
    platform: str | None = None
    trust_level: str | None = None
    leika: str | None = None
    status: str | None = None
    kind: str | None = None
    within: Select[UUID] | None = None

    def marks(self) -> dict[str, list[str]]:
        """Return the marks that a service must bear."""
        said = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: [value] for name, value in said if value is not None and name not in {"q", "within"}}


@dataclass(frozen=True, slots=True)
class Found:
    """A page of services as their stored representations, and how all that was found spreads over the facets."""

    page: Page[bytes]
    facets: Mapping[str, Sequence[tuple[str, int]]]


_OPEN_TO_ALL = Service.status != ServiceStatus.DRAFT


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Say in SQL which services the actor may see: the policy's `service.read`."""
    if can(actor, Permission.ORGANISATION_CREATE):
        return true()
    if actor.organisation_id is None:
        return _OPEN_TO_ALL
    return or_(_OPEN_TO_ALL, Service.originator_id == actor.organisation_id)


def _audience(actor: Actor) -> list[str] | None:
    """Say the same to the search index; None: everything."""
    if can(actor, Permission.ORGANISATION_CREATE):
        return None
    return [OPEN, of_organisation(actor.organisation)] if actor.organisation else [OPEN]


_NAMED = select(Service).where(Service.slug == bindparam("slug"))
_NAMED_AND_LOCKED = _NAMED.with_for_update(key_share=True)


def find(session: Session, actor: Actor, slug: str, *, lock: bool = False) -> Service:
    """Return the service called `slug`; one the actor may not see is not found.

    `lock` keeps others from changing it until the transaction ends.
    """
    found = session.scalar(_NAMED_AND_LOCKED if lock else _NAMED, {"slug": slug})
    if found is None or not can(actor, Permission.SERVICE_READ, found):
        raise ServiceNotFoundError(slug)
    return found


_OUTLINED = _NAMED_AND_LOCKED.options(
    load_only(
        *(Service.slug, Service.status, Service.originator_id, Service.licence, Service.only_trusted_publishing),
        *(Service.latest_version, Service.latest_published_at, Service.updated_at, Service.adopters, Service.name_key),
    )
)


def find_outlined(session: Session, actor: Actor, slug: str) -> Service:
    """Return a service locked as by `find`, but loaded no further than a new release of it needs."""
    found = session.scalar(_OUTLINED, {"slug": slug})
    if found is None or not can(actor, Permission.SERVICE_READ, found):
        raise ServiceNotFoundError(slug)
    return found


class Glimpse(NamedTuple):
    """As much of a service as the policy asks for, and what a package must agree with."""

    service_id: UUID
    slug: str
    owner_id: UUID
    is_public: bool
    licence: str
    only_trusted_publishing: bool


#: What a glimpse is made of, for statements that look at more than the service.
GLIMPSED = (
    Service.id,
    Service.slug,
    Service.originator_id,
    _OPEN_TO_ALL,
    Service.licence,
    Service.only_trusted_publishing,
)
_GLIMPSE = db.Lookup(select(*GLIMPSED).where(Service.slug == bindparam("slug")))


def glimpse(session: Session, actor: Actor, slug: str) -> Glimpse:
    """Return what decides about a service, at a fraction of what the whole costs; else as `find`."""
    row = _GLIMPSE.first(session, slug=slug)
    found = row and Glimpse(*row)
    if not found or not can(actor, Permission.SERVICE_READ, found):
        raise ServiceNotFoundError(slug)
    return found


#: Nothing is asked as often as for what everybody may see.
_OPEN = db.Lookup(
    select(Service.body, Service.etag).where(Service.slug == bindparam("slug"), Service.status != ServiceStatus.DRAFT)
)
_BODIES = select(Service.id, Service.body).where(Service.id.in_(bindparam("ids", expanding=True)))


def rendering(session: Session, actor: Actor, slug: str) -> Rendering:
    """Return the stored representation of a service; one the actor may not see is not found."""
    row = _OPEN.first(session, slug=slug)
    if row is None:
        query = select(Service.body, Service.etag).where(Service.slug == slug, visible_to(actor))
        row = session.execute(query).first()
    if row is None:
        raise ServiceNotFoundError(slug)
    return Rendering(*row)


def covered(
    session: Session, actor: Actor, organisation: str, slugs: Collection[str], *, scopes: Collection[Scope]
) -> list[UUID]:
    """Return the ids of services to which a client of the organisation may be narrowed, in the order of their ids.

    These are its own, and for scopes by which one reuses also those of others that everybody may see. Raises
    ServicesNotCoverableError.
    """
    query = select(Service.slug, Service.id, Service.status, Organisation.slug)
    rows = session.execute(query.join(Service.originator).where(Service.slug.in_(slugs), visible_to(actor)))
    reuses = not OWN_SCOPES.issuperset(scopes)
    good = {
        slug: identifier
        for slug, identifier, status, originator in rows
        if originator == organisation or (reuses and status is not ServiceStatus.DRAFT)
    }
    faults = [
        Fault(
            f"#/services/{place}",
            text(
                f"Mit diesen Scopes kann „{organisation}“ an „{slug}“ nichts tun.",
                f"With these scopes “{organisation}” can do nothing with “{slug}”.",
            ),
        )
        for place, slug in enumerate(slugs)
        if slug not in good
    ]
    if faults:
        raise ServicesNotCoverableError(faults[0].detail, faults=faults)
    return sorted(good.values())


def slugs(session: Session, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the slugs of services that the actor may see, by their ids."""
    if not ids:
        return {}
    query = select(Service.id, Service.slug).where(Service.id.in_(ids), visible_to(actor))
    return dict(session.execute(query).all())


def names(session: Session, actor: Actor, slugs: Collection[str]) -> dict[str, dict[str, str]]:
    """Return what services that the actor may see are called, by their slugs."""
    if not slugs:
        return {}
    query = select(Service.slug, Service.name).where(Service.slug.in_(slugs), visible_to(actor))
    return dict(session.execute(query).all())


def contacts(session: Session, actor: Actor, slug: str) -> list[dict[str, Any]]:
    """Return all contacts of a service, also those that are not shown to everybody."""
    service = find(session, actor, slug)
    require(actor, Permission.CONTACTS_READ, service)
    return service.contacts


def browse(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    sort: Sort | None = None,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Found:
    """List services, the best match first where something is looked for and the newest change first otherwise."""
    sort = sort or (Sort.RELEVANCE if wanted.q else Sort.UPDATED)
    marks = wanted.marks()
    found = search.find(
        session,
        wanted.q or "",
        audience=_audience(actor),
        where=marks,
        within=wanted.within,
        facets=FACETS,
        limit=limit if sort is Sort.RELEVANCE else 0,
        after=_ranked(after) if sort is Sort.RELEVANCE and after else None,
    )
    if sort is Sort.RELEVANCE:
        bodies = dict(session.connection().execute(_BODIES, {"ids": found.services}).all())
        items = [bodies[identifier] for identifier in found.services if identifier in bodies]
        return Found(Page(items, found.total, found.next), found.facets)
    order, descending = _ORDERS[sort]
    query = select(Service.body, *order).where(visible_to(actor))
    if wanted.q or marks or wanted.within is not None:
        query = query.where(
            search.among(
                session, Service.id, wanted.q or "", audience=_audience(actor), where=marks, within=wanted.within
            )
        )
    page = walks.read(session, query, order, total=found.total, after=after, limit=limit, descending=descending)
    return Found(page, found.facets)


def _ranked(after: Place) -> tuple[int, int, int]:
    match after:
        case (int() as score, int() as number, int() as version):
            return score, number, version
    raise PlaceError


def originators() -> Select[UUID]:
    """Select the organisations that have services which everybody may see."""
    return select(Service.originator_id).where(Service.status != ServiceStatus.DRAFT)


def topics(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Tell the topic areas, with how many services everybody may see in each."""
    rows = session.execute(select(Service.topic, func.count()).where(visible_to(actor)).group_by(Service.topic))
    counted = dict(rows.all())
    return [{"label": topic, "services": counted.get(topic, 0)} for topic in TOPICS]


def licences(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Tell the licences that may be declared, with how many services everybody may see under each."""
    rows = session.execute(select(Service.licence, func.count()).where(visible_to(actor)).group_by(Service.licence))
    counted: dict[str, int] = {}
    for expression, number in rows:
        for identifier in spdx.identifiers(expression):
            counted[identifier] = counted.get(identifier, 0) + number
    return [{"id": key, **about, "services": counted.get(key, 0)} for key, about in spdx.known().items()]
