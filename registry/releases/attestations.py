"""What a signed statement says of a package (in-toto, SLSA), in its envelope; nothing here asks the database."""

import hashlib
from dataclasses import dataclass
from typing import Any

from registry.kit import dsse
from registry.kit.dsse import DsseError, Envelope
from registry.kit.errors import Fault, text
from registry.releases.errors import AttestationInvalidError

#: How large an envelope may be, and how many a release may carry.
SIZE_MAX = 200_000
MOST = 8
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPES = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
_PREDICATE_MAX = 300


@dataclass(frozen=True, slots=True)
class Attestation:
    """An envelope as it came, with the statement about a package that is in it; who signed it is not known yet."""

    content: bytes
    sha256: str
    envelope: Envelope
    predicate_type: str


def read(content: bytes, package_sha256: str) -> Attestation:
    """Read an envelope that must hold a statement about this package; AttestationInvalidError says what is wrong."""
    if len(content) > SIZE_MAX:
        raise wrong(
            f"Eine Attestierung darf höchstens {SIZE_MAX} Byte haben.",
            f"An attestation may have at most {SIZE_MAX} bytes.",
        )
    try:
        envelope = dsse.read(content)
        said = dsse.statement(envelope)
    except DsseError as problem:
        raise wrong(f"Kein Umschlag nach DSSE: {problem}.", f"No DSSE envelope: {problem}.") from None
    if envelope.payload_type != PAYLOAD_TYPE or said.get("_type") not in STATEMENT_TYPES:
        raise wrong(
            f"Erwartet wird eine in-toto-Aussage (`payloadType` {PAYLOAD_TYPE}, `_type` {STATEMENT_TYPES[0]}).",
            f"An in-toto statement is expected (`payloadType` {PAYLOAD_TYPE}, `_type` {STATEMENT_TYPES[0]}).",
        )
    predicate = said.get("predicateType")
    if not isinstance(predicate, str) or not 0 < len(predicate) <= _PREDICATE_MAX or not predicate.isprintable():
        raise wrong("`predicateType` fehlt.", "`predicateType` is missing.")
    if package_sha256 not in _subjects(said.get("subject")):
        raise wrong(
            f"Kein `subject` hat die SHA-256 des Pakets: {package_sha256}.",
            f"No `subject` has the SHA-256 of the package: {package_sha256}.",
        )
    return Attestation(content, hashlib.sha256(content).hexdigest(), envelope, predicate)


def _subjects(said: Any) -> set[str]:
    """Return the SHA-256 of everything that the statement is about."""
    digests = [one.get("digest") for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    found = [digest.get("sha256") for digest in digests if isinstance(digest, dict)]
    return {one.lower() for one in found if isinstance(one, str)}


def wrong(de: str, en: str) -> AttestationInvalidError:
    """Say what is wrong with an attestation."""
    said = text(de, en)
    return AttestationInvalidError(said, faults=[Fault("#/attestation", said)])
