"""What the adopters of a service run, and how far that is behind; and which services are reused by whom, how well."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Bundle, Session, aliased

from registry.accounts.models import Organisation
from registry.adoption.models import (
    CURRENT,
    Adoption,
    AdoptionStatus,
    Deployment,
    Environment,
    Visibility,
    is_stale,
)
from registry.adoption.service.finding import visible_to
from registry.authz.actor import Actor
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.kit import paging
from registry.kit.clock import stamp
from registry.kit.paging import Page, Place
from registry.releases.models import Release, ReleaseState


def fleet(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[dict[str, Any]]:
    """List where a service is live, by organisation: which version runs there, and how many newer ones there are.

    Only stable releases that are not yanked count as newer.
    """
    service = catalogue.find(session, actor, slug)
    newer = aliased(Release)
    behind = (
        select(func.count(newer.id))
        .where(
            newer.service_id == Adoption.service_id,
            newer.state == ReleaseState.PUBLISHED,
            newer.is_prerelease.is_(False),
            newer.yanked_at.is_(None),
            newer.precedence > Release.precedence,
        )
        .correlate(Adoption, Release)
        .scalar_subquery()
        .label("behind")
    )
    its = and_(Release.service_id == Adoption.service_id, Release.version == Adoption.version)
    running: Bundle[Any] = Bundle(
        "running",
        Organisation.slug,
        Adoption.status,
        Adoption.version,
        Adoption.since,
        Adoption.expires_at,
        Adoption.demo,
        Release.yanked_at,
        Release.deprecated,
        behind,
    )
    query = (
        select(running, Organisation.slug)
        .select_from(Adoption)
        .join(Organisation, Organisation.id == Adoption.organisation_id)
        .outerjoin(Release, its)
        .where(Adoption.service_id == service.id, Adoption.status == AdoptionStatus.LIVE, visible_to(actor))
    )
    page = paging.read(session, query, (Organisation.slug,), after=after, limit=limit)
    return page.map(lambda row: _entry(row, service.latest_version))


def _entry(row: Any, latest: str | None) -> dict[str, Any]:
    return {
        "organisation": row.slug,
        "status": row.status,
        "version": row.version,
        "since": stamp(row.since) if row.since else None,
        "behind": row.behind if row.version else None,
        "latest": latest,
        "yanked": row.yanked_at is not None,
        "deprecated": row.deprecated is not None,
        "advisory": False,
        "stale": is_stale(row.expires_at),
        "demo": row.demo,
    }


#: What everybody may know of those who reuse a service now, or are on the way to it.
_OPEN = (Adoption.visibility == Visibility.PUBLIC, Adoption.status.in_(CURRENT))


def adopters(service: str | None = None) -> Select[UUID]:
    """Select the organisations that everybody may know to reuse this service, or any."""
    query = select(Adoption.organisation_id).where(*_OPEN)
    if service is None:
        return query
    return query.join(Service, Service.id == Adoption.service_id).where(Service.slug == service)


def adopted_by(organisation: str) -> Select[UUID]:
    """Select the services that everybody may know this organisation to reuse."""
    of = Organisation.id == Adoption.organisation_id
    return select(Adoption.service_id).join(Organisation, of).where(*_OPEN, Organisation.slug == organisation)


def mature(model: str, level: int) -> Select[UUID]:
    """Select the services that reach a level of a maturity model somewhere.

    What counts is the newest rating of production in each municipality where the service is live for all to see; a
    rating by another version of the model says nothing of this one.
    """
    later = aliased(Deployment)
    superseded = exists().where(
        later.adoption_id == Deployment.adoption_id,
        later.environment == Environment.PRODUCTION,
        later.maturity_model.is_not(None),
        later.occurred_at > Deployment.occurred_at,
    )
    return (
        select(Adoption.service_id)
        .join(Deployment, Deployment.adoption_id == Adoption.id)
        .where(
            Adoption.visibility == Visibility.PUBLIC,
            Adoption.status == AdoptionStatus.LIVE,
            Deployment.environment == Environment.PRODUCTION,
            Deployment.maturity_model == model,
            Deployment.maturity_level >= level,
            ~superseded,
        )
    )


def reused(*, adopted_by_slug: str | None = None, maturity: tuple[str, int] | None = None) -> Select[UUID] | None:
    """Select the services to which all that is said applies; None where nothing is said."""
    wanted = []
    if adopted_by_slug is not None:
        wanted.append(Service.id.in_(adopted_by(adopted_by_slug)))
    if maturity is not None:
        wanted.append(Service.id.in_(mature(*maturity)))
    return select(Service.id).where(*wanted) if wanted else None
