"""Signed statements about packages, as a build makes them; and changed where a test wants."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.kit import dsse

PROVENANCE = "https://slsa.dev/provenance/v1"


def key(number: int = 1) -> Ed25519PrivateKey:
    """Return a key; the same one for the same number."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def pem(number: int = 1) -> str:
    """Return its public half as it is registered."""
    return dsse.write_key(key(number).public_key())


def key_id(number: int = 1) -> str:
    """Return its name."""
    return dsse.key_id(key(number).public_key())


def statement(sha256: str, **changed: Any) -> dict[str, Any]:
    """Return a statement about a package; None leaves something out."""
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "package.zip", "digest": {"sha256": sha256}}],
        "predicateType": PROVENANCE,
        "predicate": {"buildDefinition": {"buildType": "https://city.example/build"}, "runDetails": {}},
        **changed,
    }
    return {name: value for name, value in said.items() if value is not None}


def seal(payload: bytes, *signers: int, kind: str = "application/vnd.in-toto+json", **changed: Any) -> bytes:
    """Put something into an envelope that these keys sign."""
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    said = {
        "payloadType": kind,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {"keyid": key_id(number), "sig": base64.b64encode(key(number).sign(signed)).decode()}
            for number in signers or (1,)
        ],
        **changed,
    }
    return json.dumps(said, indent=1).encode()


def envelope(sha256: str, *signers: int, **changed: Any) -> bytes:
    """Return a statement about a package in an envelope that these keys sign."""
    return seal(json.dumps(statement(sha256, **changed)).encode(), *signers)
