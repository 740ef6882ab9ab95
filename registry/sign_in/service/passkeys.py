"""Passkeys (WebAuthn level 2): the lasting way in, and the second factor; user verification is always demanded."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.models import Person
from registry.authz.actor import Actor
from registry.authz.errors import SecondFactorMissingError
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock
from registry.kit.errors import text
from registry.sign_in.errors import LinkInvalidError, OtherBrowserError, PasskeyNotFoundError, PasskeyRefusedError
from registry.sign_in.models import Passkey, PersonSession, SignInKind
from registry.sign_in.service import attempts
from registry.sign_in.service.sessions import Visitor

LIFETIME = timedelta(minutes=5)
MOST = 20


@dataclass(frozen=True, slots=True)
class Party:
    """The relying party: the registry as authenticators know it, by the host of its address."""

    base_url: str

    @property
    def id(self) -> str:
        """The domain that a passkey is bound to."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def origin(self) -> str:
        """The origin that the browser must name."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


def passkeys(session: Session, actor: Actor, person_id: UUID) -> Sequence[Passkey]:
    """List a person's passkeys, oldest first."""
    require(actor, Permission.ACCOUNT_MANAGE, person_id)
    query = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created_at, Passkey.id)
    return session.scalars(query.limit(MOST)).all()


def ask_to_register(session: Session, actor: Actor, visitor: Visitor, party: Party, *, browser: str) -> dict[str, Any]:
    """Begin to register a passkey; return the options for `navigator.credentials.create` as JSON.

    The first one may follow any sign-in; a further one needs the second factor that the first one is.
    """
    import webauthn
    from webauthn.helpers import structs

    require(actor, Permission.ACCOUNT_SECURE, visitor.person_id)
    known = _may_have_another(session, actor, visitor.person_id)
    challenge = secrets.token_bytes(32)
    attempts.begin(
        session,
        SignInKind.PASSKEY,
        challenge.hex(),
        browser=browser,
        lifetime=LIFETIME,
        person_id=visitor.person_id,
        facts={"for": "registration"},
    )
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name="EfA Registry",
        user_name=visitor.email,
        user_id=visitor.person_id.bytes,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )
    return _json(options)


def _may_have_another(session: Session, actor: Actor, person_id: UUID) -> Sequence[Passkey]:
    known = passkeys(session, actor, person_id)
    if known and not actor.strong:
        raise SecondFactorMissingError(
            text("Bestätigen Sie sich zuerst mit einem Ihrer Passkeys.", "Confirm with one of your passkeys first.")
        )
    if len(known) >= MOST:
        raise PasskeyRefusedError
    return known


def register(
    session: Session, actor: Actor, visitor: Visitor, party: Party, *, answer: dict[str, Any], name: str, browser: str
) -> Passkey:
    """Keep the passkey that the browser made; the session at hand counts as confirmed by it.

    Raises PasskeyRefusedError, SecondFactorMissingError.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    require(actor, Permission.ACCOUNT_SECURE, visitor.person_id)
    # Of two browsers that asked while there was none, the second must not add one beside the first's.
    session.get_one(Person, visitor.person_id, with_for_update={"key_share": True})
    _may_have_another(session, actor, visitor.person_id)
    challenge = _challenge(session, answer, browser, purpose="registration", person_id=visitor.person_id)
    try:
        proved = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused(type(error).__name__) from None
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == proved.credential_id)) is not None:
        raise PasskeyRefusedError
    made = Passkey(
        credential_id=proved.credential_id,
        person_id=visitor.person_id,
        public_key=proved.credential_public_key,
        sign_count=proved.sign_count,
        name=name,
    )
    session.add(made)
    session.get_one(PersonSession, visitor.session_id).factor_at = clock.now()
    session.flush()
    journal.record(session, actor, "passkey.registered", subject=f"person:{visitor.person_id}")
    return made


def remove_passkey(session: Session, actor: Actor, person_id: UUID, passkey_id: UUID) -> None:
    """Forget a passkey, which needs a second factor; PasskeyNotFoundError for one that is not the person's."""
    require(actor, Permission.ACCOUNT_SECURE, person_id)
    if not actor.strong:
        raise SecondFactorMissingError(
            text("Bestätigen Sie sich zuerst mit einem Passkey.", "Confirm with a passkey first.")
        )
    mine = delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    if session.scalars(mine.returning(Passkey.id)).first() is None:
        raise PasskeyNotFoundError
    journal.record(session, actor, "passkey.removed", subject=f"person:{person_id}")


def ask_to_sign_in(session: Session, party: Party, *, browser: str) -> dict[str, Any]:
    """Begin to sign in; return the options for `navigator.credentials.get`, which name no passkey and so nobody."""
    import webauthn
    from webauthn.helpers import structs

    challenge = secrets.token_bytes(32)
    attempts.begin(
        session,
        SignInKind.PASSKEY,
        challenge.hex(),
        browser=browser,
        lifetime=LIFETIME,
        facts={"for": "authentication"},
    )
    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return _json(options)


def sign_in_with_passkey(session: Session, party: Party, *, answer: dict[str, Any], browser: str) -> Person:
    """Return whose passkey answered; PasskeyRefusedError where none of ours did."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge(session, answer, browser, purpose="authentication", person_id=None)
    try:
        identifier = webauthn.base64url_to_bytes(answer["rawId"])
        known = session.scalar(select(Passkey).where(Passkey.credential_id == identifier).with_for_update())
        if known is None:
            raise _refused("unknown passkey")
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused(type(error).__name__) from None
    known.sign_count, known.last_used_at = proved.new_sign_count, clock.now()
    return session.get_one(Person, known.person_id)


def confirm(
    session: Session, actor: Actor, visitor: Visitor, party: Party, *, answer: dict[str, Any], browser: str
) -> None:
    """Take a passkey as the second factor of the session at hand; it must be the same person's."""
    require(actor, Permission.ACCOUNT_MANAGE, visitor.person_id)
    if sign_in_with_passkey(session, party, answer=answer, browser=browser).id != visitor.person_id:
        raise _refused("another's passkey")
    session.get_one(PersonSession, visitor.session_id).factor_at = clock.now()


def _challenge(
    session: Session, answer: dict[str, Any], browser: str, *, purpose: str, person_id: UUID | None
) -> bytes:
    """Return the challenge that was answered, if it is one of ours that is open, and use it up."""
    import webauthn

    try:
        said = json.loads(webauthn.base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge = webauthn.base64url_to_bytes(said["challenge"])
        begun = attempts.end(session, SignInKind.PASSKEY, challenge.hex(), browser=browser)
    except (LinkInvalidError, OtherBrowserError):
        raise PasskeyRefusedError from None  # it is in the log already
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused(type(error).__name__) from None
    if begun.facts.get("for") != purpose or begun.person_id != person_id:
        raise _refused("begun for something else")
    return challenge


def _refused(reason: str) -> PasskeyRefusedError:
    attempts.log.warning("sign-in refused", reason=reason, way=SignInKind.PASSKEY)
    return PasskeyRefusedError()


def _json(options: Any) -> dict[str, Any]:
    import webauthn

    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made
