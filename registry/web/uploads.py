"""Receive a form with a package, as it comes: fields into memory, the package into a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from flask import g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.multipart import Field, File

from registry.http.uploads import BLOCK, ENVELOPE, PACKAGE, PART_LIMIT, PATIENCE, Spool, arriving, take_apart
from registry.kit.errors import text
from registry.web.door import check_token
from registry.web.refusals import ForeignFormError

#: As many fields as there can be in a form with a long list of changes.
PARTS_MAX = 1_000
_FIELDS = text("Alle Angaben zusammen", "All that is typed")
_TOKEN_LIMIT = 100


class Arrival:
    """A form on its way in: `form` is what came so far, `package` the file, None until there is one."""

    def __init__(self, path: Path, file: BinaryIO, limit: int) -> None:
        self.path, self.file = path, file
        self.package: Spool | None = None
        self.file_name = ""
        self._limit = limit
        self._fields: list[tuple[str, Spool]] = []

    @property
    def form(self) -> MultiDict[str, str]:
        """What was typed."""
        return MultiDict((name, held.whole().decode(errors="replace")) for name, held in self._fields)

    def read(self) -> None:
        """Read all of it.

        Raises ForeignFormError before anything but the token was read, TooLargeError, TooManyPartsError,
        MalformedError.
        """
        try:
            take_apart(request.stream, self._place, most=PARTS_MAX)
        finally:
            self._check()  # also of what is too large only a form of ours is told, and read to its end
        self.file.seek(0)

    def _place(self, part: Field | File) -> Spool | None:
        if self._fields or self.package:
            self._check()
        elif not g.get("form_is_ours") and part.name != "csrf":
            raise ForeignFormError
        if isinstance(part, File):
            if part.name != "package" or not part.filename or self.package is not None:
                return None
            self.package, self.file_name = Spool(self.file, self._limit, PACKAGE), part.filename[-100:]
            return self.package
        left = PART_LIMIT - sum(held.size for _, held in self._fields)
        held = Spool(BytesIO(), left if g.get("form_is_ours") else _TOKEN_LIMIT, _FIELDS)
        self._fields.append((part.name, held))
        return held

    def _check(self) -> None:
        if not g.get("form_is_ours"):
            check_token(self.form.get("csrf", ""))

    def pass_over(self) -> None:
        """Read the rest of what is refused, and forget it."""
        try:
            while request.stream.read(BLOCK):
                pass
        except (ClientDisconnected, RequestEntityTooLarge):
            return


@contextmanager
def receive(folder: Path, limit: int) -> Iterator[Arrival]:
    """Give what comes in, to be read within the block; its file is gone afterwards."""
    with arriving(folder, limit, most=PATIENCE * limit + ENVELOPE) as (path, file):
        yield Arrival(path, file, limit)
