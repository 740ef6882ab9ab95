"""Bring the English catalogues up to date with the templates: `make translations`.

A folder of templates has a catalogue of its own, so that a slice's texts are found by its name; `common` is for the
templates beside the folders. What a catalogue lacks is listed, and the command ends with 1.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

REGISTRY = Path(__file__).parent.parent / "registry"
TEMPLATES, ENGLISH = REGISTRY / "templates", REGISTRY / "translations" / "en"
#: Pages that tell both languages side by side, without a catalogue.
_APART = frozenset({"about"})


def wanted() -> dict[str, Catalog]:
    """Return what each catalogue must hold, without the translations."""
    found: dict[str, Catalog] = {}
    for folder in sorted(TEMPLATES.iterdir()):
        if folder.is_dir() and folder.name not in _APART:
            found[folder.name] = _collected(folder.name, "**.html", folder)
    found["common"] = _collected("common", "*.html", TEMPLATES)
    return {name: catalogue for name, catalogue in found.items() if len(catalogue)}


def _collected(name: str, pattern: str, folder: Path) -> Catalog:
    catalogue = Catalog(locale="en", domain=name, project="EfA Registry", fuzzy=False)
    for message in _messages(folder, pattern):
        catalogue.add(message)
    return catalogue


def _messages(folder: Path, pattern: str) -> Iterator[str | tuple[str, str]]:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    method = [(pattern, "jinja2.ext:babel_extract")]
    options = {pattern: {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true"}}
    for file, _, message, _, _ in extract_from_dir(folder, method, options, keywords=keywords):
        if pattern != "*.html" or "/" not in file:
            yield message if isinstance(message, str) else (message[0], message[1])


def kept(name: str) -> Catalog:
    """Return a catalogue as it is."""
    path = ENGLISH / f"{name}.po"
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def _is_told(string: str | tuple[str, ...] | None) -> bool:
    return bool(string) if string is None or isinstance(string, str) else all(string)


def main() -> None:
    """Write every catalogue anew, with the translations that it has."""
    ENGLISH.mkdir(parents=True, exist_ok=True)
    missing = []
    for name, catalogue in wanted().items():
        known = kept(name)
        for message in catalogue:
            before = known.get(message.id) if message.id else None
            if before is not None:
                message.string = before.string
            if message.id and not _is_told(message.string):
                missing.append(f"{name}.po: {message.id}")
        with (ENGLISH / f"{name}.po").open("wb") as file:
            write_po(file, catalogue, width=0, sort_output=True, omit_header=True, no_location=True)
    for line in missing:
        sys.stderr.write(f"not translated: {line}\n")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
