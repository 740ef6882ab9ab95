"""A ZIP archive read with suspicion: every rule checked, nothing believed, memory constant.

Sizes and ratios are counted while the data are read, never taken from the headers.
"""

from __future__ import annotations

import contextlib
import hashlib
import stat
import tempfile
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from registry.inspection import formats, xml_safety
from registry.inspection.directory import UTF8, BrokenError, Entry, read_directory, says_other_name
from registry.inspection.names import collisions, faults
from registry.inspection.notes import Notes

BLOCK = 65_536
_STORED, _DEFLATED = 0, 8
_DOS_LINK = 0x0400
_DOS_LABEL, _DOS_FOLDER = 0x08, 0x10


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may be at most.

    `package_bytes` is the size of the archive; unpacked it may be `expansion` times that limit; beyond
    `ratio_from` unpacked bytes none may be more than `ratio` times its packed size; `document_bytes` bounds a
    document that is parsed; `nesting` is how many levels of archives inside the package are opened.
    """

    package_bytes: int = 100_000_000
    entries: int = 10_000
    expansion: int = 10
    ratio: int = 100
    ratio_from: int = 1_000_000
    document_bytes: int = 1_000_000
    nesting: int = 1


@dataclass(slots=True)
class Content:
    """A file that was read to its end; `body` is its whole content if that was wanted and small enough."""

    path: str
    size: int
    sha256: str
    head: bytes
    tail: bytes
    body: bytes | None


@dataclass(slots=True)
class Reading:
    """One inspection: what is left of the limits, and what is wanted; shared with the archives inside.

    `alone` says that a single document is inspected, which then must be one.
    """

    limits: Limits
    wanted: Callable[[str], bool]
    alone: bool = False
    entries: int = 0
    unpacked: int = 0
    nodes: int = xml_safety.MOST_NODES
    stopped: bool = False
    complete: bool = False

    def count_entry(self) -> None:
        """Count one entry of a folder."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise BrokenError("archive-too-many-entries", count=self.entries, limit=self.limits.entries)

    def spend(self, count: int) -> None:
        """Count unpacked bytes against the limit of the whole package."""
        self.unpacked += count
        most = self.limits.expansion * self.limits.package_bytes
        if self.unpacked > most:
            self.stopped = True
            raise BrokenError("archive-expansion", limit=most)


def read_archive(file: BinaryIO, notes: Notes, reading: Reading, depth: int = 0) -> Iterator[Content]:
    """Yield each file of the archive, and note all that is wrong.

    A file that cannot be read is noted and left out; when the structure is broken or a limit of the whole package is
    passed, nothing more is read and `reading.complete` stays false.
    """
    size = file.seek(0, 2)
    try:
        entries = read_directory(file, size, reading.limits.entries - reading.entries, notes)
    except BrokenError as broken:
        notes.say(broken.code, broken.path, **broken.values)
        return
    reading.entries += len(entries)
    _check_names(entries, notes)
    before = reading.unpacked
    for entry in entries:
        if not _readable(entry, notes):
            continue
        yield from _content(file, entry, notes, reading, depth)
        if _over(reading.unpacked - before, size, reading.limits):
            notes.say("archive-ratio", limit=reading.limits.ratio)
            reading.stopped = True
        if reading.stopped:
            return
    reading.complete = reading.complete or depth == 0


def _check_names(entries: list[Entry], notes: Notes) -> None:
    check_paths([entry.name for entry in entries], notes)
    for entry in entries:
        if not _says_utf8(entry):
            notes.say("name-not-utf8", entry.name)
        other = says_other_name(entry)
        if other is not None:
            notes.say("name-unicode-differs", entry.name, other=other)


def check_paths(paths: Collection[str], notes: Notes) -> None:
    """Note what is wrong with each path, and which collide; a folder's path ends with a slash."""
    for path in paths:
        for code in faults(path):
            notes.say(code, path)
    for code, path, other in collisions(paths):
        notes.say(code, path, other=other)


def _says_utf8(entry: Entry) -> bool:
    """Whether the name is UTF-8, and marked so unless it is ASCII."""
    if entry.raw.isascii():
        return True
    return bool(entry.flags & UTF8) and entry.name.encode("utf-8", "replace") == entry.raw


def _readable(entry: Entry, notes: Notes) -> bool:
    """Note what kind of entry this is; True for a plain file that can be read."""
    kind = stat.S_IFMT(entry.attributes >> 16)
    is_folder = entry.name.endswith("/")
    if kind == stat.S_IFLNK or entry.attributes & _DOS_LINK:
        notes.say("archive-link", entry.name)
    elif kind not in {0, stat.S_IFDIR if is_folder else stat.S_IFREG} or _is_no_file(entry):
        notes.say("archive-special-file", entry.name)
    elif entry.encrypted:
        notes.say("archive-encrypted", entry.name)
    elif is_folder and (entry.size or entry.packed > 2):
        notes.say("archive-folder-content", entry.name)
    elif entry.method not in {_STORED, _DEFLATED}:
        notes.say("archive-method", entry.name, method=entry.method)
    else:
        return not is_folder
    return False


def _is_no_file(entry: Entry) -> bool:
    """Whether DOS would take the entry for a disk's label, or for a folder although it is not named like one."""
    folder = 0 if entry.name.endswith("/") else _DOS_FOLDER
    return bool(entry.attributes & (_DOS_LABEL | folder))


