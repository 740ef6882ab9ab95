"""Findings gathered while reading, each with its place and none in endless number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from registry.inspection.codes import finding
from registry.inspection.report import MOST_OF_A_CODE, Finding


class Notes:
    """A list of findings that stays bounded; `within` names the archive around what is read now."""

    def __init__(self, within: str = "") -> None:
        self.within = within
        self.findings: list[Finding] = []
        self.counts: Counter[str] = Counter()

    def say(
        self,
        code: str,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        /,
        **values: object,
    ) -> None:
        """Note a finding about a path of the archive that is read now, or about the archive."""
        self.counts[code] += 1
        if self.counts[code] <= MOST_OF_A_CODE:
            place = f"{self.within}!/{path}" if self.within and path is not None else path or self.within or None
            self.findings.append(finding(code, place, line, column, **values))

    def add(self, findings: Iterable[Finding]) -> None:
        """Take over findings that were made elsewhere."""
        for found in findings:
            self.counts[found.code] += 1
            if self.counts[found.code] <= MOST_OF_A_CODE:
                self.findings.append(found)

    def inside(self, path: str) -> Notes:
        """Notes about an archive inside this one; they gather in the same list."""
        inner = Notes(f"{self.within}!/{path}" if self.within else path)
        inner.findings, inner.counts = self.findings, self.counts
        return inner

    def sorted(self) -> tuple[Finding, ...]:
        """All findings in their order, and one more for each code that was cut."""
        cut = [
            finding("findings-cut", more=count - MOST_OF_A_CODE, of=code)
            for code, count in self.counts.items()
            if count > MOST_OF_A_CODE
        ]
        return tuple(sorted([*self.findings, *cut], key=lambda found: found.order))
