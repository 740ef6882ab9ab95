"""Who plays in the tests: Mönchengladbach publishes, Wiesbaden and Mainz adopt, Kiel is a stranger.

The data centre acts for Mainz by its mandate; the operator runs the registry; nobody asks without a token.
"""

from dataclasses import dataclass
from typing import Any

from registry.authz.actor import NOBODY, ROLE_SCOPES, Actor, ActorKind, Role, Scope, operator

OPERATOR = operator("test")

#: Organisations by slug, as they are taken in.
ORGANISATIONS: dict[str, dict[str, Any]] = {
    "moenchengladbach": {"name": "Mönchengladbach", "kind": "municipality", "ars": "051160000000"},
    "wiesbaden": {"name": "Wiesbaden", "kind": "municipality", "ars": "064140000000"},
    "mainz": {"name": "Mainz", "kind": "municipality", "ars": "073150000000"},
    "kiel": {"name": "Kiel", "kind": "municipality", "ars": "010020000000"},
    "rechenzentrum": {"name": "Rechenzentrum Musterland", "kind": "provider"},
    "betrieb": {"name": "Betrieb des Registers", "kind": "association"},
}


@dataclass(frozen=True, slots=True)
class Part:
    """One who asks: for which organisation (None: nobody), with which scopes."""

    organisation: str | None
    scopes: frozenset[Scope]


#: The parts by name; a token or an actor of each is made by the fixtures `token_of` and `actor_of`.
CAST: dict[str, Part] = {
    "nobody": Part(None, frozenset()),
    "moenchengladbach-owner": Part("moenchengladbach", ROLE_SCOPES[Role.OWNER]),
    "moenchengladbach-publisher": Part("moenchengladbach", ROLE_SCOPES[Role.PUBLISHER]),
    "moenchengladbach-viewer": Part("moenchengladbach", ROLE_SCOPES[Role.VIEWER]),
    "wiesbaden-owner": Part("wiesbaden", ROLE_SCOPES[Role.OWNER]),
    "wiesbaden-adopter": Part("wiesbaden", ROLE_SCOPES[Role.ADOPTER]),
    "mainz-adopter": Part("mainz", ROLE_SCOPES[Role.ADOPTER]),
    "kiel-owner": Part("kiel", ROLE_SCOPES[Role.OWNER]),
    "kiel-publisher": Part("kiel", ROLE_SCOPES[Role.PUBLISHER]),
    "rechenzentrum-adopter": Part("rechenzentrum", ROLE_SCOPES[Role.ADOPTER]),
    "operator": Part("betrieb", frozenset({Scope.REGISTRY_OPERATE})),
}

SERVICE: dict[str, Any] = {
    "slug": "wunschkennzeichen",
    "name": {"de": "Wunschkennzeichen", "en": "Vanity plate"},
    "summary": {"de": "Kennzeichen online reservieren"},
    "description": {"de": "Reserviert ein **Wunschkennzeichen**."},
    "topic": "Mobilität & Reisen",
    "licence": "EUPL-1.2",
    "trust_level": "basic",
    "kind": "online_service",
    "contacts": [
        {"name": "Team eGovernment", "role": "business", "email": "egovernment@city.example", "public": True},
        {"name": "Team Technik", "role": "technical", "email": "technik@city.example", "public": False},
    ],
}


def actor(part: Part, organisation_id: Any) -> Actor:
    """Return a part as services see it."""
    if part.organisation is None:
        return NOBODY
    return Actor(ActorKind.CLIENT, f"{part.organisation}-test", organisation_id, part.organisation, part.scopes)
