"""What an inspection hands back: findings, files and facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


class Severity(StrEnum):
    """An error blocks publishing, a warning is shown to everyone, a hint to the author."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or could be better.

    `path` names the file inside the package (`outer.zip!/inner.txt` for one in a nested archive); `line` and
    `column` count from 1; `message` has the languages `de` and `en`; `help` is the path of the page that
    explains the code.
    """

    code: str
    severity: Severity
    path: str | None
    line: int | None
    column: int | None
    message: dict[str, str]
    help: str

    @property
    def order(self) -> tuple[int, str, int, int, str, str]:
        """Sorts errors first, then by place."""
        place = (self.path or "", self.line or 0, self.column or 0)
        return (_RANK[self.severity], *place, self.code, self.message["en"])

    def to_json(self) -> dict[str, JSON]:
        """The finding as plain JSON values."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": {**self.message},
            "help": self.help,
        }


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the package; `size` in bytes, `sha256` in hexadecimal."""

    path: str
    size: int
    sha256: str
    media_type: str
    role: str | None

    def to_json(self) -> dict[str, JSON]:
        """The file as plain JSON values."""
        return {
            "path": self.path,
            "size": self.size,
            "sha256": self.sha256,
            "media_type": self.media_type,
            "role": self.role,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The same package always gives the same report, in the same order."""

    findings: tuple[Finding, ...]
    files: tuple[FileEntry, ...]
    facts: dict[str, JSON]

    @property
    def ok(self) -> bool:
        """Whether nothing blocks publishing."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The errors."""
        return tuple(found for found in self.findings if found.severity is Severity.ERROR)

    def to_json(self) -> dict[str, JSON]:
        """The report as plain JSON values: `ok`, `findings`, `files`, `facts`."""
        return {
            "ok": self.ok,
            "findings": [found.to_json() for found in self.findings],
            "files": [entry.to_json() for entry in self.files],
            "facts": self.facts,
        }


#: Findings of one code beyond this many are counted, not listed: a report stays readable and small.
MOST_OF_A_CODE = 100
