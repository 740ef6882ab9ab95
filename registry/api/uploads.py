"""Receive a package with its metadata, its attestations, and the digests that it was announced with."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask import json, request
from marshmallow import ValidationError
from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import Field, File

from registry.http.failures import MalformedError, QueryError, refuse
from registry.http.uploads import BLOCK, ENVELOPE, PACKAGE, PART_LIMIT, Spool, arriving, take_apart
from registry.kit.errors import Fault, InvalidError, text
from registry.releases import attestations
from registry.releases.schemas import MetadataSchema

#: Two are needed, and attestations may come along; one or two more that some client adds do no harm.
PARTS_MAX = 4 + attestations.MOST
#: What is meant must not depend on which of two is read.
_ONCE = frozenset({"package", "metadata"})
_METADATA_SCHEMA, _SOME_METADATA_SCHEMA = MetadataSchema(), MetadataSchema(partial=True)
_METADATA = text("Der Teil `metadata`", "The part `metadata`")
_ATTESTATION = text("Der Teil `attestation`", "The part `attestation`")
_ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_DIGEST = re.compile(r"\s*([a-z0-9-]+)=:([A-Za-z0-9+/=]*):\s*")


class DigestMismatchError(InvalidError):
    """What arrived is not what was sent."""

    slug = "digest-mismatch"
    title = text("Prüfsumme stimmt nicht", "Digest mismatch")
    remedy = text(
        "Senden Sie das Paket noch einmal. `Content-Digest` (RFC 9530) gilt für den ganzen Inhalt der Anfrage oder, "
        "als Kopfzeile seines Teils, für das Paket.",
        "Send the package again. `Content-Digest` (RFC 9530) covers the whole content of the request or, as a header "
        "of its part, the package.",
    )


class _Digested:
    """The request's stream, of which the digests are known once it was read."""

    def __init__(self, stream: IO[bytes], algorithms: list[str]) -> None:
        self._stream = stream
        self.digests = {name: _ALGORITHMS[name]() for name in algorithms}

    def read(self, size: int = -1) -> bytes:
        """Read some more."""
        data = self._stream.read(size)
        for digest in self.digests.values():
            digest.update(data)
        return data


@dataclass(frozen=True, slots=True)
class Received:
    """A package that has arrived in a file of its own, which is gone when the request ends."""

    path: Path
    file: BinaryIO
    size: int
    sha256: str
    metadata: dict[str, Any]
    attestations: tuple[bytes, ...] = ()


@contextmanager
def receive(folder: Path, limit: int, *, metadata_required: bool) -> Iterator[Received]:
    """Receive the parts `package`, `metadata` and `attestation` in any order; with no transaction open.

    Raises MediaTypeError, MalformedError, TooManyPartsError, TooLargeError, QueryError, DigestMismatchError.
    """
    with arriving(folder, limit) as (path, file):
        yield _received(path, file, limit, metadata_required=metadata_required)


def _received(path: Path, file: BinaryIO, limit: int, *, metadata_required: bool) -> Received:
    claimed = _claims(request.headers.get("Content-Digest"))
    stream = _Digested(request.stream, list(claimed))
    taken: dict[str, list[tuple[Headers, Spool]]] = {}

    def place(part: Field | File) -> Spool | None:
        if part.name in taken and part.name in _ONCE:
            raise _twice(part.name)
        held = _place(part, Spool(file, limit, PACKAGE))
        if held is not None:
            taken.setdefault(part.name, []).append((part.headers, held))
        return held

    take_apart(stream, place, most=PARTS_MAX)
    if "package" not in taken:
        fault = text(
            "Der Teil `package` mit dem ZIP-Archiv fehlt (mit Dateiname).",
            "The part `package` with the zip archive is missing (with a file name).",
        )
        raise QueryError(fault, faults=[Fault("#/package", fault)])
    ((headers, package),) = taken["package"]
    _check_digests(claimed, stream, headers, package)
    said = [part.whole() for _, part in taken.get("metadata", [])]
    metadata = _metadata(said[0] if said else None, required=metadata_required)
    attested = _attestations([part.whole() for _, part in taken.get("attestation", [])])
    file.seek(0)
    return Received(path, file, package.size, package.digest.hexdigest(), metadata, attested)


def _twice(name: str) -> QueryError:
    fault = text(f"Den Teil `{name}` gibt es mehrmals.", f"There is more than one part `{name}`.")
    return QueryError(fault, faults=[Fault(f"#/{name}", fault)])


def _place(part: Field | File, package: Spool) -> Spool | None:
    """Say where a part goes; None: it is passed over."""
    if part.name == "attestation":
        return Spool(BytesIO(), ENVELOPE, _ATTESTATION)
    if part.name == "metadata":
        return Spool(BytesIO(), PART_LIMIT, _METADATA)
    return package if part.name == "package" and isinstance(part, File) else None


def _attestations(sent: list[bytes]) -> tuple[bytes, ...]:
    if len(sent) > attestations.MOST:
        raise attestations.wrong(
            f"Eine Version trägt höchstens {attestations.MOST} Attestierungen.",
            f"A release carries at most {attestations.MOST} attestations.",
        )
    return tuple(sent)


def _metadata(sent: bytes | None, *, required: bool) -> dict[str, Any]:
    if sent is None:
        if not required:
            return {}
        fault = text("Der Teil `metadata` fehlt.", "The part `metadata` is missing.")
        raise QueryError(fault, faults=[Fault("#/metadata", fault)])
    try:
        parsed = json.loads(sent.decode())
    except (ValueError, RecursionError) as problem:
        raise MalformedError(
            text(f"Der Teil `metadata` ist kein JSON ({problem}).", f"The part `metadata` is no JSON ({problem}).")
        ) from None
    try:
        return cast("dict[str, Any]", (_METADATA_SCHEMA if required else _SOME_METADATA_SCHEMA).load(parsed))
    except ValidationError as problem:
        refuse({"metadata": problem.messages})


def _claims(header: str | None) -> dict[str, bytes]:
    """Read a `Content-Digest` (RFC 9530); algorithms that are not known are passed over."""
    claims: dict[str, bytes] = {}
    for item in (header or "").split(","):
        found = _DIGEST.fullmatch(item)
        if found is None:
            if item.strip():
                raise MalformedError(
                    text(
                        "`Content-Digest` ist nicht lesbar (RFC 9530).", "`Content-Digest` is not readable (RFC 9530)."
                    )
                )
            continue
        if found[1] in _ALGORITHMS:
            try:
                claims[found[1]] = base64.b64decode(found[2], validate=True)
            except binascii.Error:
                claims[found[1]] = b""
    return claims


def _check_digests(claimed: dict[str, bytes], stream: _Digested, headers: Headers, held: Spool) -> None:
    for name, digest in claimed.items():
        if digest not in {stream.digests[name].digest(), _digest_of(held, name)}:
            raise _mismatch()
    for name, digest in _claims(headers.get("Content-Digest")).items():
        if digest != _digest_of(held, name):
            raise _mismatch()


def _digest_of(held: Spool, algorithm: str) -> bytes:
    if algorithm == "sha-256":
        return held.digest.digest()
    again = _ALGORITHMS[algorithm]()
    held.seek(0)
    while block := held.read(BLOCK):
        again.update(block)
    return again.digest()


def _mismatch() -> DigestMismatchError:
    said = text(
        "Was ankam, hat eine andere Prüfsumme als angegeben.", "What arrived has another digest than was announced."
    )
    return DigestMismatchError(said, faults=[Fault("#/package", said)])
