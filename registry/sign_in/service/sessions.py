"""Sessions: the browsers in which a person is signed in."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from registry.accounts.models import Membership, Organisation, Person
from registry.accounts.service.tokens import digest
from registry.authz.actor import ROLE_SCOPES, Actor, ActorKind, Role, Scope
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock
from registry.sign_in.errors import NotAMemberError, SessionNotFoundError
from registry.sign_in.models import PersonSession, SignIn
from registry.sign_in.providers import Provider

#: A session that nobody uses for so long has ended.
IDLE = timedelta(hours=12)
#: No session lasts longer, however it is used.
LONGEST = timedelta(days=7)
#: For so long a second factor that was shown is believed.
FACTOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in: as whom the policy sees her, and what pages say to her."""

    actor: Actor
    session_id: UUID
    person_id: UUID
    email: str
    role: Role | None
    organisation_name: str | None
    is_operator: bool
    last_used_at: datetime


_RESUME = (
    select(
        PersonSession.id,
        PersonSession.created_at,
        PersonSession.last_used_at,
        PersonSession.factor_at,
        PersonSession.bound_to,
        PersonSession.provider,
        Person.id,
        Person.email,
        Person.is_operator,
        Organisation.id,
        Organisation.slug,
        Organisation.name,
        Membership.role,
    )
    .join(Person, Person.id == PersonSession.person_id)
    .outerjoin(
        Membership,
        and_(
            Membership.person_id == PersonSession.person_id,
            Membership.organisation_id == PersonSession.organisation_id,
            or_(Membership.given_by.is_(None), Membership.given_by == PersonSession.provider),
        ),
    )
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .where(PersonSession.hash == bindparam("hash"))
)


def begin(
    session: Session,
    person: Person,
    *,
    device: str,
    strong: bool,
    provider: str | None = None,
    bound_to: Collection[str] | None = None,
    id_token: bytes | None = None,
    factor_at: datetime | None = None,
    instead_of: str = "",
) -> str:
    """Sign a person in; return the session's secret, which only her browser keeps.

    `factor_at` is when the second factor of a strong sign-in was shown, if not just now; `instead_of` is the secret of
    the session that the browser had until now, whoever's it was: that one ends.
    """
    _end_former(session, instead_of)
    secret = secrets.token_urlsafe(32)
    first = session.execute(_memberships(person.id, bound_to, provider).limit(1)).first()
    begun = PersonSession(
        hash=digest(secret),
        person_id=person.id,
        organisation_id=first[0] if first else None,
        bound_to=None if bound_to is None else sorted(bound_to),
        provider=provider,
        id_token=id_token,
        device=device[:64],
        factor_at=(factor_at or clock.now()) if strong else None,
    )
    session.add(begun)
    session.flush()
    actor = Actor(ActorKind.PERSON, str(person.id), first[0] if first else None, first[1] if first else None)
    journal.record(session, actor, "session.started", subject=f"person:{person.id}", after={"strong": strong})
    return secret


def _end_former(session: Session, secret: str) -> None:
    former = delete(PersonSession).where(PersonSession.hash == digest(secret)).returning(PersonSession.person_id)
    person_id = session.scalar(former)
    if person_id is not None:
        actor = Actor(ActorKind.PERSON, str(person_id))
        journal.record(session, actor, "session.ended", subject=f"person:{person_id}")


def resume(session: Session, secret: str, providers: Mapping[str, Provider]) -> Visitor | None:
    """Return who is signed in by this secret, with the rights that she has at this moment; None for nobody.

    Who came in by a provider goes on as long as it is one of these `providers`, for those that it speaks for.
    """
    row: Any = session.connection().execute(_RESUME, {"hash": digest(secret)}).first()
    if row is None:
        return None
    session_id, created, used, factor, bound, provider, person_id, email, is_operator, own_id, slug, name, role = row
    now = clock.now()
    if now >= created + LONGEST or now >= used + IDLE or (provider is not None and provider not in providers):
        return None
    if role is None or not _speaks_for(slug, bound, providers.get(provider)):
        own_id, slug, name, role = None, None, None, None
    scopes = ROLE_SCOPES[role] if role else frozenset[Scope]()
    # A city's identity provider speaks for the city's people, not for those who run the registry.
    is_operator = is_operator and bound is None
    if is_operator:
        scopes |= {Scope.REGISTRY_OPERATE}
    strong = factor is not None and now < factor + FACTOR
    actor = Actor(ActorKind.PERSON, str(person_id), own_id, slug, scopes, strong=strong, provider=provider)
    return Visitor(actor, session_id, person_id, email, role, name, is_operator, used)


