"""Keep signed statements about releases: who built a package, of what, how."""

from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.models import SigningKey
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue.models import TrustedPublisher
from registry.journal import service as journal
from registry.kit import dsse
from registry.kit.errors import text
from registry.releases import attestations, representation
from registry.releases.attestations import MOST
from registry.releases.errors import AttestationExistsError, AttestationNotFoundError, TooManyAttestationsError
from registry.releases.models import Attestation, Release, Signer
from registry.releases.service.browsing import find
from registry.releases.service.keeping import settle


def attest(session: Session, actor: Actor, slug: str, version: str, content: bytes) -> Release:
    """Add a signed statement about a release's package.

    Raises AttestationInvalidError, AttestationExistsError, TooManyAttestationsError.
    """
    release = find(session, actor, slug, version, lock=True)
    require(actor, Permission.RELEASE_PUBLISH, release)
    kept = keep(session, release, content)
    told = {"service": slug, "version": release.version}
    journal.record(
        session,
        actor,
        "release.attested",
        subject=f"release:{slug}/{release.version}",
        service=slug,
        data=told,
        after={"attestation": kept.sha256, "keyid": kept.keyid},
        public=release.is_public,
    )
    settle(session, actor, release)
    return release


def keep(session: Session, release: Release, content: bytes) -> Attestation:
    """Keep a statement about a release that is signed by a key of its organisation, or of the pipeline that made it."""
    read = attestations.read(content, release.package_sha256)
    if any(one["sha256"] == read.sha256 for one in release.attested):
        raise AttestationExistsError(text("Diese Attestierung gibt es schon.", "This attestation exists already."))
    if len(release.attested) >= MOST:
        raise TooManyAttestationsError(
            text(f"Eine Version trägt höchstens {MOST} Attestierungen.", f"A release carries at most {MOST}.")
        )
    keys = _keys(session, release)
    keyid = dsse.signer(read.envelope, {keyid: key for keyid, (key, _) in keys.items()})
    if keyid is None:
        raise attestations.wrong(
            "Keine Unterschrift stammt von einem gültigen Schlüssel der Organisation oder der vertrauten Pipeline.",
            "No signature is of a valid key of the organisation or of the trusted pipeline.",
        )
    kept = Attestation(
        release_id=release.id,
        sha256=read.sha256,
        predicate_type=read.predicate_type,
        signed_by=keys[keyid][1],
        keyid=keyid,
        body=content,
    )
    session.add(kept)
    session.flush()
    glance = {
        "sha256": kept.sha256,
        "predicate_type": kept.predicate_type,
        "signed_by": kept.signed_by,
        "keyid": keyid,
    }
    release.attested = [*release.attested, glance]
    return kept


def _keys(session: Session, release: Release) -> dict[str, tuple[Ed25519PublicKey, Signer]]:
    """Return the keys that may sign statements about the release, and whose they are."""
    found: dict[str, tuple[Ed25519PublicKey, Signer]] = {}
    if release.built_by is not None:
        publisher = session.get(TrustedPublisher, UUID(release.built_by["publisher"]))
        if publisher is not None and publisher.public_key is not None:
            key = dsse.read_key(publisher.public_key)
            found[dsse.key_id(key)] = (key, Signer.PIPELINE)
    query = select(SigningKey).where(SigningKey.organisation_id == release.owner_id, SigningKey.withdrawn_at.is_(None))
    for its in session.scalars(query):
        found[its.keyid] = (dsse.read_key(its.public_key), Signer.ORGANISATION)
    return found


def attested(session: Session, actor: Actor, slug: str, version: str) -> list[dict[str, Any]]:
    """List the statements about a release, with whether the key of each was withdrawn since."""
    release = find(session, actor, slug, version)
    query = (
        select(Attestation, SigningKey.withdrawn_at)
        .outerjoin(
            SigningKey,
            (SigningKey.organisation_id == release.owner_id) & (SigningKey.keyid == Attestation.keyid),
        )
        .where(Attestation.release_id == release.id)
        .order_by(Attestation.created_at, Attestation.sha256)
    )
    return [representation.attestation(it, release, withdrawn) for it, withdrawn in session.execute(query)]


def attestation(session: Session, actor: Actor, slug: str, version: str, sha256: str) -> bytes:
    """Return a statement's envelope as it came; AttestationNotFoundError."""
    release = find(session, actor, slug, version)
    query = select(Attestation.body).where(Attestation.release_id == release.id, Attestation.sha256 == sha256)
    body = session.scalar(query)
    if body is None:
        raise AttestationNotFoundError(sha256)
    return body
