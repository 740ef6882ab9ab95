"""Who may do what: one table of permissions, each with the scope it needs and the rules of which one suffices."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from registry.authz.actor import Actor, ActorKind, Scope
from registry.authz.errors import (
    NotYoursError,
    ScopeMissingError,
    SecondFactorMissingError,
    TokenMissingError,
    TokenNarrowedError,
)
from registry.kit.errors import text


class Permission(StrEnum):
    """Everything that somebody may be allowed to do."""

    ORGANISATION_READ = "organisation.read"
    ORGANISATION_CREATE = "organisation.create"
    ORGANISATION_CHANGE = "organisation.change"
    LIMITS_READ = "limits.read"
    LIMITS_CHANGE = "limits.change"
    MEMBERS_READ = "members.read"
    MEMBERS_CHANGE = "members.change"
    CLIENT_CREATE = "client.create"
    CLIENT_READ = "client.read"
    CLIENT_CHANGE = "client.change"
    LEAK_REPORT = "leak.report"
    MANDATES_READ = "mandates.read"
    MANDATE_CHANGE = "mandate.change"
    SERVICE_READ = "service.read"
    SERVICE_CREATE = "service.create"
    SERVICE_CHANGE = "service.change"
    CONTACTS_READ = "contacts.read"
    RELEASE_READ = "release.read"
    RELEASE_PUBLISH = "release.publish"
    RELEASE_CHANGE = "release.change"
    PUBLISHERS_READ = "publishers.read"
    PUBLISHER_ADD = "publisher.add"
    PUBLISHER_REMOVE = "publisher.remove"
    SIGNING_KEY_ADD = "signing_key.add"
    SIGNING_KEY_WITHDRAW = "signing_key.withdraw"
    ADOPTION_READ = "adoption.read"
    ADOPTION_DECLARE = "adoption.declare"
    DEPLOYMENT_REPORT = "deployment.report"
    JOURNAL_READ = "journal.read"
    ACCOUNT_MANAGE = "account.manage"
    ACCOUNT_SECURE = "account.secure"
    PERSON_ERASE = "person.erase"
    AUDIT_READ = "audit.read"
    AUDIT_READ_ALL = "audit.read-all"


class Owned(Protocol):
    """A thing of one organisation."""

    @property
    def owner_id(self) -> UUID:
        """The organisation whose thing it is."""


Rule = Callable[[Actor, Any], bool]

# Rules look for an attribute of the thing (`is_public`, `owner_id`, `provider_id`, `service_id`), which it may lack: to
# hold each thing against a protocol would take many times as long.


def anyone(_actor: Actor, _thing: object) -> bool:
    """Everybody may."""
    return True


def public(_actor: Actor, thing: object) -> bool:
    """Anybody may, once the thing is open to all."""
    return bool(getattr(thing, "is_public", False))


def member(actor: Actor, thing: object) -> bool:
    """One who acts for the organisation whose thing it is may."""
    return actor.organisation_id is not None and getattr(thing, "owner_id", None) == actor.organisation_id


def people_of(actor: Actor, thing: object) -> bool:
    """As `member`, but no run of a pipeline: one that is trusted to publish is trusted with nothing else."""
    return actor.build is None and member(actor, thing)


def any_member(actor: Actor, _thing: object) -> bool:
    """One who acts for any organisation may."""
    return actor.organisation_id is not None


def mandated(actor: Actor, thing: object) -> bool:
    """A provider that holds the organisation's mandate may."""
    return actor.organisation_id is not None and getattr(thing, "provider_id", None) == actor.organisation_id


def oneself(actor: Actor, thing: object) -> bool:
    """The person herself may; the thing is her id."""
    return actor.kind is ActorKind.PERSON and isinstance(thing, UUID) and str(thing) == actor.id


def by_herself(actor: Actor, thing: object) -> bool:
    """The person herself may, unless a city's provider says that it is her: it speaks for the city alone."""
    return oneself(actor, thing) and actor.provider is None


def _is_weak(actor: Actor) -> bool:
    return actor.kind is ActorKind.PERSON and not actor.strong


def operating(actor: Actor, _thing: object) -> bool:
    """The registry's operator may, by a token that is not narrowed to certain services; a person with a passkey."""
    return Scope.REGISTRY_OPERATE in actor.scopes and actor.services is None and not _is_weak(actor)


