"""People in an organisation."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from registry.accounts.errors import MemberExistsError
from registry.accounts.models import Membership, Person
from registry.accounts.service import organisations
from registry.authz.actor import Actor, Role
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import paging
from registry.kit.errors import text
from registry.kit.paging import Page, Place


def members(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[Membership]:
    """List an organisation's members, first come first."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_READ, organisation)
    mine = Membership.organisation_id == organisation.id
    order = (Membership.since, Membership.person_id)
    query = select(Membership, *order).where(mine).options(joinedload(Membership.person))
    return paging.read(session, query, order, after=after, limit=limit)


def add_member(session: Session, actor: Actor, slug: str, *, email: str, role: Role) -> Membership:
    """Make a person a member; MemberExistsError where he is one already."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_CHANGE, organisation)
    address = email.strip().lower()
    person = session.scalar(select(Person).where(Person.email == address))
    if person is None:
        person = Person(email=address)
        session.add(person)
        session.flush()
    if session.get(Membership, (organisation.id, person.id)):
        raise MemberExistsError(
            text(f"{address} ist schon Mitglied von „{slug}“.", f"{address} is a member of “{slug}” already.")
        )
    membership = Membership(organisation_id=organisation.id, person=person, role=role)
    session.add(membership)
    journal.record(
        session,
        actor,
        "member.added",
        subject=f"member:{person.id}",
        organisation=organisation.slug,
        after={"role": role},
    )
    return membership
