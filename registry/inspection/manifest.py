"""efa.yml, the manifest: what publiccode.yml cannot say about a service of the administration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from registry.inspection.publiccode import rules
from registry.inspection.report import JSON, Finding
from registry.inspection.shapes import Context, Flag, Items, Key, Section, Table, Text, needed
from registry.inspection.yaml_nodes import Mapping, Node, Scalar, Sequence, is_null, read, value

FILE = "efa.yml"
#: The 14 topics of the Onlinezugangsgesetz.
TOPICS = (
    "Arbeit & Ruhestand",
    "Bauen & Wohnen",
    "Bildung",
    "Ein- & Auswanderung",
    "Engagement & Hobby",
    "Familie & Kind",
    "Forschung & Förderung",
    "Gesundheit",
    "Mobilität & Reisen",
    "Querschnitt",
    "Recht & Ordnung",
    "Steuern & Zoll",
    "Umwelt",
    "Unternehmensführung & -entwicklung",
)
KINDS = ("online_service", "method")
TRUST_LEVELS = ("none", "basic", "substantial", "high")
REUSE_MODELS = ("co_use", "own_operation", "own_development")
RESULTS = ("met", "partly", "not", "not_applicable")
#: What a document of the package can be; the first ones only its author can tell.
ROLES = (
    "data_processing_agreement",
    "privacy_impact_assessment",
    "processing_record",
    "accessibility_statement",
    "security_concept",
    "operating_manual",
    "user_manual",
    "training_material",
    "terms_of_use",
    "reuse_agreement",
    "cost_model",
    "legal_basis",
    "text_template",
    "form",
    "screenshot",
    "test_data",
    "source_code",
    "fim_schema",
    "process",
    "process_description",
    "service_description",
    "api_description",
    "sbom",
    "other",
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _slug(node: Scalar, key: str, context: Context) -> None:
    if len(node.text) > 100 or not _SLUG.fullmatch(node.text):
        context.say("slug", node, key, value=node.text)


def _requirement(node: Scalar, key: str, context: Context) -> None:
    if len(node.text) > 100 or not _SLUG.fullmatch(node.text):
        context.say("requirement", node, key, value=node.text)


def _leika(node: Scalar, key: str, context: Context) -> None:
    if not rules.LEIKA_KEY.fullmatch(node.text):
        context.say("leika", node, key, value=node.text)


def _document(node: Scalar, key: str, context: Context) -> None:
    if context.exists is not None and not context.exists(posixpath.normpath(node.text)):
        context.say("document-missing", node, key, value=node.text)


def _role(node: Scalar, key: str, context: Context) -> None:
    if node.text not in ROLES:
        context.say("role", node, key, value=node.text, **context.advice(node.text, ROLES))


def _evidence(node: Scalar, key: str, context: Context) -> None:
    path = posixpath.normpath(node.text)
    if not rules.is_web(node.text) and context.exists is not None and not context.exists(path):
        context.say("evidence", node, key, value=node.text)


@dataclass(frozen=True, slots=True)
class _One:
    """The version of the manifest's form: the number 1."""

    def check(self, node: Node, key: str, context: Context) -> None:
        if not isinstance(node, Scalar) or node.text != "1":
            given = node.text if isinstance(node, Scalar) else "…"
            context.say("version", node, key, value=given)


TEXT = Text()
MANIFEST = Section(
    {
        "efa": needed(_One()),
        "service": Key(Text(_slug)),
        "version": Key(TEXT),
        "kind": Key(Text(choices=KINDS)),
        "leika": Key(Items(Text(_leika))),
        "topic": Key(Text(choices=TOPICS)),
        "trust_level": Key(Text(choices=TRUST_LEVELS)),
        "accounts": Key(Items(TEXT)),
        "reuse_models": Key(Items(Text(choices=REUSE_MODELS))),
        "platforms": Key(Items(Section({"name": needed(TEXT), "version": Key(TEXT)}))),
        "requires": Key(Section({"payment": Key(Flag()), "transport": Key(Items(TEXT))})),
        "documents": Key(Table(_document, Text(_role))),
        "assessments": Key(
            Items(
                Section(
                    {
                        "requirement": needed(Text(_requirement)),
                        "result": needed(Text(choices=RESULTS)),
                        "evidence": Key(Text(_evidence)),
                        "comment": Key(TEXT),
                    }
                )
            )
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an efa.yml says and what is wrong with it; `roles` by path, `value` as written, `efa` a number."""

    findings: tuple[Finding, ...]
    value: dict[str, JSON] | None
    root: Mapping | None
    roles: dict[str, str]
    leika: frozenset[str]


def validate(data: bytes, *, exists: Callable[[str], bool] | None = None, path: str = FILE) -> Manifest:
    """Check the bytes of an efa.yml; never raises on any content.

    `exists` tells whether a path of the package exists; without it, named files are not looked for.
    """
    root, findings = read(data, path)
    if root is None:
        return Manifest(tuple(findings), None, None, {}, frozenset())
    context = Context("manifest", path, exists, findings)
    if not isinstance(root, Mapping):
        context.say("not-a-mapping", root, "")
        return Manifest(tuple(findings), None, None, {}, frozenset())
    MANIFEST.check(root, "", context)
    _check_assessments(root, context)
    document = value(root)
    said = document if isinstance(document, dict) else {}
    if said.get("efa") == "1":
        said["efa"] = 1
    return Manifest(tuple(findings), said, root, _roles(root), _keys(root))


def _check_assessments(root: Mapping, context: Context) -> None:
    assessments = root.get("assessments")
    seen: dict[str, int] = {}
    for index, item in enumerate(assessments.items if isinstance(assessments, Sequence) else []):
        node = item.get("requirement") if isinstance(item, Mapping) else None
        if isinstance(node, Scalar):
            first = seen.setdefault(node.text, node.line)
            if first != node.line:
                key = f"assessments[{index}].requirement"
                context.say("assessed-twice", node, key, value=node.text, first=first)


def _roles(root: Mapping) -> dict[str, str]:
    documents = root.get("documents")
    if not isinstance(documents, Mapping):
        return {}
    return {
        posixpath.normpath(path): node.text
        for path, (_, node) in documents.pairs.items()
        if isinstance(node, Scalar) and not is_null(node) and node.text in ROLES
    }


def _keys(root: Mapping) -> frozenset[str]:
    keys = root.get("leika")
    items = keys.items if isinstance(keys, Sequence) else []
    return frozenset(item.text for item in items if isinstance(item, Scalar) and rules.LEIKA_KEY.fullmatch(item.text))
