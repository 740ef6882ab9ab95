"""People in an organisation."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from registry.accounts.errors import LastOwnerError, MemberExistsError, MemberNotFoundError
from registry.accounts.models import AccessToken, Client, Invitation, Membership, Organisation, Person
from registry.accounts.service import organisations, quotas, tokens
from registry.authz.actor import ROLE_SCOPES, Actor, Role, Scope
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock, paging
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


def addresses(
    session: Session, actor: Actor, organisation: Organisation | None, people: Collection[UUID]
) -> dict[str, str]:
    """Return the addresses of people, by their ids, to whoever may read the trail (None: of all) that names them."""
    require(actor, Permission.AUDIT_READ if organisation else Permission.AUDIT_READ_ALL, organisation)
    known = session.execute(select(Person.id, Person.email).where(Person.id.in_(people)))
    return {str(person): email for person, email in known}


def member(session: Session, actor: Actor, slug: str, person_id: UUID) -> Membership:
    """Return one member; MemberNotFoundError where the person is none."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_READ, organisation)
    return _one(session, organisation, person_id)


def add_member(session: Session, actor: Actor, slug: str, *, email: str, role: Role) -> Membership:
    """Make a person a member; MemberExistsError where he is one already."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_CHANGE, organisation)
    return join(session, actor, organisation, email=email, role=role)


def join(session: Session, actor: Actor, organisation: Organisation, *, email: str, role: Role) -> Membership:
    """Make whoever has this address a member, as an owner or an invitation allows."""
    address = email.strip().lower()
    person = session.scalar(select(Person).where(Person.email == address))
    if person is None:
        person = Person(email=address)
        session.add(person)
        session.flush()
    if session.get(Membership, (organisation.id, person.id)):
        raise MemberExistsError(
            text(
                f"{address} ist schon Mitglied von „{organisation.slug}“.",
                f"{address} is a member of “{organisation.slug}” already.",
            )
        )
    quotas.keep_to(session, organisation.id, members=quotas.members_of(session, organisation.id) + 1)
    membership = Membership(organisation_id=organisation.id, person=person, role=role)
    session.add(membership)
    _note(session, actor, "member.added", organisation, person.id, after={"role": role})
    return membership


def change_role(session: Session, actor: Actor, slug: str, person_id: UUID, *, role: Role) -> Membership:
    """Give a member another role; LastOwnerError where no owner would be left.

    Where she becomes less, what she knows or has begun ends as it does with a membership, but for programs of hers that
    may no more than she may from now on.
    """
    organisation = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.MEMBERS_CHANGE, organisation)
    membership = _one(session, organisation, person_id)
    if membership.role is role:
        return membership
    _keep_an_owner(session, organisation, membership)
    before: dict[str, object] = {"role": membership.role}
    if ROLE_SCOPES[membership.role] - ROLE_SCOPES[role]:
        before["clients"] = _end_rights(session, organisation, person_id, keeps=ROLE_SCOPES[role])
    membership.role = role
    _note(session, actor, "member.changed", organisation, person_id, before=before, after={"role": role})
    return membership


def remove_member(session: Session, actor: Actor, slug: str, person_id: UUID) -> list[str]:
    """End a membership, and with it every right that came of it; return the machine clients that ended too.

    Machine clients that the person set up end, since she knows their secrets. Raises LastOwnerError.
    """
    organisation = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.MEMBERS_CHANGE, organisation)
    return _end(session, actor, organisation, person_id)


def leave(session: Session, actor: Actor, slug: str, person_id: UUID) -> None:
    """Let a person end her own membership; LastOwnerError where she is the only owner."""
    require(actor, Permission.ACCOUNT_MANAGE, person_id)
    _end(session, actor, organisations.find(session, actor, slug, lock=True), person_id)


def leave_all(session: Session, actor: Actor, person_id: UUID) -> list[str]:
    """End whatever a person who is to be erased is a member of, as her removal would; return the organisations.

    Nobody else can leave these until the transaction ends. LastOwnerError names all that would be left to nobody.
    """
    require(actor, Permission.PERSON_ERASE, person_id)
    mine = select(Membership.organisation_id).where(Membership.person_id == person_id)
    query = select(Organisation).where(Organisation.id.in_(mine)).order_by(Organisation.slug)
    left = session.scalars(query.with_for_update(key_share=True)).all()
    other = aliased(Membership)
    owned = mine.where(Membership.role == Role.OWNER)
    shared = select(other.organisation_id).where(other.person_id != person_id, other.role == Role.OWNER)
    alone = {*session.scalars(owned)} - {*session.scalars(shared.where(other.organisation_id.in_(owned)))}
    if alone:
        raise LastOwnerError(*(it.slug for it in left if it.id in alone))
    for organisation in left:
        _end_rights(session, organisation, person_id)
    session.execute(delete(Membership).where(Membership.person_id == person_id))
    return [it.slug for it in left]


def follow_provider(
    session: Session, actor: Actor, person: Person, provider: str, granted: Mapping[str, Role]
) -> frozenset[str]:
    """Let the memberships that an identity provider gave be those that it gives now, by slug.

    What an owner gave stays as it is. Returns the slugs where the last owner would have gone: there he stays.
    """
    given = select(Organisation.slug).join(Membership, Membership.organisation_id == Organisation.id)
    mine = given.where(Membership.person_id == person.id, Membership.given_by == provider)
    before = frozenset(session.scalars(mine))
    return frozenset(
        slug
        for slug in sorted(before | granted.keys())  # in one order, as each is locked
        if not _follow(session, actor, slug, person, provider, before=slug in before, role=granted.get(slug))
    )


def _follow(
    session: Session, actor: Actor, slug: str, person: Person, provider: str, *, before: bool, role: Role | None
) -> bool:
    """Give, change or end one membership; False where that would leave nobody to own the organisation."""
    try:
        if role is None:
            remove_member(session, actor, slug, person.id)
        elif before:
            change_role(session, actor, slug, person.id, role=role)
        else:
            organisation = organisations.find(session, actor, slug, lock=True)
            require(actor, Permission.MEMBERS_CHANGE, organisation)
            if session.get(Membership, (organisation.id, person.id)) is None:
                quotas.keep_to(session, organisation.id, members=quotas.members_of(session, organisation.id) + 1)
                session.add(Membership(organisation_id=organisation.id, person=person, role=role, given_by=provider))
                _note(session, actor, "member.added", organisation, person.id, after={"role": role})
    except LastOwnerError:
        return False
    return True


def _end(session: Session, actor: Actor, organisation: Organisation, person_id: UUID) -> list[str]:
    membership = _one(session, organisation, person_id)
    _keep_an_owner(session, organisation, membership)
    session.delete(membership)
    ended = _end_rights(session, organisation, person_id)
    before = {"role": membership.role, "clients": ended}
    _note(session, actor, "member.removed", organisation, person_id, before=before)
    return ended


def _end_rights(
    session: Session, organisation: Organisation, person_id: UUID, *, keeps: frozenset[Scope] | None = None
) -> list[str]:
    """End what a person knows or has begun in an organisation that could outlast her; return the clients that ended.

    `keeps` are the scopes that she goes on to have, where she stays: clients that carry no other are left to her.
    """
    now, mine = clock.now(), Client.organisation_id == organisation.id
    query = select(Client).where(mine, Client.made_by == person_id, Client.revoked_at.is_(None))
    hers = session.scalars(query.order_by(Client.client_id).with_for_update(key_share=True)).all()
    ended = [client for client in hers if keeps is None or not keeps.issuperset(client.scopes)]
    for client in ended:
        client.revoked_at = now
    # A former secret may be one that she knew, and so may be tokens that it got; and an invitation one that she sent.
    rotated = select(Client.id).where(mine, Client.former_until > now - tokens.LIFETIME)
    tokens_of_these = (AccessToken.client_id.in_(rotated), AccessToken.revoked_at.is_(None))
    session.execute(update(AccessToken).where(*tokens_of_these).values(revoked_at=now))
    session.execute(update(Client).where(mine).values(former_hash=None, former_until=None))
    session.execute(
        delete(Invitation).where(Invitation.organisation_id == organisation.id, Invitation.invited_by == person_id)
    )
    return [client.client_id for client in ended]


def _one(session: Session, organisation: Organisation, person_id: UUID) -> Membership:
    mine = select(Membership).where(Membership.organisation_id == organisation.id, Membership.person_id == person_id)
    found = session.scalar(mine.options(joinedload(Membership.person)))
    if found is None:
        raise MemberNotFoundError(organisation.slug)
    return found


def _keep_an_owner(session: Session, organisation: Organisation, leaving: Membership) -> None:
    """Refuse to let the last owner go; the organisation is locked, so that no two go at once."""
    if leaving.role is not Role.OWNER:
        return
    owners = select(func.count()).where(Membership.organisation_id == organisation.id, Membership.role == Role.OWNER)
    if (session.scalar(owners) or 0) <= 1:
        raise LastOwnerError(organisation.slug)


def _note(
    session: Session,
    actor: Actor,
    kind: str,
    organisation: Organisation,
    person_id: UUID,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    journal.record(
        session,
        actor,
        kind,
        subject=f"member:{person_id}",
        organisation=organisation.slug,
        before=before,
        after=after,
    )
