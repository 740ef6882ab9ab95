"""Machine clients: programs that act for one organisation."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.errors import ScopeNotGrantableError
from registry.accounts.models import Client, Organisation
from registry.accounts.service import organisations, tokens
from registry.authz.actor import Actor, Scope
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit.errors import Fault, text

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

    `services` are the only ones that it may act on.
    """
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.CLIENT_CREATE, organisation)
    beyond = sorted(set(scopes) - actor.scopes)
    if beyond:
        said = text(
            f"Ihr Token trägt selbst nicht: {', '.join(beyond)}.",
            f"Your own token does not carry: {', '.join(beyond)}.",
        )
        raise ScopeNotGrantableError(said, faults=[Fault("#/scopes", said)])
    secret = tokens.new_secret(tokens.SECRET_PREFIX)
    client = _add(session, actor, organisation, name, scopes, expires_at=expires_at, services=services, secret=secret)
    return client, secret


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
        Client.organisation_id == organisation.id, Client.name == SHELL, Client.secret_hash.is_(None)
    )
    client = session.scalar(mine)
    if client is None:
        client = _add(session, actor, organisation, SHELL, scopes, expires_at=None, secret=None)
    client.scopes = sorted({*client.scopes, *scopes})
    client.organisation = organisation
    return tokens.issue(session, client, scopes, lifetime, services=services)


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
        client_id=f"{organisation.slug}-{secrets.token_hex(6)}",
        organisation=organisation,
        name=name,
        secret_hash=tokens.digest(secret) if secret else None,
        scopes=sorted(set(scopes)),
        services=None if services is None else sorted(map(str, services)),
        expires_at=expires_at,
    )
    session.add(client)
    session.flush()
    journal.record(
        session,
        actor,
        "client.created",
        subject=f"client:{client.client_id}",
        organisation=organisation.slug,
        after={"scopes": client.scopes, "services": client.services},
    )
    return client
