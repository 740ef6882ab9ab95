"""A package in which nothing is wrong, and ways to change it."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from registry.inspection import Expected, Limits, Report, inspect_package

PUBLICCODE = """\
publiccodeYmlVersion: "0.7"
name: Passierschein A38
url: "https://git.example.org/passierschein-a38.git"
softwareVersion: "1.0.0"
platforms: [web]
developmentStatus: stable
softwareType: standalone/web
supports:
  - id: "urn:de:fim:leika:leistung:99012345678901"
description:
  de:
    shortDescription: Den Passierschein A38 online beantragen
    longDescription: >
      Bürgerinnen und Bürger beantragen den Passierschein A38 von zu Hause aus, ohne von Schalter zu Schalter zu
      laufen. Der Antrag wird auf Vollständigkeit geprüft und an das Fachverfahren weitergegeben.
    features:
      - Antrag mit Vorschau
legal:
  license: EUPL-1.2
maintenance:
  type: internal
  contacts:
    - name: Team eGovernment
      email: egovernment@example.org
localisation:
  localisationReady: true
  availableLanguages: [de]
"""

MANIFEST = """\
efa: 1
service: passierschein-a38
version: 1.0.0
kind: online_service
leika: ["99012345678901"]
topic: Querschnitt
trust_level: basic
accounts: [bundid]
reuse_models: [own_operation, own_development]
platforms: [{name: Formularserver, version: ">=7"}]
requires: {payment: false, transport: [fit-connect]}
documents:
  legal/avv.pdf: data_processing_agreement
assessments:
  - {requirement: design-001, result: met, evidence: docs/design.md}
  - {requirement: routing-002, result: not_applicable, evidence: "https://example.org/warum"}
"""

LICENCE = "European Union Public Licence v. 1.2\n" * 40
EXPECTED = Expected(service="passierschein-a38", version="1.0.0", licence="EUPL-1.2")

Files = Mapping[str, "bytes | str | None"]


def files(changes: Files | None = None) -> dict[str, bytes | str]:
    """The files of the sound package; a change to None leaves a file out."""
    sound: Files = {
        "publiccode.yml": PUBLICCODE,
        "efa.yml": MANIFEST,
        "LICENSE": LICENCE,
        "README.md": "# Passierschein A38\n",
        "CHANGELOG.md": "## 1.0.0\n",
        "docs/design.md": "Nach KERN.\n",
        "legal/avv.pdf": b"%PDF-1.7\n",
    }
    return {path: content for path, content in {**sound, **(changes or {})}.items() if content is not None}


def package(changes: Files | None = None) -> bytes:
    """The sound package, changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files(changes).items():
            archive.writestr(path, content)
    return out.getvalue()


def inspect(data: bytes, limits: Limits | None = None, expected: Expected | None = None) -> Report:
    """Inspect the bytes of a package."""
    return inspect_package(io.BytesIO(data), limits=limits or Limits(), expected=expected or Expected())


def codes(report: Report) -> list[str]:
    """The codes of what blocks."""
    return [found.code for found in report.blocking]


def all_codes(report: Report) -> set[str]:
    """The codes of all findings."""
    return {found.code for found in report.findings}


def changed(old: str, new: str, document: str = PUBLICCODE) -> str:
    """The document with one place changed; the place must be there."""
    assert document.count(old) == 1, old
    return document.replace(old, new)


def fact(report: Report, name: str) -> Any:
    """A fact of the report."""
    return report.facts[name]
