"""What the documents of a package must agree on, with one another and with the upload."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from registry.inspection import licences, manifest, publiccode
from registry.inspection.codes import finding
from registry.inspection.report import Finding
from registry.inspection.yaml_nodes import Mapping, Scalar


@dataclass(frozen=True, slots=True)
class Expected:
    """What the upload and the service say of the package: the service's slug, the version, an SPDX expression."""

    service: str | None = None
    version: str | None = None
    licence: str | None = None


def publiccode_with_upload(result: publiccode.Result, expected: Expected, path: str) -> Iterator[Finding]:
    """Whether publiccode.yml names the version that is published and the licence of the service."""
    yield from _same(result.root, "softwareVersion", expected.version, "publiccode-version-differs", path)
    node = result.root.get("legal", "license") if result.root else None
    if isinstance(node, Scalar) and expected.licence and not licences.same(node.text, expected.licence):
        values = {"publiccode": node.text, "expected": expected.licence}
        yield finding("licence-differs", path, node.line, node.column, **values)


def manifest_with_upload(said: manifest.Manifest, expected: Expected) -> Iterator[Finding]:
    """Whether efa.yml names the service and the version that are published."""
    yield from _same(said.root, "service", expected.service, "manifest-service-differs", manifest.FILE)
    yield from _same(said.root, "version", expected.version, "manifest-version-differs", manifest.FILE)


def _same(root: Mapping | None, key: str, expected: str | None, code: str, path: str) -> Iterator[Finding]:
    node = root.get(key) if root else None
    if isinstance(node, Scalar) and node.text and expected is not None and node.text != expected:
        yield finding(code, path, node.line, node.column, value=node.text, expected=expected)


def leika_keys(described: publiccode.Result, said: manifest.Manifest) -> Iterator[Finding]:
    """Whether both documents name the same services of the catalogue, if both name any."""
    node = said.root.get("leika") if said.root else None
    if node is not None and described.leika and said.leika and described.leika != said.leika:
        first, second = (", ".join(sorted(keys)) for keys in (described.leika, said.leika))
        values = {"publiccode": first, "manifest": second}
        yield finding("leika-differs", manifest.FILE, node.line, node.column, **values)


def recommended(paths: Collection[str]) -> Iterator[Finding]:
    """A hint for each text that the page of a release shows, when it is not there."""
    names = {path.lower().partition(".")[0] for path in paths if "/" not in path}
    if "readme" not in names:
        yield finding("readme-missing")
    if "changelog" not in names:
        yield finding("changelog-missing")
