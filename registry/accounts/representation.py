"""How an organisation is told as JSON."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry.accounts.models import Client, Invitation, Mandate, Membership, Organisation, SigningKey
from registry.journal.models import Entry
from registry.journal.representation import actor
from registry.kit.clock import stamp


def organisation(it: Organisation) -> dict[str, Any]:
    """Tell an organisation; its `parent` must be loaded."""
    return {
        "slug": it.slug,
        "name": it.name,
        "kind": it.kind,
        "ars": it.ars,
        "ags": it.ags,
        "state": it.state,
        "population": it.population,
        "location": None if it.lat is None else {"lat": it.lat, "lon": it.lon},
        "website": it.website,
        "email": it.email,
        "parent": it.parent.slug if it.parent else None,
        "verified": it.verified,
        "demo": it.demo,
        "four_eyes": it.four_eyes,
    }


def member(it: Membership) -> dict[str, Any]:
    """Tell a member to the organisation's owners; its `person` must be loaded."""
    return {"id": str(it.person_id), "email": it.person.email, "role": it.role, "since": stamp(it.since)}


def invitation(it: Invitation) -> dict[str, Any]:
    """Tell an open invitation to the organisation's owners."""
    return {
        "id": str(it.id),
        "email": it.email,
        "role": it.role,
        "created_at": stamp(it.created_at),
        "expires_at": stamp(it.expires_at),
    }


def client(it: Client, slugs: Mapping[UUID, str]) -> dict[str, Any]:
    """Tell a machine client to its owners; `slugs` has those of its services."""
    return {
        "client_id": it.client_id,
        "name": it.name,
        "scopes": it.scopes,
        "services": None
        if it.services is None
        else sorted(slugs[UUID(one)] for one in it.services if UUID(one) in slugs),
        "secret_begins": it.secret_hint,
        "former_secret_until": stamp(it.former_until) if it.former_hash and it.former_until else None,
        "created_at": stamp(it.created_at),
        "expires_at": stamp(it.expires_at) if it.expires_at else None,
        "last_used_at": stamp(it.last_used_at) if it.last_used_at else None,
    }


def mandate(it: Mandate, givers: Mapping[str, Entry]) -> dict[str, Any]:
    """Tell a mandate; both its sides must be loaded, and `givers` has the entry that tells who gave it."""
    given = givers.get(it.subject)
    return {
        "provider": it.provider.slug,
        "organisation": it.principal.slug,
        "given_at": stamp(it.given_at),
        "given_by": None if given is None else actor(given),
    }


def signing_key(it: SigningKey) -> dict[str, Any]:
    """Tell a key by which an organisation signs."""
    return {
        "keyid": it.keyid,
        "name": it.name,
        "public_key": it.public_key,
        "created_at": stamp(it.created_at),
        "withdrawn_at": stamp(it.withdrawn_at) if it.withdrawn_at else None,
    }
