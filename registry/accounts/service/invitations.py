"""Invitations: a role offered by mail, taken up by whoever reads it."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from registry.accounts.errors import InvitationInvalidError, InvitationNotFoundError, MemberExistsError
from registry.accounts.models import Invitation, Membership, Person
from registry.accounts.service import members, organisations, tokens
from registry.accounts.service.clients import person_behind
from registry.authz.actor import Actor, ActorKind, Role
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock, limits, mail, paging
from registry.kit.errors import text
from registry.kit.mail import Message
from registry.kit.paging import Page, Place

LIFETIME = timedelta(days=7)
#: How many an organisation may send in an hour, by whatever door.
HOURLY = 200
#: By these first letters secret scanners know an invitation's secret.
PREFIX = "efa_in_"

_ROLES = {
    Role.OWNER: ("Leitung (verwaltet die Organisation)", "owner (manages the organisation)"),
    Role.PUBLISHER: ("veröffentlicht Online-Dienste", "publisher"),
    Role.ADOPTER: ("nutzt Online-Dienste nach", "adopter"),
    Role.VIEWER: ("liest mit", "viewer"),
}

_BODY = """\
Guten Tag,

{name} lädt Sie ins EfA Registry ein. Ihre Rolle: {role_de}.

Nehmen Sie die Einladung innerhalb von 7 Tagen an:

{link}

Kennen Sie {name} nicht, löschen Sie diese Nachricht einfach.

---

Hello,

{name} invites you to the EfA Registry. Your role: {role_en}.
Accept within 7 days by the link above. If you do not know {name}, just delete this message.
"""


def invitations(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[Invitation]:
    """List the invitations of an organisation that are open, oldest first."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_READ, organisation)
    order = (Invitation.created_at, Invitation.id)
    mine = select(Invitation, *order).where(
        Invitation.organisation_id == organisation.id, Invitation.expires_at > clock.now()
    )
    return paging.read(session, mine, order, after=after, limit=limit)


def invitation(session: Session, actor: Actor, slug: str, identifier: UUID) -> Invitation:
    """Return an open invitation; InvitationNotFoundError for none."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_READ, organisation)
    found = session.scalar(
        select(Invitation).where(
            Invitation.id == identifier,
            Invitation.organisation_id == organisation.id,
            Invitation.expires_at > clock.now(),
        )
    )
    if found is None:
        raise InvitationNotFoundError
    return found


def invite(session: Session, actor: Actor, slug: str, *, email: str, role: Role, base_url: str) -> Invitation:
    """Offer a role to an address by mail; a new offer takes the place of an older one to the same address.

    Raises MemberExistsError, TooManyRequestsError.
    """
    organisation = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.MEMBERS_CHANGE, organisation)
    limits.spend(session, "invitations-of", f"organisation:{organisation.id}", HOURLY, timedelta(hours=1))
    address = email.strip().lower()
    is_member = select(Membership.person_id).join(Person, Person.id == Membership.person_id)
    if session.scalar(is_member.where(Membership.organisation_id == organisation.id, Person.email == address)):
        raise MemberExistsError(
            text(f"{address} ist schon Mitglied von „{slug}“.", f"{address} is a member of “{slug}” already.")
        )
    session.execute(
        delete(Invitation).where(Invitation.organisation_id == organisation.id, Invitation.email == address)
    )
    secret = tokens.new_secret(PREFIX)
    made = Invitation(
        hash=tokens.digest(secret),
        organisation_id=organisation.id,
        email=address,
        role=role,
        invited_by=person_behind(session, actor),
        expires_at=clock.now() + LIFETIME,
    )
    session.add(made)
    session.flush()
    role_de, role_en = _ROLES[role]
    link = f"{base_url}/invitation?secret={secret}"
    body = _BODY.format(name=organisation.name, role_de=role_de, role_en=role_en, link=link)
    subject = f"Einladung von {organisation.name} / Invitation from {organisation.name}"
    mail.queue(session, "invitation", Message(address, subject, body))
    journal.record(
        session,
        actor,
        "member.invited",
        subject=f"invitation:{made.id}",
        organisation=slug,
        after={"role": role},
    )
    return made


def withdraw_invitation(session: Session, actor: Actor, slug: str, identifier: UUID) -> None:
    """Take an invitation back; InvitationNotFoundError for none that is open."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.MEMBERS_CHANGE, organisation)
    session.delete(invitation(session, actor, slug, identifier))
    journal.record(session, actor, "invitation.withdrawn", subject=f"invitation:{identifier}", organisation=slug)


def opened_invitation(session: Session, secret: str) -> Invitation:
    """Return what an invitation's secret offers, with its organisation; InvitationInvalidError for nothing."""
    offered = select(Invitation).where(Invitation.hash == tokens.digest(secret), Invitation.expires_at > clock.now())
    found = session.scalar(offered.options(joinedload(Invitation.organisation)))
    if found is None:
        raise InvitationInvalidError
    return found


class Joined(NamedTuple):
    """Who took up an invitation, and whether the registry had not known her before."""

    person: Person
    is_new: bool


def accept_invitation(session: Session, secret: str) -> Joined:
    """Make the reader of the mail a member, once; who has the secret has shown that the address is hers.

    One who is new may be signed in by it. One who has an account may do more than is offered here: she signs in as
    always. Raises InvitationInvalidError, MemberExistsError.
    """
    offered = opened_invitation(session, secret)
    used = delete(Invitation).where(Invitation.id == offered.id).returning(Invitation.id)
    if session.scalar(used) is None:
        raise InvitationInvalidError
    organisation = offered.organisation
    actor = Actor(ActorKind.PERSON, organisation_id=organisation.id, organisation=organisation.slug)
    is_new = session.scalar(select(Person.id).where(Person.email == offered.email)) is None
    return Joined(members.join(session, actor, organisation, email=offered.email, role=offered.role).person, is_new)


def forget_old_invitations(session: Session) -> None:
    """Forget the invitations that nobody took up in time."""
    session.execute(delete(Invitation).where(Invitation.expires_at <= clock.now()))
