"""YAML read into nodes that know their place, by the core schema of YAML 1.2.

PyYAML's own loaders follow YAML 1.1 (`NO` is false, `1.10` is 1.1), take duplicate keys silently and forget
where a value stood; so only libyaml's events are used here, and composed with bounds on all that can grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from registry.inspection.codes import finding
from registry.inspection.report import JSON, Finding

MOST_BYTES = 1_000_000
MOST_NODES = 20_000
MOST_ALIASES = 20
MOST_DEPTH = 32

_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BOM = b"\xef\xbb\xbf"
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), "null"),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), "bool"),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(slots=True)
class Scalar:
    """A single value, as written; `plain` if it stood without quotes, `line` and `column` from 1."""

    text: str
    plain: bool
    line: int
    column: int
    weight: int = 1

    @property
    def kind(self) -> str:
        """One of `str int float bool null`, by the core schema."""
        if not self.plain:
            return "str"
        word = _WORDS.get(self.text)
        if word is not None:
            return word
        if self.text[0] not in "+-.0123456789":
            return "str"
        if _INT.fullmatch(self.text):
            return "int"
        return "float" if _FLOAT.fullmatch(self.text) else "str"


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    line: int
    column: int
    weight: int = 1


@dataclass(slots=True)
class Mapping:
    """Keys and values, each key once, in the order of the file."""

    pairs: dict[str, tuple[Scalar, Node]]
    line: int
    column: int
    weight: int = 1

    def get(self, *keys: str) -> Node | None:
        """The node at that path of keys, or None when there is none or its value is null."""
        node: Node | None = self
        for key in keys:
            if not isinstance(node, Mapping) or key not in node.pairs:
                return None
            node = node.pairs[key][1]
        return None if is_null(node) else node

    def text(self, *keys: str) -> str | None:
        """The text of the scalar at that path of keys, or None when there is none."""
        node = self.get(*keys)
        return node.text if isinstance(node, Scalar) else None


Node: TypeAlias = Scalar | Sequence | Mapping


def is_null(node: Node | None) -> bool:
    """Whether the value is null, written so or left out."""
    return isinstance(node, Scalar) and node.kind == "null"


def value(node: Node) -> JSON:
    """The node as JSON; numbers stay text, as written."""
    if isinstance(node, Mapping):
        return {key: value(child) for key, (_, child) in node.pairs.items()}
    if isinstance(node, Sequence):
        return [value(child) for child in node.items]
    kind = node.kind
    if kind == "null":
        return None
    if kind == "bool":
        return node.text in {"true", "True", "TRUE"}
    return node.text


class _RefusedError(Exception):
    """The document is given up at this finding."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.code)
        self.found = found


def read(data: bytes, path: str) -> tuple[Node | None, list[Finding]]:
    """Compose the one document in `data`; the node is None when it cannot be read at all."""
    try:
        text = _decode(data, path)
    except _RefusedError as refused:
        return None, [refused.found]
    composer = _Composer(path)
    try:
        return composer.document(yaml.parse(text, Loader=yaml.CSafeLoader)), composer.findings
    except _RefusedError as refused:
        return None, [*composer.findings, refused.found]
    except yaml.YAMLError as error:
        return None, [*composer.findings, _syntax(error, text, path)]


def _decode(data: bytes, path: str) -> str:
    if len(data) > MOST_BYTES:
        raise _RefusedError(finding("yaml-too-large", path, limit=MOST_BYTES))
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _RefusedError(finding("yaml-not-utf8", path, line, None, byte=f"0x{data[error.start]:02x}")) from None
    bad = _NOT_ALLOWED.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        raise _RefusedError(finding("yaml-control-character", path, line, column, sign=f"U+{ord(bad[0]):04X}"))
    return text


