"""How much an organisation may have: bounds that keep one from filling the registry, and that its operator may move."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from registry.accounts.errors import QuotaReachedError
from registry.accounts.models import Client, Membership, Organisation
from registry.accounts.service import organisations
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import db


class Quota(StrEnum):
    """What is bounded; sizes are in millions of bytes."""

    SERVICES = "services"
    RELEASES = "releases"
    CLIENTS = "clients"
    MEMBERS = "members"
    STORAGE_MB = "storage_mb"
    PACKAGE_MB = "package_mb"


#: What an organisation may have unless the operator said otherwise; releases are those of one service. How large a
#: package may be is a setting.
USUAL: dict[Quota, int] = {
    Quota.SERVICES: 2_000,
    Quota.RELEASES: 10_000,
    Quota.CLIENTS: 200,
    Quota.MEMBERS: 1_000,
    Quota.STORAGE_MB: 100_000,
}

_SAID = db.Lookup(select(Organisation.limits).where(Organisation.id == bindparam("id")))


def limits(session: Session, organisation_id: UUID) -> dict[Quota, int]:
    """Return what an organisation may have; whoever is about to add something was asked."""
    row = _SAID.first(session, id=organisation_id)
    said = (row and row[0]) or {}
    return USUAL | {Quota(name): number for name, number in said.items()}


def limits_of(session: Session, actor: Actor, slug: str) -> dict[Quota, int]:
    """Tell what an organisation may have."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.LIMITS_READ, organisation)
    return limits(session, organisation.id)


def keep_to(session: Session, organisation_id: UUID, **wanted: int) -> None:
    """Refuse what would be more than an organisation may have: `services=3` where it would have three of them.

    Raises QuotaReachedError.
    """
    bounds = limits(session, organisation_id)
    for name, number in wanted.items():
        bound = bounds[Quota(name)]
        if number > bound:
            raise QuotaReachedError(name, bound)


def clients_of(session: Session, organisation_id: UUID) -> int:
    """Count the clients of an organisation that were not ended."""
    return _count(session, Client.organisation_id == organisation_id, Client.revoked_at.is_(None))


def members_of(session: Session, organisation_id: UUID) -> int:
    """Count the members of an organisation."""
    return _count(session, Membership.organisation_id == organisation_id)


def used(session: Session, actor: Actor, organisation: Organisation) -> dict[Quota, int]:
    """Tell the members of an organisation how much of what this slice counts it has."""
    require(actor, Permission.MEMBERS_READ, organisation)
    return {
        Quota.CLIENTS: clients_of(session, organisation.id),
        Quota.MEMBERS: members_of(session, organisation.id),
    }


def _count(session: Session, *its: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*its)) or 0


def change_limits(session: Session, actor: Actor, slug: str, changes: Mapping[Quota, int | None]) -> dict[Quota, int]:
    """Let an organisation have more or less than usual (None: as usual); return what it may have."""
    organisation = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.LIMITS_CHANGE, organisation)
    before = dict(organisation.limits or {})
    after = {**before, **{str(name): number for name, number in changes.items()}}
    kept = {name: number for name, number in after.items() if number is not None}
    if kept != before:
        organisation.limits = kept or None
        session.flush()
        journal.record(
            session,
            actor,
            "organisation.limits",
            subject=f"organisation:{slug}",
            organisation=slug,
            before=before,
            after=kept,
        )
    return limits(session, organisation.id)
