"""The inspection: from a package to a report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from registry.inspection import agreement, formats, licences, manifest, publiccode
from registry.inspection.agreement import Expected
from registry.inspection.archive import (
    BLOCK,
    Content,
    Limits,
    Reading,
    check_paths,
    digest,
    read_archive,
    read_inner,
)
from registry.inspection.codes import finding, shown
from registry.inspection.directory import BrokenError
from registry.inspection.names import MOST_PATH_BYTES
from registry.inspection.notes import Notes
from registry.inspection.report import JSON, FileEntry, Report

_PUBLICCODE = ("publiccode.yml", "publiccode.yaml")
_MOST_LISTED = 500
_LIMITS, _EXPECTED = Limits(), Expected()


class UnknownKindError(ValueError):
    """A file that is no package, no folder, and none of the documents that can be inspected alone."""


@dataclass(slots=True)
class _Package:
    """What was read of a package so far."""

    notes: Notes
    document_bytes: int
    files: list[FileEntry] = field(default_factory=list)
    bodies: dict[str, bytes | None] = field(default_factory=dict)
    texts: list[licences.LicenceText] = field(default_factory=list)

    def take(self, content: Content) -> None:
        """Keep what is needed of a file; of its content only the two descriptions."""
        role = formats.role(content.path, content.head)
        if role in {"publiccode", "manifest"}:
            self.bodies[content.path] = content.body
        elif role == "licence" and len(self.texts) < licences.MOST_TEXTS:
            text = content.head if content.body is None else content.body
            self.texts.append(licences.LicenceText(content.path, licences.recognise(text.decode("utf-8", "replace"))))
        kind = formats.media_type(content.path)
        self.files.append(FileEntry(shown(content.path, MOST_PATH_BYTES), content.size, content.sha256, kind, role))

    @staticmethod
    def wants(path: str) -> bool:
        """Whether the whole content of a file is needed."""
        return path in _PUBLICCODE or path == manifest.FILE or formats.is_licence(path)


def inspect_package(package: BinaryIO, *, limits: Limits = _LIMITS, expected: Expected = _EXPECTED) -> Report:
    """Inspect a ZIP archive; whatever its bytes are, the answer is a report.

    `package` must be seekable and is read from its beginning; it is not closed.
    """
    notes = Notes()
    size = package.seek(0, os.SEEK_END)
    if size > limits.package_bytes:
        notes.say("archive-too-large", size=size, limit=limits.package_bytes)
        return Report(notes.sorted(), (), {})
    found = _Package(notes, limits.document_bytes)
    reading = Reading(limits, found.wants)
    for content in read_archive(package, notes, reading):
        found.take(content)
    return _report(found, expected) if reading.complete else _unread(found)


def inspect_path(path: Path, *, limits: Limits = _LIMITS, expected: Expected = _EXPECTED) -> Report:
    """Inspect an archive, a folder as if it were zipped, or a single publiccode.yml, efa.yml or XML document.

    Raises OSError for what cannot be read and UnknownKindError for a file of another kind.
    """
    if path.is_dir():
        return _inspect_folder(path, limits, expected)
    with path.open("rb") as file:
        head = file.read(formats.HEAD)
        if formats.is_zip(head) or path.suffix.lower() == ".zip":
            return inspect_package(file, limits=limits, expected=expected)
        return _inspect_document(path, head, file, limits, expected)


def _inspect_folder(folder: Path, limits: Limits, expected: Expected) -> Report:
    notes = Notes()
    found = _Package(notes, limits.document_bytes)
    reading, paths = Reading(limits, found.wants), dict[str, Path]()
    try:
        for path in _walk(folder):
            reading.count_entry()
            paths[path.relative_to(folder).as_posix() + ("/" if _is_folder(path) else "")] = path
        check_paths(paths, notes)
        for name, path in paths.items():
            _take_file(path, name, found, reading)
    except BrokenError as broken:
        notes.say(broken.code, broken.path, **broken.values)
        return _unread(found)
    return _report(found, expected)


def _walk(folder: Path) -> Iterator[Path]:
    left = [folder]
    while left:
        for entry in sorted(left.pop().iterdir()):
            yield entry
            if _is_folder(entry):
                left.append(entry)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _take_file(path: Path, name: str, found: _Package, reading: Reading) -> None:
    if path.is_symlink():
        found.notes.say("archive-link", name)
    elif path.is_file():
        with path.open("rb") as file:
            content, inner = digest(name, _counted(file, reading), found.notes, reading)
        found.take(content)
        if inner is not None:
            read_inner(inner, name, found.notes, reading, 1)
    elif not path.is_dir():
        found.notes.say("archive-special-file", name)


def _counted(file: BinaryIO, reading: Reading) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        reading.spend(len(block))
        yield block


def _unread(found: _Package) -> Report:
    """Of an archive that was given up, no more is said than why: what seems to be missing may be there."""
    return Report(found.notes.sorted(), tuple(sorted(found.files, key=lambda entry: entry.path)), {})


def _inspect_document(path: Path, head: bytes, rest: BinaryIO, limits: Limits, expected: Expected) -> Report:
    found, role = _Package(Notes(), limits.document_bytes), formats.role(path.name, head)
    is_xml = formats.may_be_xml(path.name, head) and (role in formats.XML_ROLES or formats.is_xml(path.name, head))
    if not is_xml and role not in {"publiccode", "manifest"}:
        raise UnknownKindError(path.name)
    reading = Reading(limits, found.wants, alone=is_xml)
    try:
        content, _ = digest(path.name, chain([head], _counted(rest, reading)), found.notes, reading)
    except BrokenError as broken:
        found.notes.say(broken.code, path.name, **broken.values)
        return _unread(found)
    found.take(content)
    facts: dict[str, JSON] = {}
    if role == "publiccode":
        result = _publiccode(found, _beside(path), expected)
        facts["publiccode"] = result.value if result else None
    elif role == "manifest":
        said = _manifest(found, _beside(path), expected)
        facts["manifest"] = said.value if said else None
    return Report(found.notes.sorted(), tuple(found.files), facts)


def _beside(document: Path) -> Callable[[str], bool]:
    def exists(name: str) -> bool:
        try:
            return (document.parent / name).exists()
        except OSError:
            return False

    return exists


def _report(found: _Package, expected: Expected) -> Report:
    """Look at the documents together: what must be there, and what must agree."""
    paths = {entry.path for entry in found.files}
    folders = {path[:at] for path in paths for at in range(len(path)) if path[at] == "/"}
    notes = found.notes

    def exists(path: str) -> bool:
        return path in paths or path in folders

    described, said = _publiccode(found, exists, expected), _manifest(found, exists, expected)
    notes.add(agreement.recommended(paths))
    declared = (described.licence if described else None) or expected.licence
    notes.add(licences.check_texts(declared, found.texts))
    if described and said:
        notes.add(agreement.leika_keys(described, said))
    roles = said.roles if said else {}
    files = tuple(_with_role(entry, roles) for entry in sorted(found.files, key=lambda entry: entry.path))
    facts: dict[str, JSON] = {
        "publiccode": described.value if described else None,
        "manifest": said.value if said else None,
        "licences": licences.facts(declared, expected.licence, found.texts),
        "documents": [
            {"path": entry.path, "role": entry.role, "media_type": entry.media_type}
            for entry in [entry for entry in files if entry.role][:_MOST_LISTED]
        ],
    }
    return Report(notes.sorted(), files, facts)


def _publiccode(found: _Package, exists: Callable[[str], bool], expected: Expected) -> publiccode.Result | None:
    paths = [path for path in _PUBLICCODE if path in found.bodies]
    if not paths:
        inside = [entry.path for entry in found.files if entry.path.rpartition("/")[2] in _PUBLICCODE]
        first = min(inside, key=lambda path: (path.count("/"), path), default=None)
        found.notes.add([finding("publiccode-not-at-root" if first else "publiccode-missing", first)])
        return None
    if len(paths) > 1:
        found.notes.say("publiccode-twice", paths[1])
    elif paths[0] != publiccode.FILE:
        found.notes.say("publiccode-yaml", paths[0])
    body = found.bodies[paths[0]]
    if body is None:
        found.notes.say("yaml-too-large", paths[0], limit=found.document_bytes)
        return None
    result = publiccode.validate(body, exists=exists, path=paths[0])
    found.notes.add([*result.findings, *agreement.publiccode_with_upload(result, expected, paths[0])])
    return result


def _manifest(found: _Package, exists: Callable[[str], bool], expected: Expected) -> manifest.Manifest | None:
    if manifest.FILE not in found.bodies:
        found.notes.say("manifest-missing")
        return None
    body = found.bodies[manifest.FILE]
    if body is None:
        found.notes.say("yaml-too-large", manifest.FILE, limit=found.document_bytes)
        return None
    said = manifest.validate(body, exists=exists)
    found.notes.add([*said.findings, *agreement.manifest_with_upload(said, expected)])
    return said


def _with_role(entry: FileEntry, roles: dict[str, str]) -> FileEntry:
    """The file with the role that its author gives it, unless its content tells already."""
    if entry.role is not None or entry.path not in roles:
        return entry
    return replace(entry, role=roles[entry.path])
