"""The identity providers that cities already have: for which organisations each speaks, and what must hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.authz.actor import Role
from registry.kit.jwks import is_host, is_trustworthy
from registry.kit.schemas import EMAIL

_VARIABLE = re.compile(r"REGISTRY_OIDC_([A-Z][A-Z0-9]{0,29})_([A-Z_]+)")
_NEEDED = frozenset({"ISSUER", "CLIENT_ID", "CLIENT_SECRET", "ORGANISATIONS"})
_KNOWN = _NEEDED | {
    *("LABEL", "HOSTS", "ORGANISATION_CLAIM", "REQUIRE", "ROLES_CLAIM", "ROLES"),
    *("STRONG_AMR", "STRONG_ACR", "EMAIL_VERIFIED_CLAIM"),
}
#: The most that is read of a claim that lists something.
_VALUES_MAX = 1000


class ProviderSettingError(Exception):
    """A setting of a provider is missing or wrong; the message says which."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider; `organisations` are the slugs that it speaks for, None: any that its claim names.

    `hosts` are the addresses at which, besides the issuer's own, its keys and its token endpoint may lie.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    organisations: frozenset[str] | None
    hosts: tuple[str, ...] = ()
    organisation_claim: str | None = None
    required: tuple[tuple[str, str], ...] = ()
    roles_claim: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    strong_amr: frozenset[str] = frozenset({"mfa"})
    strong_acr: frozenset[str] = frozenset()
    email_verified_claim: str = "email_verified"

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """Return the strongest role that the provider gives; None for no role."""
        given = {self.roles[group] for group in values(claims, self.roles_claim or "") if group in self.roles}
        return next((role for role in Role if role in given), None)

    def is_strong(self, claims: Mapping[str, Any]) -> bool:
        """Whether the provider says that it asked for a second factor."""
        return bool(self.strong_amr & set(values(claims, "amr"))) or bool(self.strong_acr & set(values(claims, "acr")))

    def email(self, claims: Mapping[str, Any]) -> str | None:
        """Return the address that the provider has verified; None where it says none, or not that it did."""
        said, verified = claims.get("email"), claims.get(self.email_verified_claim)
        # Entra ID writes 1 or "1" where others write true.
        if verified not in (True, "1", "true") or not isinstance(said, str) or not EMAIL.fullmatch(said):
            return None
        return said.lower()


def values(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return what a claim says, as a list; `realm_access.roles` looks into objects, where no claim has that name."""
    said: Any = claims
    for step in [name] if name in claims else name.split("."):
        said = said.get(step) if isinstance(said, Mapping) else None
    listed = said if isinstance(said, list) else [said]
    return [each for each in listed[:_VALUES_MAX] if isinstance(each, str) and each.isprintable()]


def read(environ: Mapping[str, str]) -> tuple[Provider, ...]:
    """Read the `REGISTRY_OIDC_<NAME>_…` variables; ProviderSettingError for the first that is wrong."""
    said: dict[str, dict[str, str]] = {}
    for variable in sorted(environ):
        if variable.startswith("REGISTRY_OIDC_") and environ[variable]:
            match = _VARIABLE.fullmatch(variable)
            if match is None or match[2] not in _KNOWN:
                raise ProviderSettingError(f"{variable} is no setting of an identity provider")
            said.setdefault(match[1], {})[match[2]] = environ[variable]
    return tuple(_provider(name, given) for name, given in said.items())


def _provider(name: str, said: Mapping[str, str]) -> Provider:
    prefix = f"REGISTRY_OIDC_{name}"
    if missing := sorted(_NEEDED - said.keys()):
        raise ProviderSettingError(f"{prefix}_{missing[0]} is missing")
    if not is_trustworthy(said["ISSUER"]):
        raise ProviderSettingError(f"{prefix}_ISSUER must be an https address (http on this machine alone)")
    hosts = tuple(_words(said.get("HOSTS", "")))
    if not all(map(is_host, hosts)):
        raise ProviderSettingError(
            f"{prefix}_HOSTS must be https addresses of hosts alone, such as https://keys.example"
        )
    everybody = said["ORGANISATIONS"].strip() == "*"
    if everybody and "ORGANISATION_CLAIM" not in said:
        raise ProviderSettingError(f"{prefix}_ORGANISATIONS may be * only together with {prefix}_ORGANISATION_CLAIM")
    if ("ROLES" in said) != ("ROLES_CLAIM" in said):
        raise ProviderSettingError(f"{prefix}_ROLES and {prefix}_ROLES_CLAIM belong together")
    optional = {"STRONG_AMR": "strong_amr", "STRONG_ACR": "strong_acr"}
    return Provider(
        name=name.lower(),
        issuer=said["ISSUER"],
        client_id=said["CLIENT_ID"],
        client_secret=said["CLIENT_SECRET"],
        label=said.get("LABEL", name.capitalize()),
        organisations=None if everybody else frozenset(_words(said["ORGANISATIONS"])),
        hosts=hosts,
        organisation_claim=said.get("ORGANISATION_CLAIM"),
        required=tuple(_pairs(f"{prefix}_REQUIRE", said.get("REQUIRE", ""))),
        roles_claim=said.get("ROLES_CLAIM"),
        roles=dict(_roles(f"{prefix}_ROLES", said.get("ROLES", ""))),
        email_verified_claim=said.get("EMAIL_VERIFIED_CLAIM", "email_verified"),
        **{name: frozenset(_words(said[setting])) for setting, name in optional.items() if setting in said},
    )


def _words(said: str) -> list[str]:
    return said.replace(",", " ").split()


def _pairs(variable: str, said: str) -> Iterator[tuple[str, str]]:
    # Names of groups in a directory have commas and signs of equality in them.
    for pair in filter(None, (part.strip() for part in said.split(";" if ";" in said else ","))):
        first, sign, second = pair.rpartition("=")
        if not (first and sign and second):
            raise ProviderSettingError(f"{variable} must be like name=value, separated by commas or semicolons")
        yield first, second


def _roles(variable: str, said: str) -> Iterator[tuple[str, Role]]:
    for group, role in _pairs(variable, said):
        if role not in set(Role):
            raise ProviderSettingError(f"{variable} must name one of the roles {', '.join(Role)}, not {role}")
        yield group, Role(role)
