"""Opaque access tokens: shown once, kept as a hash, each for one client and so for one organisation."""

import base64
import hashlib
import json
import secrets
import zlib
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, delete, select, update
from sqlalchemy.orm import Session, joinedload

from registry.accounts.errors import TokenInvalidError
from registry.accounts.models import AccessToken, Client, Organisation
from registry.authz.actor import Actor, ActorKind, Build, Scope
from registry.journal import service as journal
from registry.kit import clock, db

#: By these first letters secret scanners know an access token, and a client secret.
TOKEN_PREFIX = "efa_at_"
SECRET_PREFIX = "efa_cs_"

#: How many letters of a secret are kept to know it by.
HINT = len(SECRET_PREFIX) + 4

LIFETIME = timedelta(hours=1)

#: How long a token is kept after its end.
KEPT = timedelta(days=30)


def _as_text(*columns: Any) -> list[Any]:
    return [cast(column, Text) for column in columns]


#: As text, so that a row is the same as the last one where nothing has changed, and need not be read again.
_BEARER = db.Lookup(
    select(
        *_as_text(
            AccessToken.scopes,
            AccessToken.services,
            AccessToken.built_by,
            AccessToken.expires_at,
            Client.scopes,
            Client.services,
            Client.expires_at,
            Client.client_id,
            Organisation.id,
            Organisation.slug,
        )
    )
    .join(Client, Client.id == AccessToken.client_id)
    .join(Organisation, Organisation.id == Client.organisation_id)
    .where(AccessToken.hash == bindparam("hash"), AccessToken.revoked_at.is_(None), Client.revoked_at.is_(None))
)


