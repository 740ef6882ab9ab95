"""Every text of a page is told in German and English, and every file from elsewhere is the one that it says it is."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from registry.web.assets import STATIC
from tools import translations

TEMPLATES = sorted(path for path in translations.TEMPLATES.rglob("*.html") if "about" not in path.parts)
#: Names, which are the same in every language.
_NAMES = re.compile(r"EfA|Registry|Passkeys?|API|English|Deutsch|Markdown|ARS|AGS|LeiKa|CSV|JSON|SHA-256|kB|MB|UTC")
_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"|[\w-]+=\'[^\']*\'')
_WORDY = re.compile(r"[^\W\d_]{2,}")
_SPOKEN = re.compile(r'\b(?:aria-label|alt|title|placeholder|content)="([^"]*)"')


@pytest.mark.parametrize("name", sorted(translations.wanted()))
def test_every_text_has_its_english(name):
    wanted, kept = translations.wanted()[name], translations.kept(name)
    missing = [message.id for message in wanted if message.id and not _told(kept, message.id)]
    needless = [message.id for message in kept if message.id and message.id not in wanted]
    assert (missing, needless) == ([], []), "run `make translations`, and write what it says is missing"


def test_a_german_text_has_the_same_english_wherever_it_stands():
    told = {}
    for name in translations.wanted():
        for message in translations.kept(name):
            german = message.id if isinstance(message.id, str) else message.id[0]
            told.setdefault(german, set()).add(message.string)
    assert {german: said for german, said in told.items() if len(said) > 1} == {}


def _told(kept, identifier):
    found = kept.get(identifier)
    return found is not None and (all(found.string) if isinstance(found.string, tuple) else bool(found.string))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(translations.TEMPLATES).as_posix())
def test_no_text_stands_in_a_template_untranslated(template: Path):
    bare = _CODE.sub(" ", template.read_text())
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", bare, flags=re.DOTALL)
    spoken = [text for text in _SPOKEN.findall(bare) if not re.fullmatch(r"width=.*|\{.*", text)]
    told = _NAMES.sub(" ", _ATTRIBUTE.sub(" ", re.sub(r"<[^>]*>|&\w+;", " ", bare)) + " ".join(spoken))
    assert _WORDY.findall(told) == []


def test_what_is_from_elsewhere_is_what_the_manifest_says():
    vendor = STATIC / "vendor"
    listed = {one["file"]: one for one in json.loads((vendor / "manifest.json").read_text())}
    there = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()} - {"manifest.json"}
    assert there == set(listed)
    for name, one in listed.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == one["sha256"], name
        assert one["licence"]
