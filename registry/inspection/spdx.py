"""SPDX licence expressions: `EUPL-1.2 OR (MIT AND GPL-2.0-only WITH Classpath-exception-2.0)`.

Read by the grammar of the SPDX specification (2.3, annex D); the identifiers are those that license-expression
ships. Its own parser is not used: it fails with bare Python errors on some broken expressions.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import license_expression

MOST_CHARACTERS = 300
_TOKEN = re.compile(r"[()]|[^\s()]+")
_NAME = re.compile(r"[A-Za-z0-9.-]+\+?")
_OWN = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_OPERATORS = frozenset({"AND", "OR", "WITH"})
_MOST_DEPTH = 20
#: How people write the licences of which a likeness of letters finds another.
_MEANT = {
    **dict.fromkeys(("gplv3", "gpl3", "gpl-3", "gpl-v3", "gpl"), "GPL-3.0-or-later"),
    **dict.fromkeys(("gplv2", "gpl2", "gpl-2", "gpl-v2"), "GPL-2.0-or-later"),
    **dict.fromkeys(("agplv3", "agpl3", "agpl-3", "agpl"), "AGPL-3.0-or-later"),
    **dict.fromkeys(("lgplv3", "lgpl3", "lgpl-3", "lgpl"), "LGPL-3.0-or-later"),
    **dict.fromkeys(("apache", "apache2", "apache-2", "apachev2", "asl2.0"), "Apache-2.0"),
    **dict.fromkeys(("eupl", "eupl-v1.2", "eupl-v.1.2"), "EUPL-1.2"),
    **dict.fromkeys(("bsd", "bsd3", "new-bsd"), "BSD-3-Clause"),
    **dict.fromkeys(("mit-license", "expat"), "MIT"),
    **dict.fromkeys(("cc0", "cc-0"), "CC0-1.0"),
    **dict.fromkeys(("cc-by", "ccby"), "CC-BY-4.0"),
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A licence expression: its licences and exceptions in their order, and a form in which equals are equal."""

    licences: tuple[str, ...]
    exceptions: tuple[str, ...]
    canonical: str

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names that are not on the list, those of one's own (LicenseRef-…) left out."""
        known, exceptions = _known()
        strange = [name for name in self.licences if _bare(name) not in known and not _OWN.fullmatch(name)]
        return (*strange, *(name for name in self.exceptions if name.lower() not in exceptions))


class _BrokenError(Exception):
    """The text is no expression."""


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Expression | None:
    """Read an expression; None when it is none. Operators and names may have any letter case."""
    if len(text) > MOST_CHARACTERS:
        return None
    reader = _Reader(_TOKEN.findall(text))
    try:
        canonical = reader.alternatives(0)
    except _BrokenError:
        return None
    if reader.tokens:
        return None
    return Expression(tuple(dict.fromkeys(reader.licences)), tuple(dict.fromkeys(reader.exceptions)), canonical)


def spelt(text: str) -> str:
    """Write a valid expression as the list spells its names, with operators in capitals."""
    licences, exceptions = _known()
    words = []
    for token in _TOKEN.findall(text):
        bare = _bare(token)
        name = licences.get(bare) or exceptions.get(bare, token)
        words.append(token.upper() if token.upper() in _OPERATORS else name + "+" * token.endswith("+"))
    return " ".join(words).replace("( ", "(").replace(" )", ")")


def nearest(name: str) -> str | None:
    """The known licence that was probably meant."""
    word = name.lower().replace(" ", "-")
    if word in _MEANT:
        return _MEANT[word]
    known, _ = _known()
    near = difflib.get_close_matches(word, known, 1, 0.6) if len(word) <= 60 else []
    return known[near[0]] if near else None


def _bare(name: str) -> str:
    return name.lower().removesuffix("+")


@functools.cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """The licences and the exceptions of SPDX, by their names in lower case; the deprecated ones too."""
    licences: dict[str, str] = {}
    exceptions: dict[str, str] = {}
    for entry in license_expression.get_license_index():
        into = exceptions if entry["is_exception"] else licences
        for name in (entry["spdx_license_key"], *entry["other_spdx_license_keys"]):
            if name and not name.startswith("LicenseRef-"):
                into[name.lower()] = name
    return licences, exceptions


class _Reader:
    """Takes tokens from the left; each method answers the canonical form of what it took."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]
        self.licences: list[str] = []
        self.exceptions: list[str] = []

    def alternatives(self, depth: int) -> str:
        return " OR ".join(sorted({self._all(depth), *(self._all(depth) for _ in self._each("OR"))}))

    def _all(self, depth: int) -> str:
        return " AND ".join(sorted({self._one(depth), *(self._one(depth) for _ in self._each("AND"))}))

    def _one(self, depth: int) -> str:
        if self._take("("):
            if depth > _MOST_DEPTH:
                raise _BrokenError
            inner = self.alternatives(depth + 1)
            if not self._take(")"):
                raise _BrokenError
            return f"({inner})" if " " in inner else inner
        name = self._name(self.licences)
        return f"{name} WITH {self._name(self.exceptions)}" if self._take("WITH") else name

    def _name(self, into: list[str]) -> str:
        token = self.tokens.pop() if self.tokens else ""
        if token.upper() in _OPERATORS or not (_NAME.fullmatch(token) or _OWN.fullmatch(token)):
            raise _BrokenError
        into.append(token)
        return token.lower()

    def _take(self, token: str) -> bool:
        if self.tokens and self.tokens[-1].upper() == token:
            self.tokens.pop()
            return True
        return False

    def _each(self, operator: str) -> Iterator[None]:
        while self._take(operator):
            yield
