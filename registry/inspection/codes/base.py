"""What is said of a code: how grave it is, its name, its message and its page."""

from __future__ import annotations

from dataclasses import dataclass

from registry.inspection.report import Severity

ERROR, WARNING, HINT = Severity.ERROR, Severity.WARNING, Severity.HINT


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    `title` names it, `message` is filled in for each finding (`str.format` fields), `explanation` says what is
    wrong, why it matters and what to do. Each has the languages `de` and `en`.
    """

    severity: Severity
    title: dict[str, str]
    message: dict[str, str]
    explanation: dict[str, str]


def both(de: str, en: str) -> dict[str, str]:
    """A text in the two languages of the registry."""
    return {"de": de, "en": en}
