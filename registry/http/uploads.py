"""Read a multipart body as it comes: what is large goes to a file beside the storage, measured on its way."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from registry.http.failures import MalformedError, MediaTypeError, TooLargeError
from registry.kit.errors import Text, text
from registry.kit.storage import Storage

#: What may stand around the package: part headers and what is said of it.
ENVELOPE = 1_000_000
#: Up to how many times a package's bound a form is read and passed over, so that the page can say what is wrong:
#: browsers listen when they have sent everything.
PATIENCE = 4
#: The most that one part may have which is kept in memory.
PART_LIMIT = ENVELOPE // 2
BLOCK = 1 << 16
PACKAGE = text("Ein Paket", "A package")


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

    def __init__(self, most: int) -> None:
        super().__init__(
            text(
                f"Der mehrteilige Inhalt hat mehr als {most} Teile.",
                f"The multipart content has more than {most} parts.",
            )
        )


class Readable(Protocol):
    """What gives some more bytes when asked."""

    def read(self, size: int = -1, /) -> bytes:
        """Read some more."""


class Spool:
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
            raise too_large(self._limit, self._what)
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


def too_large(limit: int, what: Text) -> TooLargeError:
    """Say how much something may have."""
    return TooLargeError(
        text(
            f"{what['de']} darf höchstens {limit:,} Byte haben.".replace(",", "."),
            f"{what['en']} may have at most {limit:,} bytes.",
        )
    )


@contextmanager
def arriving(folder: Path, limit: int, *, most: int | None = None) -> Iterator[tuple[Path, BinaryIO]]:
    """Give a file for a package of at most `limit` bytes that this request brings; it is gone when the block ends.

    A request that has more than `most` bytes (or what a package and its envelope may have) is not read at all. No
    transaction may be open. Raises MediaTypeError, TooLargeError.
    """
    if request.mimetype != "multipart/form-data":
        raise MediaTypeError(text("Erwartet wird `multipart/form-data`.", "`multipart/form-data` is expected."))
    most = most or limit + ENVELOPE
    if (request.content_length or 0) > most:
        raise too_large(limit, PACKAGE)
    request.max_content_length = most
    # Unbuffered: it is written in blocks of 64 KiB, and what was written must be there for the storage.
    descriptor, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    path = Path(name)
    try:
        with cast("BinaryIO", os.fdopen(descriptor, "w+b", buffering=0)) as file:
            yield path, file
    finally:
        path.unlink(missing_ok=True)


def take_apart(stream: Readable, place: Callable[[Field | File], Spool | None], *, most: int) -> None:
    """Read all parts of the body; each goes where `place` says, and those for which it says None are passed over.

    Raises TooManyPartsError, TooLargeError, MalformedError.
    """
    try:
        _take_apart(stream, place, most)
    except ValueError as problem:
        raise MalformedError(
            text("Der mehrteilige Inhalt ist nicht lesbar.", "The multipart content is not readable.")
        ) from problem


def _take_apart(stream: Readable, place: Callable[[Field | File], Spool | None], most: int) -> None:
    decoder = MultipartDecoder(_boundary(), max_form_memory_size=PART_LIMIT)
    held: Spool | None = None
    parts = 0
    while True:
        block = stream.read(BLOCK)
        _feed(decoder, block)
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            if isinstance(event, Field | File):
                parts += 1
                if parts > most:
                    raise TooManyPartsError(most)
                held = place(event)
            elif isinstance(event, Data) and held is not None:
                held.write(event.data)
        if not block:
            return


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


@contextmanager
def put_aside(storage: Storage, key: str, path: Path) -> Iterator[Callable[[], None]]:
    """Store bytes before anything names them: a name never points to nothing.

    They are taken away again unless the block ends well and has called what it is given.
    """
    storage.put(key, path)
    kept = False

    def keep() -> None:
        nonlocal kept
        kept = True

    try:
        yield keep
    except BaseException:
        kept = False
        raise
    finally:
        if not kept:
            storage.delete(key)
