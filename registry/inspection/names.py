"""Which paths a package may hold: those that mean the same file on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

MOST_PATH_BYTES = 1024
MOST_NAME_BYTES = 255

_HARMLESS = re.compile(r"(?!/)(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-](?:/|$)|[A-Za-z0-9_-](?:/|$)){1,12}")
_DRIVE = re.compile(r"^[A-Za-z]:")
#: Control characters, and those that hide or reorder what is read.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
#: They choose between the shapes of a sign; two names that differ in them alone look the same.
_VARIATION = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: Windows keeps these names for devices, whatever their extension, also with superscript digits.
_DEVICE = re.compile(r"(?i)(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(COM|LPT)[0-9¹²³])[ ]*(\..*)?")
_TRAILING = re.compile(r"(?s)(?!\.{1,2}\Z).*[. ]")
_RESERVED = re.compile(r'[<>:"|?*]')


#: Each rule with the code of its breach, over the path and its segments.
_FAULTS: tuple[tuple[str, Callable[[str, list[str]], object]], ...] = (
    ("name-empty", lambda path, segments: path in {"", "/"} or "" in segments[1:]),
    ("name-absolute", lambda path, _: path.startswith("/")),
    ("name-drive", lambda path, _: _DRIVE.match(path)),
    ("name-backslash", lambda path, _: "\\" in path),
    ("name-control-character", lambda path, _: HIDDEN.search(path)),
    ("name-climbs", lambda _, segments: ".." in segments or "." in segments),
    (
        "name-too-long",
        lambda path, segments: _bytes(path) > MOST_PATH_BYTES or max(map(_bytes, segments)) > MOST_NAME_BYTES,
    ),
    ("name-device", lambda _, segments: any(_DEVICE.fullmatch(name) for name in segments)),
    ("name-reserved", lambda path, _: _RESERVED.search(_DRIVE.sub("", path, count=1))),
    ("name-trailing", lambda _, segments: any(_TRAILING.fullmatch(name) for name in segments)),
)
#: Rules that also hold for what a program makes of wide or ligatured signs that its system does not know (`．．／x`).
_ALSO_PLAIN = {"name-absolute", "name-drive", "name-backslash", "name-climbs", "name-device"}


def faults(path: str) -> Iterator[str]:
    """The codes of all that is wrong with a path inside a package; a folder's ends with a slash."""
    segments = _segments(path)
    if _HARMLESS.fullmatch(path) and not any(map(_DEVICE.fullmatch, segments)):
        return
    plain = unicodedata.normalize("NFKC", path)
    for code, is_broken in _FAULTS:
        if is_broken(path, segments) or (code in _ALSO_PLAIN and is_broken(plain, _segments(plain))):
            yield code


def _segments(path: str) -> list[str]:
    return path.removesuffix("/").split("/")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def alike(path: str) -> str:
    """What two paths have in common that some system takes for the same: letter case, composed letters, width."""
    if path.isascii():
        return path.lower()
    seen = _VARIATION.sub("", path)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def collisions(paths: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """The code, the path and the other path of all that cannot be unpacked side by side."""
    # With NUL for the slash, what is in a folder comes straight after it, so neighbours tell everything.
    keys = sorted((alike(path.removesuffix("/")).replace("/", "\0"), at, path) for at, path in enumerate(paths))
    first: tuple[str, str] | None = None
    for key, _, path in keys:
        if first is not None and key == first[0]:
            yield _clash(first[1], path), path, first[1].removesuffix("/")
            continue
        if first is not None and key.startswith(first[0] + "\0") and not first[1].endswith("/"):
            yield "name-file-and-folder", path, first[1]
        first = key, path


def _clash(one: str, other: str) -> str:
    if one.endswith("/") != other.endswith("/"):
        return "name-file-and-folder"
    return "name-duplicate" if one == other else "name-alike"