#: For each permission the scope that a token must carry (None: no token needed) and the rules of which any suffices.
POLICY: dict[Permission, tuple[Scope | None, tuple[Rule, ...]]] = {
    Permission.ORGANISATION_READ: (None, (anyone,)),
    Permission.ORGANISATION_CREATE: (Scope.REGISTRY_OPERATE, (operating,)),
    Permission.ORGANISATION_CHANGE: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.LIMITS_READ: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.LIMITS_CHANGE: (Scope.REGISTRY_OPERATE, (operating,)),
    Permission.MEMBERS_READ: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.MEMBERS_CHANGE: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.CLIENT_CREATE: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.CLIENT_READ: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.CLIENT_CHANGE: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.LEAK_REPORT: (None, (anyone,)),
    Permission.MANDATES_READ: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.MANDATE_CHANGE: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.SERVICE_READ: (None, (public, member, operating)),
    Permission.SERVICE_CREATE: (Scope.SERVICES_WRITE, (any_member,)),
    Permission.SERVICE_CHANGE: (Scope.SERVICES_WRITE, (member,)),
    Permission.CONTACTS_READ: (Scope.SERVICES_WRITE, (member,)),
    Permission.RELEASE_READ: (None, (public, member, operating)),
    Permission.RELEASE_PUBLISH: (Scope.RELEASES_PUBLISH, (member,)),
    Permission.RELEASE_CHANGE: (Scope.RELEASES_PUBLISH, (people_of,)),
    Permission.PUBLISHERS_READ: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.PUBLISHER_ADD: (Scope.ORGANISATION_MANAGE, (member,)),
    Permission.PUBLISHER_REMOVE: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.SIGNING_KEY_ADD: (Scope.ORGANISATION_MANAGE, (member,)),
    Permission.SIGNING_KEY_WITHDRAW: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.ADOPTION_READ: (None, (public, any_member, operating)),
    Permission.ADOPTION_DECLARE: (Scope.ADOPTIONS_WRITE, (member, mandated)),
    Permission.DEPLOYMENT_REPORT: (Scope.DEPLOYMENTS_REPORT, (member, mandated)),
    Permission.JOURNAL_READ: (None, (anyone,)),
    Permission.ACCOUNT_MANAGE: (None, (oneself,)),
    Permission.ACCOUNT_SECURE: (None, (by_herself,)),
    Permission.PERSON_ERASE: (None, (by_herself, operating)),
    Permission.AUDIT_READ: (Scope.ORGANISATION_MANAGE, (member, operating)),
    Permission.AUDIT_READ_ALL: (Scope.REGISTRY_OPERATE, (operating,)),
}

#: What a person may do only after a second factor: decide who belongs to an organisation, and run the registry.
STRONG = frozenset({Scope.ORGANISATION_MANAGE, Scope.REGISTRY_OPERATE})


def has_scope(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's token was issued for such a thing at all; the operator's is for everything it governs."""
    scope, rules = POLICY[permission]
    return scope is None or scope in actor.scopes or (operating in rules and operating(actor, None))


def can(actor: Actor, permission: Permission, thing: object = None) -> bool:
    """Whether the actor may."""
    if _is_weak(actor) and POLICY[permission][0] in STRONG:
        return False
    return _is_covered(actor, permission, thing) and _is_allowed(actor, permission, thing)


def _is_allowed(actor: Actor, permission: Permission, thing: object) -> bool:
    return has_scope(actor, permission) and any(rule(actor, thing) for rule in POLICY[permission][1])


def _is_covered(actor: Actor, permission: Permission, thing: object) -> bool:
    """Whether the actor's token was issued for the service that the thing is, or belongs to; to read takes no token."""
    if actor.services is None or POLICY[permission][0] is None:
        return True
    return getattr(thing, "service_id", None) in actor.services


def _factor_missing() -> SecondFactorMissingError:
    return SecondFactorMissingError(text("Hierfür ist ein Passkey nötig.", "This needs a passkey."))


def require_scope(actor: Actor, permission: Permission) -> None:
    """Refuse one whose token cannot be meant for this, before anything is looked up.

    Raises TokenMissingError, ScopeMissingError, SecondFactorMissingError.
    """
    scope = POLICY[permission][0]
    if _is_weak(actor) and scope in STRONG and has_scope(replace(actor, strong=True), permission):
        raise _factor_missing()
    if has_scope(actor, permission):
        return
    if not actor.is_known:
        raise TokenMissingError(text("Hierfür ist ein Zugriffstoken nötig.", "This needs an access token."))
    raise ScopeMissingError(
        text(f"Dem Token fehlt der Scope `{scope}`.", f"The token does not carry the scope `{scope}`.")
    )


def require(actor: Actor, permission: Permission, thing: object = None) -> None:
    """Refuse one who may not.

    Raises TokenMissingError, ScopeMissingError, SecondFactorMissingError, NotYoursError, TokenNarrowedError.
    """
    require_scope(actor, permission)
    if not _is_allowed(actor, permission, thing):
        if _is_weak(actor) and _is_allowed(replace(actor, strong=True), permission, thing):
            raise _factor_missing()
        raise NotYoursError(
            text(
                "Dies gehört einer anderen Organisation als der, für die Ihr Token handelt.",
                "This belongs to another organisation than the one that your token acts for.",
            )
        )
    if not _is_covered(actor, permission, thing):
        raise TokenNarrowedError(
            text(
                "Ihr Token gilt nur für bestimmte Online-Dienste, und dies gehört zu keinem davon.",
                "Your token is for certain services only, and this belongs to none of them.",
            )
        )
