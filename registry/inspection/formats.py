"""What a file is, by its first bytes, its root element or its name; never by the machine's own tables."""

from __future__ import annotations

import re
import struct

#: As much of a file's beginning as tells what it is.
HEAD = 4_096
#: How far from its end a ZIP archive's end record may begin: its own length, and the longest comment.
TAIL = 22 + 0xFFFF
_END = struct.Struct("<4s4H2L")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER = {
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"MSCF": "Cabinet",
    b"!<arch>\n": "ar",
    b"xar!": "xar",
    b"\x1f\x9d": "compress",
}
_BEGINNINGS = tuple(_OTHER)


def is_zip(first: bytes) -> bool:
    """Whether a file that begins so is a ZIP archive."""
    return first.startswith(_ZIP)


def is_hidden_zip(first: bytes, tail: bytes) -> bool:
    """Whether a file that begins and ends so is something else, but many programs would open it as a ZIP archive."""
    if is_zip(first) or other_archive(first):
        return False
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= 22 and _ends_zip(*_END.unpack_from(tail, at)):
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _ends_zip(_: bytes, disk: int, first: int, here: int, count: int, size: int, _offset: int) -> bool:
    """Whether these numbers can stand in an end record; in other data those four bytes may occur by chance."""
    return disk == first == 0 and 0 < here == count and (size >= 46 * count)


def other_archive(first: bytes) -> str | None:
    """The name of the archive format, if it is one that the registry does not open."""
    if first[257:262] == b"ustar":
        return "tar"
    if not first.startswith(_BEGINNINGS):
        return None
    return next((name for magic, name in _OTHER.items() if first.startswith(magic)), None)


#: Formats that only compress one thing; office files hold pictures so.
COMPRESSIONS = frozenset({"gzip", "xz", "bzip2", "Zstandard", "LZ4", "compress"})

_TEXT = "text/plain"
_AS_TEXT = (
    *("txt", "rst", "adoc", "log", "ini", "cfg", "conf", "toml", "env", "properties", "sql", "tf", "gitignore"),
    *("xml", "xsd", "xsl", "bpmn", "dmn", "svg", "html", "htm", "xhtml", "css", "js", "mjs", "ts", "vue", "scss"),
    *("py", "java", "go", "rs", "rb", "php", "c", "h", "cs", "kt", "sh", "ps1", "bat", "gradle", "po"),
)
_TYPES = {
    "yml": "application/yaml",
    "yaml": "application/yaml",
    "json": "application/json",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "zip": "application/zip",
    "jar": "application/java-archive",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "woff2": "font/woff2",
    # What a browser may run (HTML, scripts, SVG, XML) is never named as what it is: to be read, not executed.
    **dict.fromkeys(_AS_TEXT, _TEXT),
}
_PLAIN_NAMES = {"license", "licence", "copying", "readme", "changelog", "notice", "authors", "dockerfile", "makefile"}


def media_type(path: str) -> str:
    """A media type by the file's name: the same on every machine, and never one that a browser runs."""
    name = path.rpartition("/")[2].lower()
    if name in _PLAIN_NAMES:
        return _TEXT
    return _TYPES.get(name.rpartition(".")[2] if "." in name else "", "application/octet-stream")


_BY_NAMESPACE = {
    r"urn:xoev-de:fim:standard:xdatenfelder_": "fim_schema",
    r"http://www\.regierung-mv\.de/xprozess/": "process_description",
    r"http://xoev\.de/schemata/xzufi/": "service_description",
    r"http://www\.omg\.org/spec/BPMN/": "process",
    r"http://cyclonedx\.org/schema/bom/": "sbom",
}
_NAMESPACE = re.compile(
    r"""xmlns(?::[\w.-]{1,40})?\s{0,9}=\s{0,9}["'](?:"""
    + "|".join(f"(?P<{role}>{start})" for start, role in _BY_NAMESPACE.items())
    + ")"
)
_SBOM = re.compile(r'"(bomFormat"\s{0,9}:\s{0,9}"CycloneDX|spdxVersion"\s{0,9}:\s{0,9}"SPDX-)"?')
_OPENAPI = re.compile(r'^\s{0,9}\{?\s{0,9}"?(openapi|swagger)"?\s{0,9}:\s{0,9}["\']?[0-9]', re.MULTILINE)
_ROOT = re.compile(
    r"(readme|changelog|security|contributing|authors|notice)(\.(md|txt|rst|adoc|markdown))?", re.IGNORECASE
)
_LICENCE = re.compile(r"(li[cz]en[csz]e|copying|unlicense|lizenz)([-_.][\w.+-]+)?", re.IGNORECASE)
LICENCES_FOLDER = "LICENSES/"


def is_licence(path: str) -> bool:
    """Whether a path is where the text of a licence is looked for."""
    if path.upper().startswith(LICENCES_FOLDER):
        return path.count("/") == 1
    return "/" not in path and _LICENCE.fullmatch(path) is not None


def role(path: str, head: bytes) -> str | None:
    """What a file is for, by its place at the root or else by what its beginning says; None if neither tells."""
    if path in {"publiccode.yml", "publiccode.yaml"}:
        return "publiccode"
    if path == "efa.yml":
        return "manifest"
    if is_licence(path):
        return "licence"
    named = _ROOT.fullmatch(path)
    return named[1].lower() if named else _sniffed(head)


def _sniffed(head: bytes) -> str | None:
    text = _text(head)
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "<":
        found = _NAMESPACE.search(text)
        return found.lastgroup if found else None
    if start == "{" and _SBOM.search(text):
        return "sbom"
    return "api_description" if start in {"{", "o", "s", '"'} and _OPENAPI.search(text) else None


_XML = (".xml", ".xsd", ".xsl", ".xslt", ".bpmn", ".dmn", ".cmmn", ".svg", ".xhtml", ".wsdl")
_HTML = (".html", ".htm")
_BLANK = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
#: The roles of documents that are XML.
XML_ROLES = frozenset(_BY_NAMESPACE.values())


def is_xml(path: str, first: bytes) -> bool:
    """Whether a file gives itself out as XML, by its name or by the declaration that it begins with; HTML does not."""
    if path.lower().endswith(_HTML):
        return False
    return path.lower().endswith(_XML) or first.lstrip(_BLANK)[:12].replace(b"\0", b"").startswith(b"<?xml")


def may_be_xml(path: str, first: bytes) -> bool:
    """Whether some program could take the file for XML: also where nothing but space comes before it."""
    return is_xml(path, first) or first.lstrip(_BLANK)[: len(first[:1])] in {b"<", b""}


def _text(head: bytes) -> str:
    """The beginning as text; what matters in it is ASCII, in whatever encoding the rest may be."""
    if head.startswith((b"\xff\xfe", b"<\x00")):
        return head.decode("utf-16-le", "replace")
    if head.startswith((b"\xfe\xff", b"\x00<")):
        return head.decode("utf-16-be", "replace")
    return head.decode("latin-1") if not head.startswith(b"\xef\xbb\xbf") else head.decode("utf-8", "replace")
