"""Every code that a finding can have, and the way to make a finding of one."""

from __future__ import annotations

from registry.inspection.codes.archive import ARCHIVE
from registry.inspection.codes.base import Code
from registry.inspection.codes.licences import LICENCES
from registry.inspection.codes.manifest import MANIFEST
from registry.inspection.codes.names import NAMES
from registry.inspection.codes.package import PACKAGE
from registry.inspection.codes.publiccode import PUBLICCODE
from registry.inspection.codes.xml import XML
from registry.inspection.codes.yaml import YAML
from registry.inspection.names import HIDDEN
from registry.inspection.report import Finding

__all__ = ["CODES", "Code", "finding", "shown"]

CODES: dict[str, Code] = {**ARCHIVE, **NAMES, **PACKAGE, **XML, **YAML, **PUBLICCODE, **LICENCES, **MANIFEST}

_LONGEST_VALUE, _LONGEST_PATH = 300, 1100


def shown(text: str, longest: int = _LONGEST_VALUE) -> str:
    """The text as it may stand in a message or a path: not too long, and nothing in it that hides or reorders."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return HIDDEN.sub(lambda bad: f"\\u{ord(bad[0]):04x}", cut)


def finding(
    code: str, path: str | None = None, line: int | None = None, column: int | None = None, /, **values: object
) -> Finding:
    """A finding of that code; `values` fill in its message, those that differ end in `_de` and `_en`."""
    kind = CODES[code]
    said = {key: shown(str(value)) for key, value in values.items()}
    message = {language: text.format_map(said) for language, text in kind.message.items()}
    place = None if path is None else shown(path, _LONGEST_PATH)
    return Finding(code, kind.severity, place, line, column, message, f"/problems/{code}")