def _speaks_for(slug: str, bound: Collection[str] | None, provider: Provider | None) -> bool:
    """Whether what vouched for a session vouches for this organisation, then and now."""
    if bound is not None and slug not in bound:
        return False
    return provider is None or provider.organisations is None or slug in provider.organisations


def renew(session: Session, actor: Actor, visitor: Visitor) -> str:
    """Give the session at hand a new secret, now that it can do more than before; the old one is worth nothing."""
    require(actor, Permission.ACCOUNT_MANAGE, visitor.person_id)
    secret = secrets.token_urlsafe(32)
    session.get_one(PersonSession, visitor.session_id).hash = digest(secret)
    return secret


def note_use(session: Session, uses: Collection[UUID]) -> None:
    """Remember that these sessions were used just now."""
    if uses:
        session.execute(update(PersonSession).where(PersonSession.id.in_(uses)).values(last_used_at=clock.now()))


def sessions(session: Session, actor: Actor, person_id: UUID) -> Sequence[PersonSession]:
    """List a person's sessions that run, last used first."""
    require(actor, Permission.ACCOUNT_MANAGE, person_id)
    now = clock.now()
    query = select(PersonSession).where(
        PersonSession.person_id == person_id,
        PersonSession.last_used_at > now - IDLE,
        PersonSession.created_at > now - LONGEST,
    )
    return session.scalars(query.order_by(PersonSession.last_used_at.desc(), PersonSession.id).limit(100)).all()


def end(session: Session, actor: Actor, person_id: UUID, session_id: UUID) -> None:
    """Sign a person out in one browser; SessionNotFoundError where that has ended."""
    require(actor, Permission.ACCOUNT_MANAGE, person_id)
    mine = delete(PersonSession).where(PersonSession.id == session_id, PersonSession.person_id == person_id)
    if session.scalars(mine.returning(PersonSession.id)).first() is None:
        raise SessionNotFoundError
    journal.record(session, actor, "session.ended", subject=f"person:{person_id}")


def end_others(session: Session, actor: Actor, person_id: UUID, session_id: UUID) -> None:
    """Sign a person out everywhere but in the browser at hand."""
    require(actor, Permission.ACCOUNT_MANAGE, person_id)
    session.execute(delete(PersonSession).where(PersonSession.person_id == person_id, PersonSession.id != session_id))
    journal.record(session, actor, "session.ended", subject=f"person:{person_id}", after={"all": True})


def memberships(session: Session, actor: Actor, visitor: Visitor) -> Sequence[tuple[str, str, Role]]:
    """Return slug, name and role of the organisations that a person may act for, as she is signed in."""
    require(actor, Permission.ACCOUNT_MANAGE, visitor.person_id)
    running = session.get_one(PersonSession, visitor.session_id)
    rows = session.execute(_memberships(visitor.person_id, running.bound_to, running.provider).limit(200)).all()
    return [(slug, name, role) for _, slug, name, role in rows]


def act_for(session: Session, actor: Actor, visitor: Visitor, slug: str) -> None:
    """Act for another organisation from now on; NotAMemberError where the person may not."""
    require(actor, Permission.ACCOUNT_MANAGE, visitor.person_id)
    running = session.get_one(PersonSession, visitor.session_id)
    theirs = _memberships(visitor.person_id, running.bound_to, running.provider)
    chosen = session.execute(theirs.where(Organisation.slug == slug)).first()
    if chosen is None:
        raise NotAMemberError(slug)
    running.organisation_id = chosen[0]


def forget_old(session: Session) -> None:
    """Forget the sessions and sign-ins that have ended by themselves."""
    now = clock.now()
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.execute(delete(PersonSession).where(PersonSession.last_used_at <= now - IDLE))
    session.execute(delete(PersonSession).where(PersonSession.created_at <= now - LONGEST))


def farewell(session: Session, actor: Actor, visitor: Visitor) -> tuple[str, bytes | None] | None:
    """Return by which provider a person came in, and its sealed word; None where she came in by herself."""
    require(actor, Permission.ACCOUNT_MANAGE, visitor.person_id)
    running = session.get_one(PersonSession, visitor.session_id)
    return (running.provider, running.id_token) if running.provider else None


def may_act(session: Session, person_id: UUID, bound_to: Collection[str], provider: str) -> bool:
    """Whether a person who comes in by a provider may act for any of these organisations."""
    return session.execute(_memberships(person_id, bound_to, provider).limit(1)).first() is not None


def _memberships(
    person_id: UUID, bound_to: Collection[str] | None, provider: str | None
) -> Select[UUID, str, str, Role]:
    query = (
        select(Organisation.id, Organisation.slug, Organisation.name, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, or_(Membership.given_by.is_(None), Membership.given_by == provider))
        .order_by(Membership.since, Organisation.slug)
    )
    return query if bound_to is None else query.where(Organisation.slug.in_(bound_to))
