"""Read a token by which a pipeline's issuer vouches for it (RFC 7523); nothing here asks the database."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jws import CompactSignature

from registry.accounts.errors import GrantInvalidError
from registry.kit import clock
from registry.kit.jwks import Issuers, PublicKey

#: Signatures that only the issuer can make; whoever knows an HMAC's key can make one, and `none` is none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
#: How far clocks may be apart, how long a token may live at most, and how large it may be.
SKEW = timedelta(seconds=60)
LIFETIME_MAX = timedelta(hours=6)
SIZE_MAX = 16_384
#: How much longer than it could be shown a token is remembered.
MARGIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an issuer vouches for; `mark` is by what it is known again, until `remember_until`."""

    issuer: str
    claims: dict[str, Any]
    mark: str
    remember_until: datetime


def verify(said: str, issuers: Issuers, audiences: Collection[str]) -> Assertion:
    """Return what the token says, once it is certain that a trusted issuer says it, to us, and now.

    Raises GrantInvalidError, and IssuerUnavailableError where the issuer's keys cannot be had.
    """
    signed, issuer = _unverified(said, issuers)
    key = _key(signed, issuer, issuers)
    try:
        claims = jwt.decode(said, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        message = "The signature of the ID token does not hold."
        raise GrantInvalidError(message) from None
    _check(claims, issuer, audiences)
    ends = datetime.fromtimestamp(claims["exp"], UTC) + SKEW
    return Assertion(issuer, claims, _mark(said, issuer, claims), ends + MARGIN)


def _unverified(said: str, issuers: Issuers) -> tuple[CompactSignature, str]:
    """Read who the token says that it is of, and refuse all others before anybody is asked about anything."""
    message = "`assertion` is no signed JWT."
    if len(said) > SIZE_MAX or not said.isascii():
        raise GrantInvalidError(message)
    try:
        signed = jws.extract_compact(said.encode())
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError):
        raise GrantInvalidError(message) from None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(issuer, str) or issuer not in issuers:
        message = "The issuer of the ID token (`iss`) is none of those that this registry trusts."
        raise GrantInvalidError(message)
    return signed, issuer


def _key(signed: CompactSignature, issuer: str, issuers: Issuers) -> PublicKey:
    header = signed.headers()
    if header.get("alg") not in ALGORITHMS:
        message = f"The ID token must be signed by one of: {', '.join(ALGORITHMS)}."
        raise GrantInvalidError(message)
    identifier = header.get("kid")
    key = issuers.key(issuer, identifier) if isinstance(identifier, str) else None
    if key is None:
        message = "The ID token is signed with a key (`kid`) that its issuer does not publish."
        raise GrantInvalidError(message)
    return key


def _check(claims: dict[str, Any], issuer: str, audiences: Collection[str]) -> None:
    required = jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()),
        leeway=int(SKEW.total_seconds()),
        iss={"essential": True, "value": issuer},
        aud={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        required.validate(claims)
    except ExpiredTokenError:
        message = "The ID token has expired."
        raise GrantInvalidError(message) from None
    except (MissingClaimError, ClaimError) as problem:
        message = f"The ID token's claim is missing or wrong: {problem.claim}."
        raise GrantInvalidError(message) from None
    meant = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    # One that is meant for others as well could be shown to us by any of them.
    if not set(meant) <= set(audiences):
        message = f"The ID token's audience (`aud`) must be {min(audiences, key=len)} and no other."
        raise GrantInvalidError(message)
    if not 0 < claims["exp"] - claims["iat"] <= LIFETIME_MAX.total_seconds():
        message = f"The ID token may live at most {LIFETIME_MAX.total_seconds() / 3600:.0f} hours."
        raise GrantInvalidError(message)


def _mark(said: str, issuer: str, claims: dict[str, Any]) -> str:
    identifier = claims.get("jti")
    # Without an identifier, what was signed is one; the signature is not, as it can be written in more than one way.
    own = f"jti {identifier}" if isinstance(identifier, str) and identifier else said.rpartition(".")[0]
    return hashlib.sha256(f"{issuer}\n{own}".encode()).hexdigest()
