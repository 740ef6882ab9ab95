"""Proof that an organisation is who it says: a TXT record in the zone of its website's domain."""

import hmac
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from registry.accounts.errors import NoDomainError, ProofMissingError
from registry.accounts.models import Organisation, Proof
from registry.accounts.service import organisations
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.kit.errors import text

LABEL = "_efa-registry"
#: A domain as name servers know it. Of one with other letters they and browsers may make different ones.
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


@dataclass(frozen=True, slots=True)
class Challenge:
    """The record that proves it: its name, and its value."""

    name: str
    value: str


def domain_of(organisation: Organisation) -> str:
    """Return the domain of an organisation's website without `www.`; NoDomainError where there is none."""
    domain = (urlsplit(organisation.website or "").hostname or "").removeprefix("www.").removesuffix(".")
    if not _DOMAIN.fullmatch(domain):
        raise NoDomainError
    return domain


def challenge(session: Session, actor: Actor, slug: str, *, key: str) -> tuple[Organisation, Challenge]:
    """Return what an owner must publish; `key` keeps others from guessing it. Raises NoDomainError."""
    organisation = organisations.find(session, actor, slug)
    require(actor, Permission.ORGANISATION_CHANGE, organisation)
    domain = domain_of(organisation)
    proved = hmac.new(key.encode(), f"proof:{slug}:{domain}".encode(), "sha256").hexdigest()[:40]
    return organisation, Challenge(f"{LABEL}.{domain}", f"efa-registry={proved}")


def prove(session: Session, actor: Actor, slug: str, *, key: str, found: list[str]) -> Organisation:
    """Take the TXT records that were `found` as proof; ProofMissingError where none is the one that was asked for."""
    _, wanted = challenge(session, actor, slug, key=key)
    if wanted.value not in {record.strip() for record in found}:
        raise ProofMissingError(
            text(
                f"Unter {wanted.name} steht kein TXT-Eintrag „{wanted.value}“.",
                f"There is no TXT record “{wanted.value}” at {wanted.name}.",
            )
        )
    return organisations.verify(session, actor, slug, Proof.DNS)
