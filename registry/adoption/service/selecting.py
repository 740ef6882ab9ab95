"""Select which services are reused by whom, and how well, for the lists of other slices."""

from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from registry.accounts.models import Organisation
from registry.adoption.models import CURRENT, Adoption, AdoptionStatus, Deployment, Environment, Visibility
from registry.catalogue.models import Service

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
