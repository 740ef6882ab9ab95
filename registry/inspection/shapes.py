"""Shapes of YAML documents: what a key holds, said once, and checked with line and column."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import regex  # type: ignore[import-untyped]  # it ships no types

from registry.inspection.codes import finding
from registry.inspection.report import Finding
from registry.inspection.yaml_nodes import Mapping, Node, Scalar, Sequence, is_null

_CLUSTER = regex.compile(r"\X")
_MOST_ADVICE = 10
_OLD_BOOLEANS = {"yes", "no", "on", "off", "y", "n"}


@dataclass(slots=True)
class Context:
    """What checks share: whose codes to use, where findings go, and which files exist beside the document."""

    prefix: str
    path: str
    exists: Callable[[str], bool] | None = None
    findings: list[Finding] = field(default_factory=list)
    advised: int = 0

    def say(self, code: str, node: Node, key: str, **values: object) -> None:
        """Note a finding at a node; `code` without the prefix."""
        self.findings.append(finding(f"{self.prefix}-{code}", self.path, node.line, node.column, key=key, **values))

    def advice(self, given: str, known: Iterable[str]) -> dict[str, str]:
        """A suggestion for a word that is not known: the most similar one, or the whole of a short list."""
        words = list(known)
        self.advised += 1
        # Comparing takes time, and a file of nothing but errors needs no hundred suggestions.
        near = self._near(given, words) if self.advised <= _MOST_ADVICE and len(given) <= 60 else []
        if near:
            return {"advice_de": f"Meinten Sie „{near[0]}“?", "advice_en": f"Did you mean “{near[0]}”?"}
        if len(words) <= 15:
            listed = ", ".join(words)
            return {"advice_de": f"Erlaubt: {listed}.", "advice_en": f"Allowed: {listed}."}
        return {"advice_de": "", "advice_en": ""}

    @staticmethod
    def _near(given: str, words: list[str]) -> list[str]:
        by_case = {word.lower(): word for word in words}
        return [by_case[word] for word in difflib.get_close_matches(given.lower(), by_case, 1, 0.7)]


class Shape(Protocol):
    """Something that a node can be checked against."""

    def check(self, node: Node, key: str, context: Context) -> None:
        """Note what is wrong with the node; `key` is its path, as in `legal.license`."""


Rule: TypeAlias = Callable[[Scalar, str, Context], None]


def length(text: str) -> int:
    """How many characters a reader sees: grapheme clusters, not code points."""
    return len(text) if text.isascii() and "\r" not in text else len(_CLUSTER.findall(text))


@dataclass(frozen=True, slots=True)
class Text:
    """A text, perhaps of a certain length, from a list, or by a rule."""

    rule: Rule | None = None
    least: int = 0
    most: int | None = None
    choices: Collection[str] = ()

    def check(self, node: Node, key: str, context: Context) -> None:
        """A number or truth value stands for its text, but other programs would not see that."""
        if not isinstance(node, Scalar) or is_null(node):
            context.say("type", node, key, expected_de="ein Text", expected_en="a text")
            return
        if node.kind != "str":
            context.say("unquoted", node, key, value=node.text)
        if self.choices and node.text not in self.choices:
            context.say("choice", node, key, value=node.text, **context.advice(node.text, self.choices))
        if self.rule is not None:
            self.rule(node, key, context)
        if self.least or self.most is not None:
            self._measure(node, key, context)

    def _measure(self, node: Scalar, key: str, context: Context) -> None:
        if not self.least and self.most is not None and len(node.text) <= self.most:
            return
        count = length(node.text)
        if count < self.least:
            context.say("too-short", node, key, length=count, limit=self.least)
        if self.most is not None and count > self.most:
            context.say("too-long", node, key, length=count, limit=self.most)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false; yes and no of YAML 1.1 are taken with a warning."""

    def check(self, node: Node, key: str, context: Context) -> None:
        """Note any other value."""
        if isinstance(node, Scalar) and node.kind == "bool":
            return
        if isinstance(node, Scalar) and node.plain and node.text.lower() in _OLD_BOOLEANS:
            context.say("yes-no", node, key, value=node.text)
            return
        context.say("type", node, key, expected_de="true oder false", expected_en="true or false")


@dataclass(frozen=True, slots=True)
class Items:
    """A list of things of one shape; `or_one` also takes a single thing without the list."""

    of: Shape
    or_one: bool = False

    def check(self, node: Node, key: str, context: Context) -> None:
        """Check each item."""
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                self.of.check(item, f"{key}[{index}]", context)
        elif self.or_one and isinstance(node, Scalar):
            self.of.check(node, key, context)
        else:
            context.say("type", node, key, expected_de="eine Liste", expected_en="a list")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a section: its shape, and whether it must be there; `old` says what to use instead of it."""

    shape: Shape
    required: bool = False
    old: dict[str, str] | None = None


def needed(shape: Shape) -> Key:
    """A key that must be there."""
    return Key(shape, required=True)


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping of certain keys."""

    keys: dict[str, Key]

    def check(self, node: Node, key: str, context: Context) -> None:
        """Check each key that is there, and whether all that must be are."""
        if not isinstance(node, Mapping):
            context.say("type", node, key, expected_de="eine Zuordnung", expected_en="a mapping")
            return
        for name, (at, child) in node.pairs.items():
            self._check_key(name, at, child, f"{key}.{name}" if key else name, context)
        for name, known in self.keys.items():
            if known.required and is_missing(node, name):
                place = node.pairs[name][0] if name in node.pairs else node
                context.say("required", place, f"{key}.{name}" if key else name)

    def _check_key(self, name: str, at: Scalar, child: Node, path: str, context: Context) -> None:
        known = self.keys.get(name)
        if known is None:
            context.say("unknown-key", at, path, **context.advice(name, self.keys))
            return
        if is_empty(child):
            return
        if known.old is not None:
            context.say("deprecated", at, path, **known.old)
        known.shape.check(child, path, context)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with free keys, each by a rule, and values of one shape."""

    key: Rule
    of: Shape

    def check(self, node: Node, key: str, context: Context) -> None:
        """Check each key and each value."""
        if not isinstance(node, Mapping):
            context.say("type", node, key, expected_de="eine Zuordnung", expected_en="a mapping")
            return
        for name, (at, child) in node.pairs.items():
            self.key(at, key, context)
            self.of.check(child, f"{key}.{name}", context)


def is_empty(node: Node) -> bool:
    """Whether a value says nothing: null, an empty text, an empty list or mapping."""
    if isinstance(node, Scalar):
        return not node.text.strip() or is_null(node)
    return not (node.items if isinstance(node, Sequence) else node.pairs)


def is_missing(node: Mapping, name: str) -> bool:
    """Whether a key is not there or its value says nothing."""
    return name not in node.pairs or is_empty(node.pairs[name][1])
