"""Who asks: nobody, a person, a machine client, or the registry itself; always for at most one organisation."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Scope(StrEnum):
    """What a token may be used for."""

    SERVICES_WRITE = "services:write"
    RELEASES_PUBLISH = "releases:publish"
    ADOPTIONS_WRITE = "adoptions:write"
    DEPLOYMENTS_REPORT = "deployments:report"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"
    HOSPITATIONS_WRITE = "hospitations:write"
    ORGANISATION_MANAGE = "organisation:manage"
    REGISTRY_OPERATE = "registry:operate"


class Role(StrEnum):
    """What a member does in an organisation."""

    OWNER = "owner"
    PUBLISHER = "publisher"
    ADOPTER = "adopter"
    VIEWER = "viewer"


_TALK = frozenset({Scope.SUBSCRIPTIONS_WRITE, Scope.HOSPITATIONS_WRITE})

#: The scopes that each role carries.
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope) - {Scope.REGISTRY_OPERATE},
    Role.PUBLISHER: _TALK | {Scope.SERVICES_WRITE, Scope.RELEASES_PUBLISH},
    Role.ADOPTER: _TALK | {Scope.ADOPTIONS_WRITE, Scope.DEPLOYMENTS_REPORT},
    Role.VIEWER: frozenset(),
}


class ActorKind(StrEnum):
    """What sort of one asks."""

    NOBODY = "nobody"
    PERSON = "person"
    CLIENT = "client"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Build:
    """The run of a pipeline that something comes from, as the issuer of its token vouches for it.

    `publisher` is the id of the trusted publisher that it acts as.
    """

    issuer: str
    repository: str
    commit: str | None
    ref: str | None
    environment: str | None
    run_url: str | None
    publisher: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks, already narrowed to the scopes of the role or of the token that was shown.

    `id` is the machine client's, or a person's pseudonym: what the journal remembers, never a name. `services` are the
    only ones that a narrowed token may act on; None: all that its organisation may act on. `strong` says that a person
    has lately shown a second factor; programs have none and need none. `build` is the run of a trusted pipeline, where
    it is one that asks; `provider` the identity provider that vouches for a person, where she came in by one.
    """

    kind: ActorKind
    id: str | None = None
    organisation_id: UUID | None = None
    organisation: str | None = None
    scopes: frozenset[Scope] = frozenset()
    services: frozenset[UUID] | None = None
    strong: bool = True
    build: Build | None = None
    provider: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether somebody, not just anybody, asks."""
        return self.kind is not ActorKind.NOBODY


#: Anybody from the street.
NOBODY = Actor(ActorKind.NOBODY)


def operator(name: str) -> Actor:
    """Return the registry's own operator at work under this name, such as `seed` or `shell`."""
    return Actor(ActorKind.SYSTEM, id=name, scopes=frozenset(Scope))


def system_for(name: str, organisation_id: UUID, organisation: str) -> Actor:
    """Return the registry at work for one organisation, as the seed does when it tells an organisation's story."""
    return Actor(ActorKind.SYSTEM, name, organisation_id, organisation, frozenset(Scope))