def _content(file: BinaryIO, entry: Entry, notes: Notes, reading: Reading, depth: int) -> Iterator[Content]:
    blocks = _measured(_blocks(file, entry), entry, reading)
    try:
        content, inner = digest(entry.name, blocks, notes, reading, depth)
    except BrokenError as broken:
        notes.say(broken.code, entry.name, **broken.values)
        return
    if depth == 0:
        yield content
    if inner is not None:
        read_inner(inner, entry.name, notes, reading, depth + 1)


def read_inner(inner: BinaryIO, path: str, notes: Notes, reading: Reading, depth: int) -> None:
    """Hold an archive inside the package to the same rules and the same limits, then close it."""
    with inner:
        deque(read_archive(inner, notes.inside(path), reading, depth), maxlen=0)


def digest(
    path: str, blocks: Iterator[bytes], notes: Notes, reading: Reading, depth: int = 0
) -> tuple[Content, BinaryIO | None]:
    """Read a file to its end; with it comes a copy to open if it is an archive that may be opened."""
    with contextlib.ExitStack() as left_open:
        first = next(blocks, b"")
        copy = _copy_for(path, first, notes, reading, depth)
        if copy is not None:
            left_open.enter_context(copy)
            blocks = _told(first, blocks, copy.write)
        watch = xml_safety.watch(path, first, alone=reading.alone, nodes=reading.nodes)
        if watch is not None:
            blocks = _told(first, blocks, watch.feed)
        content = _drain(path, first, blocks, reading)
        if formats.is_hidden_zip(first, content.tail):
            notes.say("archive-nested-hidden", path)
        if watch is not None:
            _note_problem(path, watch, notes, reading)
        left_open.pop_all()
    return content, copy


def _note_problem(path: str, watch: xml_safety.Watch, notes: Notes, reading: Reading) -> None:
    problem = watch.close()
    reading.nodes = watch.nodes
    if problem is not None:
        notes.say(problem.code, path, problem.line, problem.column, **problem.values)


def _drain(path: str, first: bytes, blocks: Iterator[bytes], reading: Reading) -> Content:
    checksum, size = hashlib.sha256(first), len(first)
    recent, held = deque([first]), size
    most = reading.limits.document_bytes
    keep = [first] if reading.wanted(path) else []
    for block in blocks:
        checksum.update(block)
        size += len(block)
        recent.append(block)
        held += len(block)
        while held - len(recent[0]) >= formats.TAIL:
            held -= len(recent.popleft())
        if keep and size <= most:
            keep.append(block)
    body = b"".join(keep) if keep and size <= most else None
    tail = b"".join(recent)[-formats.TAIL :]
    return Content(path, size, checksum.hexdigest(), first[: formats.HEAD], tail, body)


def _told(first: bytes, blocks: Iterator[bytes], take: Callable[[bytes], object]) -> Iterator[bytes]:
    """Pass the blocks on, and hand each of them to `take`, the first too."""
    take(first)
    for block in blocks:
        take(block)
        yield block


def _copy_for(path: str, first: bytes, notes: Notes, reading: Reading, depth: int) -> BinaryIO | None:
    other = formats.other_archive(first)
    if other is not None:
        notes.say("archive-other-format", path, format=other)
    if not formats.is_zip(first) and (other is None or other in formats.COMPRESSIONS):
        return None
    if depth >= reading.limits.nesting:
        notes.say("archive-nested-too-deep", path, limit=reading.limits.nesting)
        return None
    return None if other else tempfile.TemporaryFile()


def _measured(blocks: Iterator[bytes], entry: Entry, reading: Reading) -> Iterator[bytes]:
    """Pass the blocks on while they keep to the limits and to what the entry says of itself."""
    size, crc = 0, 0
    for block in blocks:
        size += len(block)
        crc = zlib.crc32(block, crc)
        if size > entry.size:
            raise BrokenError("archive-size-differs", said=entry.size)
        if _over(size, entry.packed, reading.limits):
            raise BrokenError("archive-ratio", limit=reading.limits.ratio)
        reading.spend(len(block))
        yield block
    if size != entry.size:
        raise BrokenError("archive-size-differs", said=entry.size)
    if crc != entry.crc:
        raise BrokenError("archive-crc")


def _over(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > limits.ratio_from and unpacked > limits.ratio * packed


def _blocks(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """The unpacked data in blocks of at most 64 KiB."""
    file.seek(entry.start)
    return _inflated(file, entry.packed) if entry.method == _DEFLATED else _stored(file, entry.packed)


def _stored(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        block = file.read(min(BLOCK, left))
        if not block:
            raise BrokenError("archive-truncated")
        left -= len(block)
        yield block


def _inflated(file: BinaryIO, packed: int) -> Iterator[bytes]:
    engine = zlib.decompressobj(-15)
    for block in _stored(file, packed):
        if engine.eof:
            raise BrokenError("archive-data-corrupt")
        try:
            yield from _outputs(engine, block)
        except zlib.error:
            raise BrokenError("archive-data-corrupt") from None
    if not engine.eof or engine.unused_data:
        raise BrokenError("archive-data-corrupt")


def _outputs(engine: zlib._Decompress, block: bytes) -> Iterator[bytes]:
    out = engine.decompress(block, BLOCK)
    while out:
        yield out
        if len(out) < BLOCK and not engine.unconsumed_tail:
            return
        # A full block of output may leave more of it waiting inside the engine.
        out = engine.decompress(engine.unconsumed_tail, BLOCK)
