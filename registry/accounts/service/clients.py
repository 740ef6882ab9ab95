"""Machine clients: programs that act for one organisation."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from registry.accounts.errors import (
    ClientNotFoundError,
    ClientOutlivesError,
    ClientWithoutSecretError,
    ScopeNotGrantableError,
)
from registry.accounts.models import Client, Organisation
from registry.accounts.service import organisations, quotas, tokens
from registry.authz.actor import Actor, ActorKind, Scope
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock, paging
from registry.kit.errors import Fault, text
from registry.kit.paging import Page, Place

#: The client under whose name the shell issues tokens.
SHELL = "shell"


def create_client(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    services: Collection[UUID] | None = None,
) -> tuple[Client, str]:
    """Set up a client with scopes that the one who asks holds; return it and its secret, which nobody sees again.

    `services` are the only ones that it may act on. What a client sets up ends when that one ends, at the latest.
    Raises ScopeNotGrantableError, ClientOutlivesError.
    """
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_CREATE, organisation)
    _check_grantable(actor, scopes)
    expires_at = _within_own_end(session, actor, expires_at)
    quotas.keep_to(session, organisation.id, clients=quotas.clients_of(session, organisation.id) + 1)
    secret = tokens.new_secret(tokens.SECRET_PREFIX)
    client = _add(session, actor, organisation, name, scopes, expires_at=expires_at, services=services, secret=secret)
    return client, secret


def create_without_secret(
    session: Session, actor: Actor, slug: str, *, name: str, scopes: Collection[Scope], services: Collection[UUID]
) -> Client:
    """Set up a client that has no secret, and gets tokens for these services only by what else vouches for it."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_CREATE, organisation)
    _check_grantable(actor, scopes)
    ends = _within_own_end(session, actor, None)
    return _add(session, actor, organisation, name, scopes, expires_at=ends, services=services, secret=None)


def issue_from_shell(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    scopes: Collection[Scope],
    lifetime: timedelta,
    services: Collection[UUID] | None = None,
) -> str:
    """Issue a token to the organisation's shell client, as the one at the machine's shell may for anybody."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_CREATE, organisation)
    mine = select(Client).where(
        Client.organisation_id == organisation.id,
        Client.name == SHELL,
        Client.secret_hash.is_(None),
        Client.revoked_at.is_(None),
    )
    client = session.scalar(mine)
    if client is None:
        client = _add(session, actor, organisation, SHELL, scopes, expires_at=None, secret=None)
    client.scopes = sorted({*client.scopes, *scopes})
    client.organisation = organisation
    return tokens.issue(session, client, scopes, lifetime, services=services)


def _check_grantable(actor: Actor, scopes: Collection[Scope]) -> None:
    beyond = sorted(set(scopes) - actor.scopes)
    if beyond:
        said = text(
            f"Ihr Token trägt selbst nicht: {', '.join(beyond)}.",
            f"Your own token does not carry: {', '.join(beyond)}.",
        )
        raise ScopeNotGrantableError(said, faults=[Fault("#/scopes", said)])


def _own_end(session: Session, actor: Actor) -> datetime | None:
    """Return when the client that asks expires; None for one that does not, and for all others who ask."""
    if actor.kind is not ActorKind.CLIENT:
        return None
    return session.scalar(select(Client.expires_at).where(Client.client_id == actor.id))


def _outlives(*fields: str) -> ClientOutlivesError:
    said = text("Der Client, der fragt, läuft früher ab.", "The client that asks expires earlier.")
    return ClientOutlivesError(said, faults=[Fault(f"#/{field}", said) for field in fields])


def _within_own_end(session: Session, actor: Actor, wanted: datetime | None) -> datetime | None:
    """Return when something that the actor sets up expires: no later than he, who may be a client."""
    end = _own_end(session, actor)
    if end is not None and wanted is not None and wanted > end:
        raise _outlives("expires_at")
    return wanted or end


def clients(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[Client]:
    """List an organisation's clients that were not ended, the oldest first."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_READ, organisation)
    order = (Client.created_at, Client.id)
    query = select(Client, *order).where(Client.organisation_id == organisation.id, Client.revoked_at.is_(None))
    return paging.read(session, query, order, after=after, limit=limit)


def expiring(session: Session, actor: Actor, slug: str, *, within: timedelta) -> Sequence[Client]:
    """List the clients that expire so soon, or have expired and were not ended; the next one first."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_READ, organisation)
    its = (Client.organisation_id == organisation.id, Client.revoked_at.is_(None))
    query = select(Client).where(*its, Client.expires_at <= clock.now() + within)
    return session.scalars(query.order_by(Client.expires_at, Client.id).limit(50)).all()


def client(session: Session, actor: Actor, slug: str, client_id: str, *, lock: bool = False) -> Client:
    """Return a client that was not ended; `lock` keeps others from changing it until the transaction ends."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_READ, organisation)
    query = select(Client).where(
        Client.client_id == client_id, Client.organisation_id == organisation.id, Client.revoked_at.is_(None)
    )
    query = query.options(joinedload(Client.organisation, innerjoin=True))
    found = session.scalar(query.with_for_update(of=Client, key_share=True) if lock else query)
    if found is None:
        raise ClientNotFoundError(slug, client_id)
    return found