def digest(secret: str) -> str:
    """Return what is stored of a token or a secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret(prefix: str) -> str:
    """Make a token or secret of 256 random bits, with a checksum by which scanners tell it from what looks like it."""
    drawn = prefix + secrets.token_urlsafe(32)
    return drawn + checksum(drawn)


def hint(secret: str) -> str:
    """Return how a secret begins: enough to know it again, of no use to guess the rest."""
    return secret[:HINT]


def checksum(drawn: str) -> str:
    """Return the six letters that a token or secret ends with."""
    return base64.urlsafe_b64encode(zlib.crc32(drawn.encode()).to_bytes(4)).decode().rstrip("=")


#: Of the end of tokens that last longer than this owners are warned.
LONG = timedelta(days=14)


def issue(
    session: Session,
    client: Client,
    scopes: Iterable[Scope],
    lifetime: timedelta = LIFETIME,
    *,
    services: Collection[UUID] | None = None,
    build: Build | None = None,
) -> str:
    """Issue a token of these scopes to a client, which must hold them; return the token, which nobody sees again.

    `services` narrow it to these; it is narrowed to the client's anyway. `build` is the run of a pipeline that asks by
    the client.
    """
    granted = sorted(set(scopes))
    only = client.services if services is None else sorted(map(str, services))
    if not set(granted) <= set(client.scopes) or not _within(only, client.services):
        message = "a token cannot carry more than its client"
        raise ValueError(message)
    token = new_secret(TOKEN_PREFIX)
    now = clock.now()
    ends = now + lifetime if client.expires_at is None else min(now + lifetime, client.expires_at)
    built_by = None if build is None else asdict(build)
    session.add(
        AccessToken(
            hash=digest(token),
            client=client,
            scopes=granted,
            services=only,
            built_by=built_by,
            issued_at=now,
            expires_at=ends,
            warned=None if ends - now > LONG else 0,
        )
    )
    actor = Actor(ActorKind.CLIENT, client.client_id, client.organisation_id, client.organisation.slug)
    journal.record(
        session,
        actor,
        "token.issued",
        subject=f"client:{client.client_id}",
        after={"scopes": granted} | ({"built_by": built_by} if built_by else {}),
    )
    return token


def _within(services: Collection[str] | None, bound: Collection[str] | None) -> bool:
    return bound is None or (services is not None and set(services) <= set(bound))


def authenticate(session: Session, token: str) -> Actor:
    """Return who shows this token; TokenInvalidError where it is not, or no longer, good."""
    row = _BEARER.first(session, hash=digest(token))
    if row is None:
        raise TokenInvalidError
    actor, ends = _bearer(row)
    if ends <= clock.now():
        raise TokenInvalidError
    return actor


@lru_cache(maxsize=2048)
def _bearer(row: tuple[Any, ...]) -> tuple[Actor, datetime]:
    """Read what the database says of a token: who shows it, and when it ends."""
    scopes, services, built_by, expires_at, held, bound, client_ends, client_id, organisation_id, slug = row
    # Who narrows a client narrows the tokens that it has.
    granted = frozenset(map(Scope, json.loads(scopes))) & frozenset(json.loads(held))
    only = [frozenset(map(UUID, json.loads(said))) for said in (services, bound) if said is not None]
    ends = min(_moment(said) for said in (expires_at, client_ends) if said is not None)
    actor = Actor(
        ActorKind.CLIENT,
        client_id,
        UUID(organisation_id),
        slug,
        granted,
        services=frozenset.intersection(*only) if only else None,
        build=None if built_by is None else Build(**json.loads(built_by)),
    )
    return actor, ends


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def client_by_credentials(session: Session, client_id: str, secret: str) -> Client | None:
    """Return the open client that this secret belongs to, None for none; takes the same time either way."""
    client = find_client(session, client_id)
    shown = digest(secret)
    stored = [client.secret_hash, client.former_hash if _overlaps(client) else None] if client else [None, None]
    good = [secrets.compare_digest(each or digest(""), shown) and each is not None for each in stored]
    return client if client and any(good) and client.is_open else None


def _overlaps(client: Client) -> bool:
    return client.former_until is not None and client.former_until > clock.now()


def find_client(session: Session, client_id: str) -> Client | None:
    """Return the client of this identifier, with its organisation."""
    query = select(Client).where(Client.client_id == client_id).options(joinedload(Client.organisation))
    return session.scalar(query)


@dataclass(frozen=True, slots=True)
class Introspection:
    """What is told of a token that is active (RFC 7662): who shows it, and from when until when."""

    actor: Actor
    issued_at: datetime
    expires_at: datetime


def introspect(session: Session, asking: Client, token: str) -> Introspection | None:
    """Tell a client of a token of its own organisation; None for any that is not active, or another's."""
    found = _token_of(session, asking, token)
    if found is None or found.revoked_at is not None or found.expires_at <= clock.now() or not found.client.is_open:
        return None
    ends, last = found.expires_at, found.client.expires_at
    return Introspection(authenticate(session, token), found.issued_at, ends if last is None else min(ends, last))


def revoke(session: Session, asking: Client, token: str) -> None:
    """End a token of the client's own organisation at once; one that is unknown or another's is passed over."""
    found = _token_of(session, asking, token)
    if found is None or found.revoked_at is not None:
        return
    found.revoked_at = clock.now()
    actor = Actor(ActorKind.CLIENT, asking.client_id, asking.organisation_id, asking.organisation.slug)
    journal.record(session, actor, "token.revoked", subject=f"client:{found.client.client_id}")


def forget_ended(session: Session) -> None:
    """Forget the tokens that have not been good for a month: so long it can still be told what one was."""
    session.execute(delete(AccessToken).where(AccessToken.expires_at < clock.now() - KEPT))


def revoke_all(session: Session, client: Client) -> None:
    """End all tokens of a client at once; whoever ends the client was asked."""
    open_ones = (AccessToken.client_id == client.id, AccessToken.revoked_at.is_(None))
    session.execute(update(AccessToken).where(*open_ones).values(revoked_at=clock.now()))


def _token_of(session: Session, asking: Client, token: str) -> AccessToken | None:
    query = (
        select(AccessToken)
        .join(AccessToken.client)
        .where(AccessToken.hash == digest(token), Client.organisation_id == asking.organisation_id)
        .options(joinedload(AccessToken.client).joinedload(Client.organisation))
    )
    return session.scalar(query)
