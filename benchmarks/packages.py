"""The packages that are published and downloaded: valid, of a given size, and the same in every run."""

import hashlib
import io
import random
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

#: How many packages of which size in megabytes lie in the storage for downloads.
STORED = {1: 24, 20: 8}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PUBLICCODE = """publiccodeYmlVersion: "0.7"
name: "Wunschkennzeichen"
url: "https://git.example.org/wunschkennzeichen.git"
platforms: [web]
developmentStatus: stable
softwareType: "standalone/web"
description:
  de:
    shortDescription: "Wunschkennzeichen online beantragen"
    longDescription: "{long}"
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


@cache
def package(megabytes: int, number: int = 0, licence: str = "EUPL-1.2") -> bytes:
    """Return a package of about this size: what every package has, twenty forms, and what cannot be compressed."""
    chance = random.Random(f"{megabytes} {number}")
    files: dict[str, bytes] = {
        "publiccode.yml": _PUBLICCODE.format(
            long="Nimmt den Antrag entgegen und prüft ihn. " * 6, licence=licence
        ).encode(),
        "LICENSE": b"European Union Public Licence v. 1.2\n" * 40,
        "README.md": b"# Wunschkennzeichen\n",
        "CHANGELOG.md": b"# Changelog\n",
    }
    files |= {f"texts/{place:02}.md": chance.randbytes(1500).hex().encode() for place in range(20)}
    files["app/bundle.bin"] = chance.randbytes(megabytes * 1_000_000 - 40_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            stored = name.endswith(".bin")
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


@cache
def plan() -> tuple[tuple[str, int, str], ...]:
    """Say of each stored package the key, the size and the digest, in the order of the services that have them."""
    return tuple(_planned())


def _planned() -> Iterator[tuple[str, int, str]]:
    for megabytes, count in STORED.items():
        for number in range(count):
            content = package(megabytes, number)
            digest = hashlib.sha256(content).hexdigest()
            yield f"{digest[:2]}/{digest[:32]}.zip", len(content), digest


def numbers(megabytes: int) -> range:
    """Return the numbers of the services whose newest release has a stored package of this size."""
    sizes = list(STORED)
    before = sum(STORED[size] for size in sizes[: sizes.index(megabytes)])
    return range(before, before + STORED[megabytes])


def fill(folder: Path) -> None:
    """Put the planned packages into an empty storage."""
    for megabytes, count in STORED.items():
        for number in range(count):
            content = package(megabytes, number)
            digest = hashlib.sha256(content).hexdigest()
            path = folder / digest[:2] / f"{digest[:32]}.zip"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644)
