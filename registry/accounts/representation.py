"""How an organisation is told as JSON."""

from typing import Any

from registry.accounts.models import Mandate, Membership, Organisation
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
    return {"email": it.person.email, "role": it.role, "since": stamp(it.since)}


def mandate(it: Mandate) -> dict[str, Any]:
    """Tell a mandate; both its sides must be loaded."""
    return {"provider": it.provider.slug, "organisation": it.principal.slug, "given_at": stamp(it.given_at)}
