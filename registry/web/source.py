"""Files of packages as text to read: so much of them, line by line, whatever their bytes are."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.inspection.names import HIDDEN

#: No more of a file is shown than this; the rest is for a download.
MOST_BYTES = 256_000
MOST_LINES = 10_000
_READABLE = frozenset({"text/plain", "text/markdown", "text/csv", "application/json", "application/yaml"})
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a file; `whole` says whether these are all."""

    lines: list[str]
    whole: bool

    @property
    def text(self) -> str:
        """All of it in one."""
        return "\n".join(self.lines)


def read(media_type: str, content: Iterable[bytes]) -> Source | None:
    """Return what can be read of a file; None for one that is no text, or gives itself out as one and is none."""
    if media_type not in _READABLE:
        return None
    head, whole = _beginning(content)
    told = _decoded(head, whole=whole)
    if told is None:
        return None
    lines = _ENDS.split(told)
    if lines[-1] == "":
        lines.pop()
    return Source([_honest(line) for line in lines[:MOST_LINES]], whole and len(lines) <= MOST_LINES)


def _honest(line: str) -> str:
    """Write out signs that hide or reorder what is read: whoever checks a file must see what is there."""
    return HIDDEN.sub(lambda sign: sign[0] if sign[0] == "\t" else f"\\u{ord(sign[0]):04x}", line)


def _beginning(content: Iterable[bytes]) -> tuple[bytes, bool]:
    read = bytearray()
    for block in content:
        read += block
        if len(read) > MOST_BYTES:
            return bytes(read[:MOST_BYTES]), False
    return bytes(read), True


def _decoded(head: bytes, *, whole: bool) -> str | None:
    """Read it as Unicode, or else as what old programs of this country wrote."""
    if head.startswith(_UTF_16):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head, final=whole)
    if b"\0" in head:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=whole)
    except UnicodeDecodeError:
        return head.decode("cp1252", "replace")
