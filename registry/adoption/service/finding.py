"""Find adoptions, one or many."""

from dataclasses import dataclass
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Bundle, Session

from registry.accounts import service as accounts
from registry.accounts.models import Organisation
from registry.adoption.errors import AdoptionNotFoundError
from registry.adoption.models import Adoption, AdoptionStatus, Relation, Visibility, completed
from registry.authz.actor import Actor
from registry.authz.policy import Permission, can, require
from registry.catalogue import service as catalogue
from registry.catalogue.models import ReuseModel, Service
from registry.kit import clock, paging
from registry.kit.paging import Page, Place
from registry.kit.rendering import Rendering

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which adoptions to list; all that is said must hold."""

    service: str | None = None
    organisation: str | None = None
    status: AdoptionStatus | None = None
    relation: Relation | None = None
    model: ReuseModel | None = None
    version: str | None = None
    stale: bool | None = None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Say in SQL which adoptions the actor may see: the policy's `adoption.read`."""
    # One who may read an adoption whatever it is, may read those that are for members alone.
    return true() if can(actor, Permission.ADOPTION_READ) else Adoption.visibility == Visibility.PUBLIC


def find(session: Session, actor: Actor, service: str, organisation: str, *, lock: bool = False) -> Adoption:
    """Return what an organisation says of its reuse of a service; what the actor may not see is not found.

    `lock` keeps others from changing it, and first of all its service, until the transaction ends.
    """
    if lock:
        catalogue.find(session, actor, service, lock=True)
    query = _one(select(Adoption), actor, service, organisation)
    found = session.scalar(query.with_for_update(of=Adoption, key_share=True) if lock else query)
    if found is None:
        raise _missing(session, actor, service, organisation)
    return found


def rendering(session: Session, actor: Actor, service: str, organisation: str) -> Rendering:
    """Return the representation of an adoption; one that the actor may not see is not found."""
    kept = select(Adoption.stored, Adoption.stored_etag, Adoption.expires_at)
    row = session.execute(_one(kept, actor, service, organisation)).first()
    if row is None:
        raise _missing(session, actor, service, organisation)
    return completed(Rendering(row[0], row[1]), row[2])


def declared(session: Session, actor: Actor, service: str, organisation: str) -> Adoption | None:
    """Return what there is, locked, for one who is about to declare it; None for nothing yet.

    Raises NotYoursError, so that a stranger learns nothing more.
    """
    entry = catalogue.find(session, actor, service, lock=True)
    principal = accounts.principal(session, actor, organisation, service_id=entry.id, lock=True)
    require(actor, Permission.ADOPTION_DECLARE, principal)
    return kept(session, entry.id, principal.owner_id)


def kept(session: Session, service_id: UUID, organisation_id: UUID) -> Adoption | None:
    """Return the adoption of a locked service by an organisation, locked; whether one may is asked before."""
    its = (Adoption.service_id == service_id, Adoption.organisation_id == organisation_id)
    return session.scalar(select(Adoption).where(*its).with_for_update(key_share=True))


def browse(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[bytes]:
    """List adoptions as their representations, the one that was declared last first."""
    order = (Adoption.created_at, Adoption.id)
    told: Bundle[Any] = Bundle("told", Adoption.stored, Adoption.stored_etag, Adoption.expires_at)
    query = select(told, *order).where(visible_to(actor), *filters(wanted))
    page = paging.read(session, query, order, after=after, limit=limit, descending=True)
    return page.map(lambda row: completed(Rendering(row[0], row[1]), row[2]).body)


def live(session: Session, actor: Actor) -> int:
    """Count where something is in use now."""
    query = select(func.count()).where(Adoption.status == AdoptionStatus.LIVE, visible_to(actor))
    return session.scalar(query) or 0


def of_service(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[bytes]:
    """List who reuses a service; ServiceNotFoundError for one that the actor may not see."""
    catalogue.find(session, actor, slug)
    return browse(session, actor, Wanted(service=slug), after=after, limit=limit)


def of_organisation(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[bytes]:
    """List what an organisation reuses; OrganisationNotFoundError for one that does not exist."""
    accounts.find(session, actor, slug)
    return browse(session, actor, Wanted(organisation=slug), after=after, limit=limit)


def _one(query: Select[*Columns], actor: Actor, service: str, organisation: str) -> Select[*Columns]:
    return (
        query.join(Service, Service.id == Adoption.service_id)
        .join(Organisation, Organisation.id == Adoption.organisation_id)
        .where(Service.slug == service, Organisation.slug == organisation)
        .where(catalogue.visible_to(actor), visible_to(actor))
    )


def _missing(session: Session, actor: Actor, service: str, organisation: str) -> AdoptionNotFoundError:
    # A service or organisation that is not there either is the better answer: these raise it.
    catalogue.find(session, actor, service)
    accounts.find(session, actor, organisation)
    return AdoptionNotFoundError(service, organisation)


def filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Say in SQL what is wanted."""
    said = [
        column == value
        for column, value in (
            (Adoption.status, wanted.status),
            (Adoption.relation, wanted.relation),
            (Adoption.model, wanted.model),
            (Adoption.version, wanted.version),
        )
        if value is not None
    ]
    if wanted.service is not None:
        said.append(Adoption.service_id == _id_of(Service, wanted.service))
    if wanted.organisation is not None:
        said.append(Adoption.organisation_id == _id_of(Organisation, wanted.organisation))
    if wanted.stale is not None:
        now = clock.now()
        said.append(Adoption.expires_at < now if wanted.stale else Adoption.expires_at >= now)
    return said


def _id_of(kind: type[Service] | type[Organisation], slug: str) -> ColumnElement[UUID]:
    return select(kind.id).where(kind.slug == slug).scalar_subquery()