class _Composer:
    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.anchors: dict[str, Node] = {}
        self.nodes = 0
        self.aliases = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._refuse("yaml-several-documents", event)
                root = self._node(next(events), events, 0)
        if root is None:
            self.findings.append(finding("yaml-empty", self.path, 1, 1))
        return root

    def _refuse(self, code: str, event: Any, **values: object) -> None:
        mark = event.start_mark
        raise _RefusedError(finding(code, self.path, mark.line + 1, mark.column + 1, **values))

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > MOST_DEPTH:
            self._refuse("yaml-too-complex", event, nodes=MOST_NODES, depth=MOST_DEPTH)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and event.tag != "!":
            self._refuse("yaml-tag", event, tag=event.tag)
        node: Node
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            self._check_signs(event)
            node = Scalar(event.value, event.implicit[0] and event.style in {None, ""}, line, column)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(Sequence([], line, column), events, depth)
        else:
            node = self._mapping(Mapping({}, line, column), events, depth)
        if node.weight > MOST_NODES:
            self._refuse("yaml-too-complex", event, nodes=MOST_NODES, depth=MOST_DEPTH)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _check_signs(self, event: Any) -> None:
        """Refuse what an escape in double quotes smuggles in: databases and terminals cannot bear it."""
        bad = _NOT_ALLOWED.search(event.value) if event.style == '"' else None
        if bad:
            self._refuse("yaml-control-character", event, sign=f"U+{ord(bad[0]):04X}")

    def _alias(self, event: Any) -> Node:
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            self._refuse("yaml-aliases", event, limit=MOST_ALIASES)
        # An anchor is known only once its node is complete, so no node can contain itself.
        if event.anchor not in self.anchors:
            self._refuse("yaml-alias-unknown", event, name=event.anchor)
        return self.anchors[event.anchor]

    def _sequence(self, into: Sequence, events: Iterator[Any], depth: int) -> Sequence:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            item = self._node(event, events, depth + 1)
            into.items.append(item)
            into.weight += item.weight
        return into

    def _mapping(self, into: Mapping, events: Iterator[Any], depth: int) -> Mapping:
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            child = self._node(next(events), events, depth + 1)
            into.weight += 1 + child.weight
            if not isinstance(key, Scalar):
                self.findings.append(finding("yaml-key", self.path, key.line, key.column))
            elif key.text in into.pairs:
                first = into.pairs[key.text][0].line
                self.findings.append(
                    finding("yaml-duplicate-key", self.path, key.line, key.column, key=key.text, first=first)
                )
            else:
                into.pairs[key.text] = (key, child)
        return into


def _two(de: str, en: str) -> dict[str, object]:
    return {"problem_de": de, "problem_en": en}


#: What libyaml says of broken files, and what it means to the person who wrote one.
_PROBLEMS = {
    "mapping values are not allowed": _two(
        "Hier steht ein Doppelpunkt, wo keiner stehen darf. Meist ist die Einrückung falsch, oder ein Text mit "
        "Doppelpunkt braucht Anführungszeichen",
        "there is a colon where none may be. Mostly the indentation is wrong, or a text that contains a colon "
        "needs quotes",
    ),
    "could not find expected ':'": _two(
        "Nach einem Schlüssel fehlt der Doppelpunkt", "the colon after a key is missing"
    ),
    "did not find expected key": _two(
        "Die Einrückung passt nicht zu den Zeilen darüber, oder ein Anführungszeichen zu viel beendet den Text",
        "the indentation does not fit the lines above, or a stray quote ends the text early",
    ),
    "did not find expected '-' indicator": _two(
        "In einer Liste fehlt der Strich „-“ vor dem Eintrag, oder er ist anders eingerückt",
        "an entry of a list lacks its dash “-”, or is indented differently",
    ),
    "did not find expected ',' or": _two(
        "In einer Liste oder Zuordnung in Klammern fehlt ein Komma oder die schließende Klammer",
        "a list or mapping in brackets lacks a comma or its closing bracket",
    ),
    "found unexpected end of stream": _two(
        "Ein Anführungszeichen oder eine Klammer wird bis zum Ende der Datei nicht geschlossen",
        "a quote or bracket is not closed before the end of the file",
    ),
    "found character that cannot start any token": _two(
        "Ein Text beginnt mit einem Zeichen, das in YAML eine Bedeutung hat (Tabulator, @, `, %). Setzen Sie den Text "
        "in Anführungszeichen, rücken Sie mit Leerzeichen ein",
        "a text begins with a sign that means something in YAML (tab, @, `, %). Put the text in quotes, indent with "
        "spaces",
    ),
    "found unknown escape character": _two(
        "In doppelten Anführungszeichen ist ein Schrägstrich „\\“ etwas Besonderes. Nehmen Sie einfache "
        "Anführungszeichen",
        "within double quotes a backslash “\\” is special. Use single quotes",
    ),
    "block sequence entries are not allowed": _two(
        "Hier darf keine Liste beginnen; setzen Sie sie auf eine neue Zeile",
        "no list may begin here; put it on a new line",
    ),
    "other": _two("Die Schreibweise ist an dieser Stelle nicht erlaubt", "this is not allowed in this place"),
}


def _syntax(error: yaml.YAMLError, text: str, path: str) -> Finding:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n", line)
    if mark and line <= len(lines) and lines[line - 1][mark.column : mark.column + 1] == "\t":
        return finding("yaml-tab", path, line, column)
    said = str(getattr(error, "problem", ""))
    problem = next((value for start, value in _PROBLEMS.items() if said.startswith(start)), _PROBLEMS["other"])
    return finding("yaml-syntax", path, line, column, **problem)
