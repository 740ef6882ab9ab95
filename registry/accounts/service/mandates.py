"""The word of an organisation that a shared IT provider may act for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from registry.accounts.errors import MandateNotFoundError, NotAProviderError, OrganisationNotFoundError
from registry.accounts.models import Mandate, Organisation, OrganisationKind
from registry.accounts.service import organisations
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.journal.models import Entry
from registry.kit import paging
from registry.kit.errors import text
from registry.kit.paging import Page, Place


@dataclass(frozen=True, slots=True)
class Principal:
    """An organisation for which something is done, by itself or by the provider that holds its mandate.

    `service_id` is the service with which it is done.
    """

    owner_id: UUID
    slug: str
    provider_id: UUID | None
    service_id: UUID | None = None


# Asked before every report, and to put it together costs more than to run it.
_PRINCIPAL = (
    select(Organisation.id, Organisation.slug, Mandate.provider_id)
    .outerjoin(Mandate, and_(Mandate.principal_id == Organisation.id, Mandate.provider_id == bindparam("provider")))
    .where(Organisation.slug == bindparam("slug"))
)


def principal(
    session: Session, actor: Actor, slug: str, *, service_id: UUID | None = None, lock: bool = False
) -> Principal:
    """Return the organisation called `slug`, and whether the one who asks holds its mandate.

    `service_id` is the service with which it does something; `lock` keeps the mandate from being withdrawn before the
    transaction ends.
    """
    require(actor, Permission.ORGANISATION_READ)
    row = session.connection().execute(_PRINCIPAL, {"slug": slug, "provider": actor.organisation_id}).first()
    if row is None:
        raise OrganisationNotFoundError(slug)
    found = Principal(*row, service_id)
    if lock and found.provider_id is not None:
        still = select(Mandate.provider_id).where(
            Mandate.provider_id == found.provider_id, Mandate.principal_id == found.owner_id
        )
        return replace(found, provider_id=session.scalar(still.with_for_update(read=True)))
    return found


def represented(session: Session, actor: Actor) -> dict[str, str]:
    """Return for whom the actor may act: his own organisation, and those whose mandate it holds; names by slugs."""
    require(actor, Permission.ORGANISATION_READ)
    its = select(Mandate.principal_id).where(Mandate.provider_id == actor.organisation_id)
    query = select(Organisation.slug, Organisation.name).where(
        or_(Organisation.id == actor.organisation_id, Organisation.id.in_(its))
    )
    rows = session.execute(query.order_by(Organisation.id != actor.organisation_id, Organisation.name_key))
    return dict(rows.all())


def mandates(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[Mandate]:
    """List the mandates that an organisation has given and holds."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MANDATES_READ, organisation)
    its = or_(Mandate.provider_id == organisation.id, Mandate.principal_id == organisation.id)
    order = (Mandate.given_at, Mandate.provider_id, Mandate.principal_id)
    query = select(Mandate, *order).where(its).options(*_SIDES)
    return paging.read(session, query, order, after=after, limit=limit)


_SIDES = (joinedload(Mandate.provider), joinedload(Mandate.principal))


def mandate(session: Session, actor: Actor, provider: str, slug: str) -> Mandate | None:
    """Return the mandate that `provider` holds of the organisation, which alone is asked; None for none."""
    holder = organisations.find(session, actor, provider)
    giver = organisations.find(session, actor, slug)
    require(actor, Permission.MANDATES_READ, giver)
    query = select(Mandate).where(Mandate.provider_id == holder.id, Mandate.principal_id == giver.id)
    return session.scalar(query.options(*_SIDES))


def givers(session: Session, actor: Actor, given: Collection[Mandate]) -> Mapping[str, Entry]:
    """Return the entries that tell who gave these mandates, by their subjects; whoever was shown them was asked."""
    require(actor, Permission.ORGANISATION_READ)
    organisations_of = {it.principal.slug for it in given}
    return journal.newest(session, "mandate.given", organisations_of, {it.subject for it in given})


def give_mandate(session: Session, actor: Actor, provider: str, slug: str) -> Mandate:
    """Let a provider adopt and report for an organisation; NotAProviderError for any other kind."""
    holder = organisations.find(session, actor, provider)
    giver = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.MANDATE_CHANGE, giver)
    if holder.kind is not OrganisationKind.PROVIDER:
        raise NotAProviderError(
            text(f"„{provider}“ ist kein Dienstleister.", f"“{provider}” is not a shared IT provider.")
        )
    known = mandate(session, actor, provider, slug)
    if known is not None:
        return known
    given = Mandate(provider=holder, principal=giver)
    session.add(given)
    session.flush()
    _note(session, actor, "mandate.given", given)
    return given


def withdraw_mandate(session: Session, actor: Actor, provider: str, slug: str) -> None:
    """Take the word back; what the provider did so far stands."""
    giver = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.MANDATE_CHANGE, giver)
    known = mandate(session, actor, provider, slug)
    if known is None:
        raise MandateNotFoundError(provider, slug)
    session.delete(known)
    _note(session, actor, "mandate.withdrawn", known)


def _note(session: Session, actor: Actor, kind: str, it: Mandate) -> None:
    after = {"provider": it.provider.slug}
    journal.record(session, actor, kind, subject=it.subject, organisation=it.principal.slug, after=after)
