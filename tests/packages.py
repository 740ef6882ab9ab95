"""Packages for tests: small, valid, and changed where a test wants."""

import io
import zipfile
from collections.abc import Mapping

_LONG = (
    "Der Dienst nimmt den Antrag entgegen, prüft ihn auf Vollständigkeit und gibt ihn an das Fachverfahren weiter. " * 2
)


def publiccode(name: str = "Wunschkennzeichen", version: str | None = None, licence: str = "EUPL-1.2") -> str:
    """Return a valid publiccode.yml."""
    said = f'softwareVersion: "{version}"\n' if version else ""
    return f"""publiccodeYmlVersion: "0.7"
name: "{name}"
url: "https://git.example.org/{name.lower()}.git"
{said}platforms: [web]
developmentStatus: stable
softwareType: "standalone/web"
description:
  de:
    shortDescription: "{name} online beantragen"
    longDescription: "{_LONG}"
    features: ["Online-Antrag"]
legal:
  license: {licence}
maintenance:
  type: internal
  contacts:
    - name: "Team eGovernment"
localisation:
  localisationReady: true
  availableLanguages: [de]
"""


def package(files: Mapping[str, bytes | str | None] | None = None, *, version: str | None = None) -> bytes:
    """Return a valid package, with these files added, or left out where they are None."""
    base: dict[str, bytes | str | None] = {
        "publiccode.yml": publiccode(version=version),
        "LICENSE": "European Union Public Licence v. 1.2\n" * 40,
        "README.md": "# Wunschkennzeichen\n",
        "CHANGELOG.md": "# Changelog\n",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**base, **(files or {})}.items():
            if content is not None:
                archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
