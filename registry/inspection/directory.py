"""The structure of a ZIP archive: end record, central directory, local headers (PKWARE APPNOTE 6.3.10).

Readers differ in which of these they believe, and attacks live in the difference. Here every byte of the file
belongs to exactly one thing and all copies of a fact agree, or the archive is refused.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from registry.inspection.names import MOST_PATH_BYTES
from registry.inspection.notes import Notes

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64, _LOCATOR, _DESCRIPTOR = b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
_END_FORMAT = struct.Struct("<4s4H2LH")
_END64_FORMAT = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_FORMAT = struct.Struct("<4sLQL")
_CENTRAL_FORMAT = struct.Struct("<4s6H3L5H2L")
_LOCAL_FORMAT = struct.Struct("<4s5H3L2H")
_MOST_COMMENT = 0xFFFF
_MOST_EXTRAS = 100
_BIG, _MANY = 0xFFFFFFFF, 0xFFFF

ENCRYPTED, DESCRIBED, UTF8 = 0x0001, 0x0008, 0x0800
_SECRET = ENCRYPTED | 0x0040 | 0x2000
_COMPARED = _SECRET | DESCRIBED | UTF8 | 0x0020


class BrokenError(Exception):
    """The archive cannot be read on, for a reason that is one of the codes."""

    def __init__(self, code: str, path: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code, self.path, self.values = code, path, values


@dataclass(slots=True)
class Entry:
    """One entry by the central directory; `start` is where its data begin, by its local header."""

    name: str
    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    attributes: int
    unicode_name: bytes | None
    start: int = 0

    @property
    def encrypted(self) -> bool:
        """Whether any kind of encryption is declared."""
        return bool(self.flags & _SECRET) or self.method == 99


@dataclass(slots=True)
class _Directory:
    offset: int
    size: int
    count: int
    end: int


def read_directory(file: BinaryIO, size: int, most: int, notes: Notes) -> list[Entry]:
    """All entries, in the order of their data, their layout proven; raises BrokenError."""
    directory = _find(file, size)
    if directory.count > most:
        raise BrokenError("archive-too-many-entries", count=directory.count, limit=most)
    _check_place(file, directory)
    entries = sorted(_entries(file, directory), key=lambda entry: entry.offset)
    _check_layout(file, entries, directory.offset, notes)
    return entries


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    data = file.read(length)
    if len(data) < length:
        raise BrokenError("archive-truncated")
    return data


def _find(file: BinaryIO, size: int) -> _Directory:
    tail = _read(file, size - min(size, 22 + _MOST_COMMENT), min(size, 22 + _MOST_COMMENT))
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise BrokenError("archive-truncated" if _read(file, 0, min(4, size)) == LOCAL else "archive-not-zip")
    _, disk, first_disk, here, count, length, offset, comment = _END_FORMAT.unpack_from(tail, at)
    if comment != len(tail) - at - 22:
        raise BrokenError("archive-truncated" if comment > len(tail) - at - 22 else "archive-data-after")
    end = size - len(tail) + at
    if end >= 20 and (locator := _read(file, end - 20, 20)).startswith(_LOCATOR):
        return _find64(file, locator, end - 20, (count, length, offset))
    if disk or first_disk or here != count:
        raise BrokenError("archive-multi-disk")
    if count == _MANY or _BIG in {length, offset}:
        raise BrokenError("archive-zip64")
    return _Directory(offset, length, count, end)


def _find64(file: BinaryIO, locator: bytes, at: int, short: tuple[int, int, int]) -> _Directory:
    _, disk, end, disks = _LOCATOR_FORMAT.unpack(locator)
    if end + _END64_FORMAT.size > at:
        raise BrokenError("archive-zip64")
    record = _END64_FORMAT.unpack(_read(file, end, _END64_FORMAT.size))
    if record[0] != _END64 or record[1] + 12 != at - end:
        raise BrokenError("archive-zip64")
    if disk or disks > 1 or record[4] or record[5] or record[6] != record[7]:
        raise BrokenError("archive-multi-disk")
    count, length, offset = record[7:]
    for said, full, marker in zip(short, (count, length, offset), (_MANY, _BIG, _BIG), strict=True):
        if said not in {marker, full}:
            raise BrokenError("archive-zip64")
    return _Directory(offset, length, count, end)


def _check_place(file: BinaryIO, directory: _Directory) -> None:
    begins = directory.end - directory.size
    if directory.offset > begins or begins < 0:
        raise BrokenError("archive-corrupt", reason_de="Verzeichnis", reason_en="directory")
    if directory.offset == begins:
        return
    # The directory is not where the end record says: something was put before the archive, or inside it.
    moved = directory.count == 0 or _read(file, begins, 4) == CENTRAL
    raise BrokenError("archive-data-before" if moved else "archive-gap")


def _entries(file: BinaryIO, directory: _Directory) -> Iterator[Entry]:
    at, end = directory.offset, directory.offset + directory.size
    for _ in range(directory.count):
        if at + 46 > end:
            raise BrokenError("archive-directory-differs")
        head = _CENTRAL_FORMAT.unpack(_read(file, at, 46))
        name_length, extra_length, comment_length, disk = head[10:14]
        if head[0] != CENTRAL:
            raise BrokenError("archive-directory-differs")
        rest = _read(file, at + 46, name_length + extra_length)
        # All names are kept to compare them: they must be short before they are many.
        if name_length > MOST_PATH_BYTES:
            raise BrokenError("name-too-long", decode(rest[:name_length]))
        at += 46 + name_length + extra_length + comment_length
        yield _entry(head, rest[:name_length], rest[name_length:], disk)
    if at != end:
        raise BrokenError("archive-directory-differs")


def _entry(head: tuple[int, ...], raw: bytes, extra: bytes, disk: int) -> Entry:
    _, _, _, flags, method, _, _, crc, packed, size = head[:10]
    attributes, offset = head[15:]
    name = decode(raw)
    fields = _extras(extra, name)
    size, packed, offset = _large(fields.get(0x0001, b""), (size, packed, offset), name)
    if disk:
        raise BrokenError("archive-multi-disk")
    attributes |= _link(fields)
    return Entry(name, raw, flags, method, crc, packed, size, offset, attributes, _short(fields.get(0x7075)))


def _link(fields: dict[int, bytes]) -> int:
    """The attributes of a link if one is declared where Ant and its kin do so."""
    mode = int.from_bytes(fields.get(0x756E, b"")[4:6], "little")
    return stat.S_IFLNK << 16 if stat.S_ISLNK(mode) else 0


def _short(field: bytes | None) -> bytes | None:
    # One byte more than a name can have is enough to see that they differ.
    return None if field is None else field[: MOST_PATH_BYTES + 6]


def decode(raw: bytes) -> str:
    """The name as text; bytes that are not UTF-8 show as escapes, and are reported elsewhere."""
    return raw.decode("utf-8", "backslashreplace")


def _extras(extra: bytes, name: str) -> dict[int, bytes]:
    """The extra fields by their id; a tail shorter than a header is padding, as Android's zipalign writes."""
    fields: dict[int, bytes] = {}
    at = count = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        at += 4 + length
        count += 1
        if at > len(extra) or count > _MOST_EXTRAS or (kind in fields and kind in {0x0001, 0x7075}):
            raise BrokenError("archive-corrupt", name, reason_de="Zusatzfelder", reason_en="extra fields")
        fields[kind] = extra[at - length : at]
    return fields


