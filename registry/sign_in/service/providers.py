"""Coming in by an identity provider: the visit there is remembered, and who comes back is admitted where it speaks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.models import Organisation, Person
from registry.authz.actor import operator
from registry.journal import service as journal
from registry.kit import clock
from registry.kit.errors import text
from registry.sign_in.errors import LinkInvalidError, NotAdmittedError, OtherBrowserError, SignInOverError
from registry.sign_in.models import Identity, SignInKind
from registry.sign_in.openid import SKEW, Start
from registry.sign_in.providers import Provider, values
from registry.sign_in.service import attempts, sessions

LIFETIME = timedelta(minutes=15)


def leave_for_provider(session: Session, provider: Provider, start: Start, *, browser: str, to: str) -> None:
    """Remember that somebody went to a provider, and where she wants to go on to."""
    facts = {"provider": provider.name, "nonce": start.nonce, "verifier": start.verifier, "to": to}
    attempts.begin(session, SignInKind.PROVIDER, start.state, browser=browser, lifetime=LIFETIME, facts=facts)


def expect(session: Session, provider: Provider, state: str, *, browser: str) -> None:
    """Refuse, by reading alone, an answer to no visit that is open in this browser; SignInOverError."""
    if not attempts.is_open(session, SignInKind.PROVIDER, state, browser=browser):
        reason = "unknown, used or old, or of another browser"
        attempts.log.warning("sign-in refused", reason=reason, way="provider", provider=provider.name)
        raise SignInOverError


def return_from_provider(session: Session, provider: Provider, state: str, *, browser: str) -> Mapping[str, str]:
    """Return what was remembered of a visit, which is over by that; SignInOverError where none is open here."""
    try:
        facts = attempts.end(session, SignInKind.PROVIDER, state, browser=browser).facts
    except (LinkInvalidError, OtherBrowserError):
        raise SignInOverError from None
    if facts["provider"] != provider.name:
        attempts.log.warning("sign-in refused", reason="other provider", way="provider", provider=provider.name)
        raise SignInOverError
    return facts


def admit(
    session: Session,
    provider: Provider,
    claims: Mapping[str, Any],
    *,
    device: str,
    id_token: bytes | None,
    instead_of: str = "",
) -> str | None:
    """Sign in whom a provider vouches for; return the session's secret, None where she may act for nobody.

    Only then is nothing raised: what the provider has taken from her stays taken. Raises NotAdmittedError.
    """
    unmet = [name for name, value in provider.required if value not in values(claims, name)]
    if unmet:
        raise _refused(provider, "required claim", _NOT_MEANT)
    spoken_for = _organisations(session, provider, claims)
    role = provider.role(claims)
    granted = dict.fromkeys(spoken_for, role) if role else {}
    person = _person(session, provider, claims, may_be_new=bool(granted))
    stuck = frozenset[str]()
    if provider.roles_claim:
        actor = operator(f"provider:{provider.name}")
        stuck = accounts.follow_provider(session, actor, person, provider.name, granted)
        session.flush()
    bound_to = spoken_for - stuck
    if not sessions.may_act(session, person.id, bound_to, provider.name):
        attempts.log.warning("sign-in refused", way="provider", provider=provider.name, reason="no member")
        return None
    _remember(session, provider, claims["sub"], person)
    shown = _factor_at(provider, claims)
    return sessions.begin(
        session,
        person,
        device=device,
        strong=shown is not None,
        provider=provider.name,
        bound_to=bound_to,
        id_token=id_token,
        factor_at=shown,
        instead_of=instead_of,
    )


_NOT_MEANT = text(
    "Der Anmeldedienst kennt Sie, aber nicht als jemanden, der hier hereinkommen darf.",
    "The identity provider knows you, but not as somebody who may come in here.",
)
NO_MEMBER = text(
    "Sie gehören keiner Organisation an, für die dieser Anmeldedienst spricht.",
    "You belong to no organisation that this identity provider speaks for.",
)
_NO_ADDRESS = text(
    "Der Anmeldedienst hat Ihre E-Mail-Adresse nicht bestätigt; so lange wissen wir nicht, wer Sie sind.",
    "The identity provider has not verified your e-mail address; until then we do not know who you are.",
)


def _organisations(session: Session, provider: Provider, claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the slugs of those for whom the provider speaks, as far as this person is concerned."""
    query = select(Organisation.slug)
    if provider.organisations is not None:
        query = query.where(Organisation.slug.in_(provider.organisations))
    if provider.organisation_claim is not None:
        said = values(claims, provider.organisation_claim)
        query = query.where(or_(Organisation.slug.in_(said), Organisation.ars.in_(said)))
    return frozenset(session.scalars(query))


def _person(session: Session, provider: Provider, claims: Mapping[str, Any], *, may_be_new: bool) -> Person:
    known = session.get(Identity, (provider.name, claims["sub"]))
    if known is not None and known.issuer in {None, provider.issuer}:
        return session.get_one(Person, known.person_id)
    address = provider.email(claims)
    if address is None:
        raise _refused(provider, "e-mail not verified", _NO_ADDRESS)
    person = session.scalar(select(Person).where(Person.email == address))
    if person is None and not may_be_new:
        raise _refused(provider, "no member", NO_MEMBER)
    if person is None:
        person = Person(email=address)
        session.add(person)
        session.flush()
    return person


def _remember(session: Session, provider: Provider, subject: str, person: Person) -> None:
    known = session.get(Identity, (provider.name, subject))
    if known is not None and known.issuer == provider.issuer:
        return
    is_new = known is None or known.issuer is not None
    session.merge(Identity(provider=provider.name, subject=subject, issuer=provider.issuer, person_id=person.id))
    if is_new:
        actor = operator(f"provider:{provider.name}")
        journal.record(session, actor, "identity.linked", subject=f"person:{person.id}")


def _factor_at(provider: Provider, claims: Mapping[str, Any]) -> datetime | None:
    """Return when the provider asked for a second factor, if that was lately; None else."""
    said = claims.get("auth_time")
    if not provider.is_strong(claims) or not isinstance(said, int | float):
        return None
    now = clock.now().timestamp()
    lately = now - sessions.FACTOR.total_seconds() < said <= now + SKEW
    return datetime.fromtimestamp(min(said, now), UTC) if lately else None


def _refused(provider: Provider, reason: str, detail: Mapping[str, str]) -> NotAdmittedError:
    attempts.log.warning("sign-in refused", way="provider", provider=provider.name, reason=reason)
    return NotAdmittedError(detail)
