"""Receive a package: streamed to a file beside the storage, measured and digested on its way."""

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask import json, request
from marshmallow import ValidationError
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from registry.api.problems import MalformedError, MediaTypeError, QueryError, TooLargeError, refuse
from registry.kit.errors import Fault, InvalidError, Text, text
from registry.releases import attestations
from registry.releases.schemas import MetadataSchema

#: What may stand around the package: part headers and the metadata.
ENVELOPE = 1_000_000
METADATA_LIMIT = ENVELOPE // 2
#: Two are needed, and attestations may come along; one or two more that some client adds do no harm.
PARTS_MAX = 4 + attestations.MOST
_BLOCK = 1 << 16
_METADATA_SCHEMA, _SOME_METADATA_SCHEMA = MetadataSchema(), MetadataSchema(partial=True)
_PACKAGE = text("Ein Paket", "A package")
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


class TooManyPartsError(MalformedError):
    """A form has more parts than anybody needs to send a package."""

    slug = "too-many-parts"
    title = text("Zu viele Teile", "Too many parts")
    remedy = text(
        "Senden Sie nur die Teile `package`, `metadata` und `attestation`; alle Dateien gehören in das eine ZIP-Archiv "
        "`package`.",
        "Send the parts `package`, `metadata` and `attestation` alone; all files belong into the one zip archive "
        "`package`.",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                f"Der mehrteilige Inhalt hat mehr als {PARTS_MAX} Teile.",
                f"The multipart content has more than {PARTS_MAX} parts.",
            )
        )


class _Spool:
    """A file that refuses to grow beyond its bound and knows its digest."""

    def __init__(self, file: BinaryIO, limit: int, what: Text) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()
        self._limit = limit
        self._what = what

    def write(self, data: bytes) -> None:
        """Take some more."""
        self.size += len(data)
        if self.size > self._limit:
            raise _too_large(self._limit, self._what)
        self.digest.update(data)
        self._file.write(data)

    def seek(self, offset: int) -> None:
        """Go to a place in the file."""
        self._file.seek(offset)

    def read(self, size: int = -1) -> bytes:
        """Read on from there."""
        return self._file.read(size)

    def whole(self) -> bytes:
        """Return all of it."""
        self.seek(0)
        return self.read()


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


def _too_large(limit: int, what: Text) -> TooLargeError:
    return TooLargeError(
        text(
            f"{what['de']} darf höchstens {limit:,} Byte haben.".replace(",", "."),
            f"{what['en']} may have at most {limit:,} bytes.",
        )
    )


@contextmanager
def receive(folder: Path, limit: int, *, metadata_required: bool) -> Iterator[Received]:
    """Receive the parts `package`, `metadata` and `attestation` in any order; with no transaction open.

    Raises MediaTypeError, MalformedError, TooManyPartsError, TooLargeError, QueryError, DigestMismatchError.
    """
    if request.mimetype != "multipart/form-data":
        raise MediaTypeError(text("Erwartet wird `multipart/form-data`.", "`multipart/form-data` is expected."))
    if (request.content_length or 0) > limit + ENVELOPE:
        raise _too_large(limit, _PACKAGE)
    # Unbuffered: it is written in blocks of 64 KiB, and what was written must be there for the storage.
    descriptor, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    path = Path(name)
    try:
        with cast("BinaryIO", os.fdopen(descriptor, "w+b", buffering=0)) as file:
            yield _received(path, file, limit, metadata_required=metadata_required)
    finally:
        path.unlink(missing_ok=True)


def _received(path: Path, file: BinaryIO, limit: int, *, metadata_required: bool) -> Received:
    claimed = _claims(request.headers.get("Content-Digest"))
    request.max_content_length = limit + ENVELOPE
    stream = _Digested(request.stream, list(claimed))
    try:
        taken = _take_apart(stream, _Spool(file, limit, _PACKAGE))
    except ValueError as problem:
        raise MalformedError(
            text("Der mehrteilige Inhalt ist nicht lesbar.", "The multipart content is not readable.")
        ) from problem
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


def _take_apart(stream: _Digested, package: _Spool) -> dict[str, list[tuple[Headers, _Spool]]]:
    """Read all parts; return those that are wanted, by name, each with its headers.

    Raises TooManyPartsError, TooLargeError, ValueError for what is no multipart content.
    """
    decoder = MultipartDecoder(_boundary(), max_form_memory_size=METADATA_LIMIT)
    taken: dict[str, list[tuple[Headers, _Spool]]] = {}
    place: _Spool | None = None
    parts = 0
    while True:
        block = stream.read(_BLOCK)
        _feed(decoder, block)
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            if isinstance(event, Field | File):
                parts += 1
                if parts > PARTS_MAX:
                    raise TooManyPartsError
                place = _place(event, package, again=event.name in taken)
                if place is not None:
                    taken.setdefault(event.name, []).append((event.headers, place))
            elif isinstance(event, Data) and place is not None:
                place.write(event.data)
        if not block:
            return taken


def _place(part: Field | File, package: _Spool, *, again: bool) -> _Spool | None:
    """Say where a part goes; None: it is passed over, as all but the first package and the first metadata are."""
    if part.name == "attestation":
        return _Spool(BytesIO(), ENVELOPE, _ATTESTATION)
    if part.name == "metadata" and not again:
        return _Spool(BytesIO(), METADATA_LIMIT, _METADATA)
    return package if part.name == "package" and isinstance(part, File) and not again else None


def _attestations(sent: list[bytes]) -> tuple[bytes, ...]:
    if len(sent) > attestations.MOST:
        raise attestations.wrong(
            f"Eine Version trägt höchstens {attestations.MOST} Attestierungen.",
            f"A release carries at most {attestations.MOST} attestations.",
        )
    return tuple(sent)


def _feed(decoder: MultipartDecoder, block: bytes) -> None:
    try:
        decoder.receive_data(block or None)
    except RequestEntityTooLarge:
        # The decoder's own bound is met only where no boundary comes: that is not a matter of size.
        message = "no end in sight"
        raise ValueError(message) from None


def _boundary() -> bytes:
    boundary = request.mimetype_params.get("boundary", "").encode("ascii")
    if not boundary:
        message = "no boundary"
        raise ValueError(message)
    return boundary


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


def _check_digests(claimed: dict[str, bytes], stream: _Digested, headers: Headers, held: _Spool) -> None:
    for name, digest in claimed.items():
        if digest not in {stream.digests[name].digest(), _digest_of(held, name)}:
            raise _mismatch()
    for name, digest in _claims(headers.get("Content-Digest")).items():
        if digest != _digest_of(held, name):
            raise _mismatch()


def _digest_of(held: _Spool, algorithm: str) -> bytes:
    if algorithm == "sha-256":
        return held.digest.digest()
    again = _ALGORITHMS[algorithm]()
    held.seek(0)
    while block := held.read(_BLOCK):
        again.update(block)
    return again.digest()


def _mismatch() -> DigestMismatchError:
    said = text(
        "Was ankam, hat eine andere Prüfsumme als angegeben.", "What arrived has another digest than was announced."
    )
    return DigestMismatchError(said, faults=[Fault("#/package", said)])
