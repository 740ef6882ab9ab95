"""Signed envelopes (DSSE 1.0), and the Ed25519 keys that they are checked with."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

#: The most signatures of one envelope that are looked at.
SIGNATURES_MAX = 8


class DsseError(Exception):
    """The document is not what it must be; the message says how."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was signed, of what type it is, and the signatures; nothing of it is true until one was checked."""

    payload_type: str
    payload: bytes
    signatures: tuple[bytes, ...]


def read(content: bytes) -> Envelope:
    """Read an envelope; DsseError says what is wrong with it."""
    said = _object(content, "the envelope")
    kind, payload, signatures = said.get("payloadType"), said.get("payload"), said.get("signatures")
    if not isinstance(kind, str) or not isinstance(payload, str) or not isinstance(signatures, list):
        message = "the envelope needs payloadType, payload and signatures"
        raise DsseError(message)
    if not 1 <= len(signatures) <= SIGNATURES_MAX:
        message = f"the envelope needs 1 to {SIGNATURES_MAX} signatures"
        raise DsseError(message)
    signed = [one.get("sig") if isinstance(one, dict) else None for one in signatures]
    return Envelope(kind, _decoded(payload, "payload"), tuple(_decoded(one, "sig") for one in signed))


def _object(content: bytes, what: str) -> dict[str, Any]:
    try:
        said = json.loads(content.decode())
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        message = f"{what} is no JSON object in UTF-8"
        raise DsseError(message)
    return said


def statement(envelope: Envelope) -> dict[str, Any]:
    """Return the JSON object that was signed; DsseError where it is none."""
    return _object(envelope.payload, "the payload")


def _decoded(said: object, what: str) -> bytes:
    """Read base64, in the standard or in the URL-safe alphabet, as verifiers must."""
    if isinstance(said, str):
        try:
            return base64.b64decode(said.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            pass
    message = f"{what} is not base64"
    raise DsseError(message)


def pae(kind: str, payload: bytes) -> bytes:
    """Return the bytes that are signed (pre-authentication encoding, version 1)."""
    named = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(payload), payload)


def signer(envelope: Envelope, keys: Mapping[str, Ed25519PublicKey]) -> str | None:
    """Return the name of the key that made one of the signatures, None where none of the keys did.

    The envelope's own word on its key (`keyid`) is not part of what was signed, so nothing depends on it.
    """
    signed = pae(envelope.payload_type, envelope.payload)
    for name, key in keys.items():
        for signature in envelope.signatures:
            try:
                key.verify(signature, signed)
            except InvalidSignature:
                continue
            return name
    return None


def read_key(pem: str) -> Ed25519PublicKey:
    """Read an Ed25519 public key in PEM (`BEGIN PUBLIC KEY`); DsseError for anything else."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        message = "not an Ed25519 public key in PEM"
        raise DsseError(message)
    return key


def write_key(key: Ed25519PublicKey) -> str:
    """Write a key in PEM, the same for the same key."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """Name a key: the SHA-256 of its SubjectPublicKeyInfo in DER."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
