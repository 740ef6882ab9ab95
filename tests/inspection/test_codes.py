"""Each code is explained, in two languages, and proven by a test."""

import re
import string
from pathlib import Path

import pytest

from registry import inspection
from registry.inspection.codes import CODES

SOURCES = [path.read_text() for path in Path(inspection.__file__).parent.rglob("*.py")]
TESTS = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py") if path.name != "test_codes.py")


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_emitted_by_a_test(code):
    assert f'"{code}"' in TESTS


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_explained_in_both_languages(code):
    kind = CODES[code]
    for texts in (kind.title, kind.message, kind.explanation):
        assert set(texts) == {"de", "en"}
        assert all(text == text.strip() and text for text in texts.values())
    assert all(len(text) > 40 for text in kind.explanation.values())
    assert all(not title.endswith(".") for title in kind.title.values())
    assert "  " not in "".join([*kind.message.values(), *kind.explanation.values()])


@pytest.mark.parametrize("code", CODES)
def test_both_languages_say_the_same_of_a_finding(code):
    def fields(language):
        parts = string.Formatter().parse(CODES[code].message[language])
        return {re.sub(f"_{language}$", "", name) for _, name, _, _ in parts if name}

    assert fields("de") == fields("en")


def test_every_code_that_is_written_down_is_known():
    prefixes = "archive|name|xml|yaml|publiccode|manifest|licence"
    written = {code for text in SOURCES for code in re.findall(rf'"((?:{prefixes})-[a-z0-9-]+)"', text)}
    assert written - set(CODES) == set()


def test_codes_read_like_addresses():
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in CODES)
