"""The checks of publiccode.yml as a whole, and those that look at several keys at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from registry.inspection.publiccode import rules, schema, vocabulary
from registry.inspection.report import JSON, Finding, Severity
from registry.inspection.shapes import Context, is_missing
from registry.inspection.yaml_nodes import Mapping, Node, Scalar, Sequence, read, value

FILE = "publiccode.yml"


@dataclass(frozen=True, slots=True)
class Result:
    """What a publiccode.yml says and what is wrong with it.

    `value` is the document as JSON, each text and number as written (so `1.10` stays `"1.10"`), or None when it is
    no readable mapping; `root` is the same with line and column of each value.
    """

    findings: tuple[Finding, ...]
    value: dict[str, JSON] | None
    root: Mapping | None

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return all(found.severity is not Severity.ERROR for found in self.findings)

    @property
    def licence(self) -> str | None:
        """The SPDX expression under `legal.license`."""
        return self.root.text("legal", "license") if self.root else None

    @property
    def leika(self) -> frozenset[str]:
        """The LeiKa keys under `supports` and in the deprecated German section."""
        if self.root is None:
            return frozenset()
        ids = (item.text("id") for item in _mappings(self.root.get("supports")))
        keys = {rules.leika_key(text) for text in ids if text}
        for country in ("de", "DE"):
            keys |= {item.text("leika-id") for item in _mappings(self.root.get(country, "leika"))}
        return frozenset(key for key in keys if key and rules.LEIKA_KEY.fullmatch(key))


def _mappings(node: Node | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def validate(data: bytes, *, exists: Callable[[str], bool] | None = None, path: str = FILE) -> Result:
    """Check the bytes of a publiccode.yml; never raises on any content.

    `exists` tells whether a path beside the file exists; without it, named files are not looked for. `path` is the
    name that the findings carry.
    """
    root, findings = read(data, path)
    if root is None:
        return Result(tuple(findings), None, None)
    context = Context("publiccode", path, exists, findings)
    if not isinstance(root, Mapping):
        context.say("not-a-mapping", root, "")
        return Result(tuple(findings), None, None)
    _check_version(root, context)
    schema.PUBLICCODE.check(root, "", context)
    _check_descriptions(root, context)
    _check_maintenance(root, context)
    _check_countries(root, context)
    document = value(root)
    return Result(tuple(findings), document if isinstance(document, dict) else None, root)


def _check_version(root: Mapping, context: Context) -> None:
    key = "publiccodeYmlVersion"
    node = root.get(key)
    if not isinstance(node, Scalar) or not node.text:
        return
    if node.kind != "str":
        context.say("version-unquoted", node, key, value=node.text)
    elif node.text not in vocabulary.VERSIONS:
        context.say("version-unknown", node, key, value=node.text)
    elif node.text not in vocabulary.RECENT:
        context.say("version-old", node, key, value=node.text)


def _check_descriptions(root: Mapping, context: Context) -> None:
    """Whether the long texts are there: an error if in no language, a warning if not in each."""
    descriptions = root.get("description")
    if not isinstance(descriptions, Mapping):
        return
    languages = {name: pair for name, pair in descriptions.pairs.items() if isinstance(pair[1], Mapping)}
    for key in ("longDescription", "features"):
        without = {name for name, (_, node) in languages.items() if isinstance(node, Mapping) and is_missing(node, key)}
        code = "required" if without == set(languages) else "partly"
        for name in sorted(without):
            context.say(code, languages[name][0], f"description.{name}.{key}")


def _check_maintenance(root: Mapping, context: Context) -> None:
    node = root.get("maintenance")
    if not isinstance(node, Mapping):
        return
    kind = node.text("type")
    if kind == "contract" and is_missing(node, "contractors"):
        context.say("required", node, "maintenance.contractors")
    if kind in {"internal", "community"} and is_missing(node, "contacts"):
        context.say("required", node, "maintenance.contacts")
    if kind != "contract" and not is_missing(node, "contractors"):
        context.say("contractors-forbidden", node.pairs["contractors"][0], "maintenance.contractors")


def _check_countries(root: Mapping, context: Context) -> None:
    for key in schema.COUNTRY_SECTIONS:
        if is_missing(root, key):
            continue
        at = root.pairs[key][0]
        context.say("country-section", at, key)
        if key != key.upper() and not is_missing(root, key.upper()):
            context.say("country-twice", at, key)