def change_client(session: Session, actor: Actor, slug: str, client_id: str, changes: Mapping[str, Any]) -> Client:
    """Change a client's name, scopes, services or end; what it loses its tokens lose at once.

    ScopeNotGrantableError for a scope that it would gain, and that the one who asks does not hold; ClientOutlivesError
    for an end later than that of the client that asks.
    """
    found = client(session, actor, slug, client_id, lock=True)
    require(actor, Permission.CLIENT_CHANGE, found)
    before = _facts(found)
    if "scopes" in changes:
        _check_grantable(actor, set(changes["scopes"]) - set(map(Scope, found.scopes)))
        found.scopes = sorted(set(changes["scopes"]))
    if "services" in changes:
        found.services = None if changes["services"] is None else sorted(map(str, changes["services"]))
    if "name" in changes:
        found.name = changes["name"]
    if "expires_at" in changes:
        _prolong(session, actor, found, changes["expires_at"])
    session.flush()
    after = _facts(found)
    _note(
        session,
        actor,
        found,
        "client.changed",
        before={name: value for name, value in before.items() if after[name] != value},
        after={name: value for name, value in after.items() if before[name] != value} | {"fields": sorted(changes)},
    )
    return found


def _prolong(session: Session, actor: Actor, client: Client, wanted: datetime | None) -> None:
    """Give a client another end; to bring it nearer anybody may who may change it."""
    end, now = _own_end(session, actor), client.expires_at
    is_later = now is not None and (wanted is None or wanted > now)
    if end is not None and is_later and (wanted is None or wanted > end):
        raise _outlives("expires_at")
    client.expires_at, client.warned = wanted, None


def rotate(session: Session, actor: Actor, slug: str, client_id: str, *, overlap: timedelta) -> tuple[Client, str]:
    """Give a client a new secret, which nobody sees again; the one it had stays good for as long as they overlap.

    Of three secrets in a row the first is worth nothing any more. Raises ClientWithoutSecretError;
    ScopeNotGrantableError where the client has a scope that the one who asks does not hold, ClientOutlivesError where
    it expires later than he.
    """
    found = client(session, actor, slug, client_id, lock=True)
    require(actor, Permission.CLIENT_CHANGE, found)
    if found.secret_hash is None:
        raise ClientWithoutSecretError(
            text("Dieser Client hat kein Secret.", "This client has no secret."),
        )
    # Who has its secret has its scopes, for as long as it lasts.
    _check_grantable(actor, set(map(Scope, found.scopes)))
    end = _own_end(session, actor)
    if end is not None and (found.expires_at is None or found.expires_at > end):
        raise _outlives()
    secret = tokens.new_secret(tokens.SECRET_PREFIX)
    found.former_hash, found.former_until = found.secret_hash if overlap else None, clock.now() + overlap
    found.secret_hash, found.secret_hint = tokens.digest(secret), tokens.hint(secret)
    found.made_by = person_behind(session, actor) or found.made_by  # who knows the secret is who must not keep it
    session.flush()
    _note(session, actor, found, "client.rotated", after={"overlap": int(overlap.total_seconds())})
    return found, secret


def end_client(session: Session, actor: Actor, slug: str, client_id: str) -> None:
    """End a client, its secrets and all its tokens at once and for good."""
    found = client(session, actor, slug, client_id, lock=True)
    require(actor, Permission.CLIENT_CHANGE, found)
    found.revoked_at = clock.now()
    found.secret_hash = found.former_hash = found.former_until = None
    session.flush()
    tokens.revoke_all(session, found)
    _note(session, actor, found, "client.ended")


def _facts(client: Client) -> dict[str, Any]:
    return {
        "scopes": client.scopes,
        "services": client.services,
        "expires_at": client.expires_at and clock.stamp(client.expires_at),
    }


def _note(
    session: Session,
    actor: Actor,
    client: Client,
    kind: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    journal.record(
        session,
        actor,
        kind,
        subject=f"client:{client.client_id}",
        organisation=client.organisation.slug,
        before=before,
        after=after,
    )


def person_behind(session: Session, actor: Actor) -> UUID | None:
    """Return the person who knows what the one who asks knows: herself, or who set up the client that asks.

    Nobody is behind the run of a trusted pipeline, which has no secret.
    """
    require(actor, Permission.ORGANISATION_READ)
    if actor.id is None or actor.build is not None or actor.kind not in {ActorKind.PERSON, ActorKind.CLIENT}:
        return None
    if actor.kind is ActorKind.PERSON:
        return UUID(actor.id)
    return session.scalar(select(Client.made_by).where(Client.client_id == actor.id))


def _add(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    name: str,
    scopes: Collection[Scope],
    *,
    expires_at: datetime | None,
    secret: str | None,
    services: Collection[UUID] | None = None,
) -> Client:
    client = Client(
        client_id=f"{organisation.slug[:50].rstrip('-')}-{secrets.token_hex(6)}",
        organisation=organisation,
        name=name,
        secret_hash=tokens.digest(secret) if secret else None,
        secret_hint=tokens.hint(secret) if secret else None,
        made_by=person_behind(session, actor),
        scopes=sorted(set(scopes)),
        services=None if services is None else sorted(map(str, services)),
        expires_at=expires_at,
    )
    session.add(client)
    session.flush()
    _note(session, actor, client, "client.created", after=_facts(client))
    return client
