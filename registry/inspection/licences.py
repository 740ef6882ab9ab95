"""Licences: what is declared, by SPDX, and what the enclosed texts say."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from registry.inspection import spdx
from registry.inspection.codes import finding
from registry.inspection.report import JSON, Finding

MOST_TEXTS = 100
_RECOGNISED_CHARACTERS = 20_000
_WORD = re.compile(r"\w+")
_WORDING = re.compile(r"-only$|-or-later$|\+$")
_NO_ADVICE = {"advice_de": "", "advice_en": ""}

_BSD = r"redistribution and use in source and binary forms"
_ISC = r"permission to use copy modify and or distribute this software"
#: What tells a licence from all others: phrases that all stand in its text, letter case and punctuation left out.
#: Texts mention other licences further down, so the one whose first phrase stands earliest counts; of several that
#: begin alike, the one named first here.
PHRASES: tuple[tuple[str, str, *tuple[str, ...]], ...] = (
    ("EUPL-1.2", r"european union public licen[cs]e (?:v|version|eupl v) ?1 2|europäische union v ?1 2|eupl v? ?1 2"),
    ("EUPL-1.1", r"european union public licen[cs]e (?:v|version|eupl v) ?1 1|europäische union v ?1 1|eupl v? ?1 1"),
    ("AGPL-3.0", r"gnu affero general public license version 3"),
    ("LGPL-3.0", r"gnu lesser general public license version 3"),
    ("LGPL-2.1", r"gnu lesser general public license version 2 1"),
    ("GPL-3.0", r"gnu general public license version 3"),
    ("GPL-2.0", r"gnu general public license version 2"),
    ("Apache-2.0", r"apache license version 2 0"),
    ("MPL-2.0", r"mozilla public license version 2 0|mozilla public license v 2 0"),
    ("EPL-2.0", r"eclipse public license v ?2 0|eclipse public license version 2 0"),
    ("CC0-1.0", r"cc0 1 0 universal|creative commons legal code cc0"),
    (
        "CC-BY-SA-4.0",
        r"attribution sharealike 4 0 international|namensnennung weitergabe unter gleichen bedingungen 4 0",
    ),
    ("CC-BY-4.0", r"attribution 4 0 international|namensnennung 4 0 international"),
    ("ODbL-1.0", r"open database licen[cs]e odbl|odc open database licen[cs]e"),
    ("ODC-By-1.0", r"open data commons attribution licen[cs]e|odc attribution licen[cs]e"),
    ("DL-DE-BY-2.0", r"datenlizenz deutschland namensnennung version 2 0"),
    ("DL-DE-ZERO-2.0", r"datenlizenz deutschland zero version 2 0"),
    ("OFL-1.1", r"sil open font license version 1 1"),
    ("BSL-1.0", r"boost software license version 1 0"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("Zlib", r"altered source versions must be plainly marked as such"),
    ("BSD-4-Clause", _BSD, r"all advertising materials mentioning features or use"),
    ("BSD-3-Clause", _BSD, r"neither the name"),
    ("BSD-2-Clause", _BSD),
    ("ISC", _ISC, r"provided that|appear in all copies"),
    ("0BSD", _ISC),
    ("MIT", r"permission is hereby granted free of charge to any person obtaining a copy"),
)


@functools.cache
def _beginning() -> re.Pattern[str]:
    """Finds the first phrase of whichever licence comes first."""
    return re.compile(r"\b(?:" + "|".join(dict.fromkeys(first for _, first, *_ in PHRASES)) + r")\b")


@dataclass(frozen=True, slots=True)
class LicenceText:
    """A file with the text of a licence, and which licence that is, if recognised (`GPL-3.0` for either wording)."""

    path: str
    spdx: str | None


def recognise(text: str) -> str | None:
    """The SPDX identifier of the licence whose text this is; versions of the GPL come without `-only` or so."""
    words = " ".join(_WORD.findall(text[:_RECOGNISED_CHARACTERS].lower()))
    match = _beginning().search(words)
    if match is None:
        return None
    alike = [(name, more) for name, first, *more in PHRASES if re.fullmatch(first, match[0])]
    return next((name for name, more in alike if all(re.search(phrase, words) for phrase in more)), None)


def identifiers(expression: str | None) -> list[str]:
    """The licences that an SPDX expression names, exceptions left out; none when it cannot be read."""
    parsed = spdx.parse(expression) if expression else None
    return list(parsed.licences) if parsed else []


def check_expression(text: str, path: str | None, line: int | None, column: int | None) -> Iterator[Finding]:
    """Whether the text is an SPDX expression of known licences."""
    parsed = spdx.parse(text)
    if parsed is None:
        yield finding("licence-expression", path, line, column, value=text)
        return
    for name in parsed.unknown:
        meant = spdx.nearest(name)
        advice = (
            {"advice_de": f"Meinten Sie „{meant}“?", "advice_en": f"Did you mean “{meant}”?"} if meant else _NO_ADVICE
        )
        yield finding("licence-unknown", path, line, column, value=name, **advice)


def check_texts(declared: str | None, texts: list[LicenceText]) -> list[Finding]:
    """Compare the declared licences with the texts that are there."""
    names = identifiers(declared)
    if not texts:
        return [finding("licence-missing", declared=names[0] if names else "SPDX")]
    found = {text.spdx for text in texts} | {_named(text.path) for text in texts if text.spdx is None}
    bases = {_base(name): name for name in names}
    known = {name for name, *_ in PHRASES}
    findings = [_strange(text, declared) for text in texts if names and not _fits(text, bases)]
    missing = [name for base, name in bases.items() if base not in found and base in known]
    # One text that fits nothing explains one licence without text; say it once.
    if len(names) > 1 and not findings:
        findings += [finding("licence-text-missing", declared=name) for name in missing]
    return findings


def _base(name: str) -> str:
    return _WORDING.sub("", name)


def _named(path: str) -> str | None:
    """The licence that a file of the REUSE layout is named after."""
    folder, _, name = path.rpartition("/")
    return _base(name.rpartition(".")[0] or name) if folder else None


def _fits(text: LicenceText, declared: dict[str, str]) -> bool:
    named = _named(text.path)
    if text.spdx is None:
        return named in declared
    # A text in LICENSES/ may belong to parts of the package; it only has to be what its name says.
    return text.spdx in declared or text.spdx == named


def _strange(text: LicenceText, declared: str | None) -> Finding:
    if text.spdx is None:
        return finding("licence-text-unknown", text.path, declared=declared)
    return finding("licence-text-differs", text.path, declared=declared, found=text.spdx)


def same(one: str, other: str) -> bool:
    """Whether two expressions name the same licences in the same way, whatever their order and letter case."""
    first, second = spdx.parse(one), spdx.parse(other)
    if first is None or second is None:
        return one.strip() == other.strip()
    return first.canonical == second.canonical


def facts(declared: str | None, expected: str | None, texts: list[LicenceText]) -> dict[str, JSON]:
    """What is known of the licences, as JSON."""
    names = identifiers(declared)
    return {
        "declared": declared,
        "expected": expected,
        "identifiers": [*names],
        "texts": [{"path": text.path, "spdx": text.spdx} for text in texts],
    }