def _large(field: bytes, said: tuple[int, int, int], name: str) -> tuple[int, int, int]:
    """Sizes and offset, each replaced by its 64-bit value where it says so."""
    full, at = list(said), 0
    for index, number in enumerate(said):
        if number == _BIG:
            if at + 8 > len(field):
                raise BrokenError("archive-zip64", name)
            (full[index],) = struct.unpack_from("<Q", field, at)
            at += 8
    # Some readers take the field where nothing points to it: then it may not say otherwise.
    if not at and any(number not in {0, said[index]} for index, number in enumerate(_longs(field)[:2])):
        raise BrokenError("archive-zip64", name)
    return full[0], full[1], full[2]


def _longs(field: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(field) // 8}Q", field)


def _check_layout(file: BinaryIO, entries: list[Entry], end: int, notes: Notes) -> None:
    """Walk the local headers: they follow one another without gap or overlap, and say what the directory says."""
    at = 0
    for index, entry in enumerate(entries):
        if entry.offset != at:
            first = "archive-data-before" if index == 0 else "archive-gap"
            raise BrokenError(first if entry.offset > at else "archive-overlap", entry.name)
        follows = entries[index + 1].offset if index + 1 < len(entries) else end
        at = _check_local(file, entry, follows, notes)
    if at != end:
        raise BrokenError("archive-gap" if at < end else "archive-overlap")


def _check_local(file: BinaryIO, entry: Entry, follows: int, notes: Notes) -> int:
    """Compare the local header with the directory; answer where the entry ends."""
    head = _LOCAL_FORMAT.unpack(_read(file, entry.offset, 30))
    signature, _, flags, method, _, _, crc, packed, size, name_length, extra_length = head
    if signature != LOCAL:
        raise BrokenError("archive-corrupt", entry.name, reason_de="Kopf des Eintrags", reason_en="entry header")
    rest = _read(file, entry.offset + 30, name_length + extra_length)
    fields = _extras(rest[name_length:], entry.name)
    if rest[:name_length] != entry.raw:
        raise BrokenError("archive-header-name", entry.name, other=decode(rest[:name_length]))
    if _short(fields.get(0x7075, entry.unicode_name)) != entry.unicode_name:
        notes.say("name-unicode-differs", entry.name, other=decode(fields[0x7075][5:]))
    entry.attributes |= _link(fields)
    size, packed, _ = _large(fields.get(0x0001, b""), (size, packed, 0), entry.name)
    if (flags & _COMPARED, method) != (entry.flags & _COMPARED, entry.method):
        raise BrokenError("archive-header-method", entry.name)
    same = (crc, packed, size) == (entry.crc, entry.packed, entry.size)
    if not same and not (flags & DESCRIBED and not any((crc, packed, size))):
        raise BrokenError("archive-header-size", entry.name)
    entry.start = entry.offset + 30 + name_length + extra_length
    stop = entry.start + entry.packed
    if flags & DESCRIBED and stop < follows:
        return stop + _descriptor(file, entry, stop, follows - stop)
    if not same:
        raise BrokenError("archive-header-size", entry.name)
    return stop


def _descriptor(file: BinaryIO, entry: Entry, at: int, length: int) -> int:
    """The length of the data descriptor, which has four forms: with or without signature, 32 or 64 bits."""
    if length not in {12, 16, 20, 24}:
        raise BrokenError("archive-gap" if length > 12 else "archive-overlap", entry.name)
    data = _read(file, at, length)
    if length in {16, 24} and not data.startswith(_DESCRIPTOR):
        raise BrokenError("archive-gap", entry.name)
    body = data[4:] if length in {16, 24} else data
    if struct.unpack("<3L" if len(body) == 12 else "<L2Q", body) != (entry.crc, entry.packed, entry.size):
        raise BrokenError("archive-header-size", entry.name)
    return length


def says_other_name(entry: Entry) -> str | None:
    """The name in Info-ZIP's Unicode field when it is not the entry's name (or the field is broken)."""
    field = entry.unicode_name
    if field is None:
        return None
    if len(field) < 5 or field[0] != 1:
        return decode(field)
    # The checksum tells whether the field belongs to this name; a stale one is no less a second name.
    belongs = struct.unpack_from("<L", field, 1)[0] == zlib.crc32(entry.raw)
    return None if belongs and field[5:] == entry.raw else decode(field[5:])
