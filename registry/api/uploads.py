"""Receive a package: streamed to a file beside the storage, measured and digested on its way."""

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask import json, request
from marshmallow import ValidationError
from typing_extensions import Buffer
from werkzeug.datastructures import FileStorage
from werkzeug.formparser import FormDataParser

from registry.api.problems import MalformedError, MediaTypeError, QueryError, TooLargeError, refuse
from registry.kit.errors import Fault, InvalidError, text
from registry.releases import attestations
from registry.releases.schemas import MetadataSchema

#: What may stand around the package: part headers and the metadata.
ENVELOPE = 1_000_000
_METADATA, _SOME_METADATA = MetadataSchema(), MetadataSchema(partial=True)
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


class _Spool:
    """A file that refuses to grow beyond its bound and knows its digest."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.file = file
        self.size = 0
        self.digest = hashlib.sha256()
        self._limit = limit

    def write(self, data: Buffer) -> int:
        """Take some more."""
        self.size += len(memoryview(data))
        if self.size > self._limit:
            raise _too_large(self._limit)
        self.digest.update(data)
        return self.file.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file."""
        return self.file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Read on from there."""
        return self.file.read(size)

    def close(self) -> None:
        """Leave the file open: the one who received it closes it."""


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


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        text(
            f"Ein Paket darf höchstens {limit:,} Byte haben.".replace(",", "."),
            f"A package may have at most {limit:,} bytes.",
        )
    )


@contextmanager
def receive(folder: Path, limit: int, *, metadata_required: bool) -> Iterator[Received]:
    """Receive the parts `package`, `metadata` and `attestation` in any order; with no transaction open.

    Raises MediaTypeError, MalformedError, TooLargeError, QueryError, DigestMismatchError.
    """
    if request.mimetype != "multipart/form-data":
        raise MediaTypeError(text("Erwartet wird `multipart/form-data`.", "`multipart/form-data` is expected."))
    if (request.content_length or 0) > limit + ENVELOPE:
        raise _too_large(limit)
    # Unbuffered: werkzeug writes in blocks of 64 KiB, and what was written must be there for the storage.
    descriptor, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    path = Path(name)
    try:
        with ExitStack() as stack:
            file = cast("BinaryIO", stack.enter_context(os.fdopen(descriptor, "w+b", buffering=0)))
            yield _received(stack, path, file, limit, metadata_required=metadata_required)
    finally:
        path.unlink(missing_ok=True)


def _received(stack: ExitStack, path: Path, file: BinaryIO, limit: int, *, metadata_required: bool) -> Received:
    claimed = _claims(request.headers.get("Content-Digest"))
    request.max_content_length = limit + ENVELOPE
    stream = _Digested(request.stream, list(claimed))
    spools: list[_Spool] = []

    def spool(
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        # Which part is the package is not told here. One sent as JSON is none; others than the first are set aside.
        del total_content_length, filename, content_length
        if content_type == "application/json":
            spools.append(_Spool(BytesIO(), ENVELOPE))
        elif any(each.file is file for each in spools):
            aside = stack.enter_context(tempfile.TemporaryFile(dir=path.parent))  # noqa: SIM115 - the stack closes it
            spools.append(_Spool(cast("BinaryIO", aside), limit))
        else:
            spools.append(_Spool(file, limit))
        return cast("IO[bytes]", spools[-1])

    parser = FormDataParser(
        stream_factory=cast("Any", spool),
        max_form_memory_size=ENVELOPE // 2,
        max_content_length=limit + ENVELOPE,
        max_form_parts=4 + attestations.MOST,
        silent=False,
    )
    try:
        _, form, files = parser.parse(
            cast("IO[bytes]", stream), "multipart/form-data", request.content_length, request.mimetype_params
        )
    except (ValueError, UnicodeError) as problem:
        raise MalformedError(
            text("Der mehrteilige Inhalt ist nicht lesbar.", "The multipart content is not readable.")
        ) from problem
    package = files.get("package")
    if package is None:
        said = text(
            "Der Teil `package` mit dem ZIP-Archiv fehlt (mit Dateiname).",
            "The part `package` with the zip archive is missing (with a file name).",
        )
        raise QueryError(said, faults=[Fault("#/package", said)])
    held = cast("_Spool", package.stream)
    _check_digests(claimed, stream, package, held)
    metadata = _metadata(form.get("metadata"), files.get("metadata"), required=metadata_required)
    attested = _attestations(form.getlist("attestation"), files.getlist("attestation"))
    if held.file is not file:
        # The package came after another file.
        held.seek(0)
        file.seek(0)
        file.truncate()
        while block := held.read(1 << 16):
            file.write(block)
    file.seek(0)
    return Received(path, file, held.size, held.digest.hexdigest(), metadata, attested)


def _attestations(fields: list[str], files: list[FileStorage]) -> tuple[bytes, ...]:
    if len(fields) + len(files) > attestations.MOST:
        raise attestations.wrong(
            f"Eine Version trägt höchstens {attestations.MOST} Attestierungen.",
            f"A release carries at most {attestations.MOST} attestations.",
        )
    # One byte more than is allowed is enough to see that it is too large.
    read = (one.stream.read(attestations.SIZE_MAX + 1) for one in files)
    return (*(said.encode(errors="replace") for said in fields), *read)


def _metadata(said: str | None, file: FileStorage | None, *, required: bool) -> dict[str, Any]:
    if said is None and file is not None:
        try:
            said = file.stream.read().decode()
        except UnicodeDecodeError:
            said = ""
    if said is None:
        if not required:
            return {}
        fault = text("Der Teil `metadata` fehlt.", "The part `metadata` is missing.")
        raise QueryError(fault, faults=[Fault("#/metadata", fault)])
    try:
        parsed = json.loads(said)
    except (ValueError, RecursionError) as problem:
        raise MalformedError(
            text(f"Der Teil `metadata` ist kein JSON ({problem}).", f"The part `metadata` is no JSON ({problem}).")
        ) from None
    try:
        return cast("dict[str, Any]", (_METADATA if required else _SOME_METADATA).load(parsed))
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


def _check_digests(claimed: dict[str, bytes], stream: _Digested, package: FileStorage, held: _Spool) -> None:
    # What the parser left behind the last boundary belongs to the content too.
    while stream.read(1 << 16):
        pass
    for name, digest in claimed.items():
        if digest not in {stream.digests[name].digest(), _digest_of(held, name)}:
            raise _mismatch()
    for name, digest in _claims(package.headers.get("Content-Digest")).items():
        if digest != _digest_of(held, name):
            raise _mismatch()


def _digest_of(held: _Spool, algorithm: str) -> bytes:
    if algorithm == "sha-256":
        return held.digest.digest()
    again = _ALGORITHMS[algorithm]()
    held.seek(0)
    while block := held.read(1 << 16):
        again.update(block)
    return again.digest()


def _mismatch() -> DigestMismatchError:
    said = text(
        "Was ankam, hat eine andere Prüfsumme als angegeben.", "What arrived has another digest than was announced."
    )
    return DigestMismatchError(said, faults=[Fault("#/package", said)])
