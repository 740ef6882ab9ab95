"""The fields that every schema is made of."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from registry.kit.schemas import SLUG, Email, Localised, Schema, Slug, String, Url, at_most


class Everything(Schema):
    """One of each."""

    line = String(10)
    lines = String(10, lines=True)
    slug = Slug()
    email = Email()
    url = Url()
    text = Localised(10)
    texts = Localised(10, lines=True)
    few = fields.List(fields.Integer(), validate=at_most(2))


def refused(**said):
    return sorted(Everything().validate(said))


@pytest.mark.parametrize("words", ["x", "ä ö", "x" * 10, "a\u00a0b", "👩‍🚒", "Straße"])
def test_a_line_is_taken_as_it_is(words):
    assert Everything().load({"line": words}) == {"line": words}


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "\t",
        "x" * 11,
        "a\nb",
        "a\rb",
        "a\tb",
        "\0",
        "a\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\ud800",
        1,
        None,
        [],
        {},
    ],
    ids=ascii,
)
def test_what_is_no_line_is_refused(words):
    assert refused(line=words) == ["line"]


@pytest.mark.parametrize("words", ["a\nb", "a\r\nb", "a\tb"])
def test_lines_may_have_breaks(words):
    assert Everything().load({"lines": words}) == {"lines": words}


@pytest.mark.parametrize("words", ["\0", "a\x1b", "\x0b", "\x0c", "\x7f", "\ud800", "\n\n"])
def test_lines_have_no_other_control_characters_and_are_not_empty(words):
    assert refused(lines=words) == ["lines"]


def test_white_space_around_is_taken_away():
    assert Everything().load({"line": "  a b  "}) == {"line": "a b"}


@given(st.text(max_size=12))
def test_whatever_is_taken_is_bounded_and_can_be_stored(words):
    try:
        taken = Everything().load({"line": words})["line"]
    except ValidationError:
        return
    assert 0 < len(taken) <= 10
    assert "\0" not in taken
    assert taken.encode()


@pytest.mark.parametrize("slug", ["a", "0", "a-b", "a-0-b", "a" * 64])
def test_a_slug_is_lower_case_letters_digits_and_single_hyphens(slug):
    assert Everything().load({"slug": slug}) == {"slug": slug}
    assert SLUG.fullmatch(slug)


@pytest.mark.parametrize(
    "slug", ["", "-a", "a-", "a--b", "A", "ä", "a_b", "a.b", "a b", "a" * 65, "a/b", "١", "ſ", "a\nb"]
)
def test_anything_else_is_no_slug(slug):
    assert refused(slug=slug) == ["slug"]


@pytest.mark.parametrize(
    "address", ["a@b.de", "a.b+c@sub.domain.example", "x" * 64 + "@a.de", "ü@stadt.example", "a@b"]
)
def test_an_address_of_the_common_form_is_taken(address):
    assert Everything().load({"email": address}) == {"email": address}


@pytest.mark.parametrize(
    "address",
    [
        "a",
        "a@",
        "@b",
        "a@@b",
        "a b@c.de",
        "a@b c.de",
        "a@b..de",
        "a@-b.de",
        "a@b.de-",
        "<a@b.de>",
        "a,b@c.de",
        "x" * 65 + "@a.de",
        "a@" + "b" * 254,
        "a@b.de\nBcc: c@d.de",
        'a"@b.de',
        "a@ü.de",
    ],
)
def test_anything_else_is_no_address(address):
    assert refused(email=address) == ["email"]


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "http://a.example:8080/b?c=d#e",
        "https://müller.example/ä",
        "http://[::1]/",
        "HTTPS://A.EXAMPLE/",
    ],
)
def test_an_absolute_address_of_the_web_is_taken(url):
    assert Everything().load({"url": url}) == {"url": url}


@pytest.mark.parametrize(
    "url",
    [
        "a.example",
        "//a.example",
        "ftp://a.example",
        "javascript:alert(1)",
        "https://",
        "https:///b",
        "https://u@a.example",
        "https://u:p@a.example",
        "https://a.example:0",
        "https://a.example:99999",
        "https://a.example:x",
        "https://a b.example",
        "https://a.example/b c",
        "https://[::1",
        "data:text/html,x",
        "https://a.example/" + "x" * 500,
    ],
)
def test_anything_else_is_no_address_of_the_web(url):
    assert refused(url=url) == ["url"]


def test_a_text_has_german_and_may_have_more():
    assert Everything().load({"text": {"de": " a ", "en": "b"}}) == {"text": {"de": "a", "en": "b"}}
    assert Everything().load({"texts": {"de": "a\nb"}}) == {"texts": {"de": "a\nb"}}


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ({"en": "x"}, ["de"]),
        ({}, ["de"]),
        ({"de": ""}, ["de"]),
        ({"de": "x" * 11}, ["de"]),
        ({"de": "a\nb"}, ["de"]),
        ({"de": None}, ["de"]),
        ({"de": 1}, ["de"]),
        ({"de": ["x"]}, ["de"]),
        ({"de": "x", "en": "\0", "fr": " "}, ["en", "fr"]),
        ({"de": "x", "deu": "x"}, ["deu"]),
        ({"de": "x", "DE": "x"}, ["DE"]),
        ({"de": "x", "": "x"}, [""]),
    ],
)
def test_what_is_wrong_in_a_text_is_told_by_its_language(said, places):
    found: Any = Everything().validate({"text": said})["text"]
    assert sorted(found) == places
    assert all(messages and all(isinstance(message, str) for message in messages) for messages in found.values())


@pytest.mark.parametrize("said", ["x", 1, ["x"], True])
def test_what_is_no_text_for_people_is_told_how_one_looks(said):
    (message,) = Everything().validate({"text": said})["text"]
    assert message.startswith("Must be an object such as")


def test_what_nobody_knows_is_refused():
    assert refused(colour="red") == ["colour"]


def test_a_list_is_bounded():
    assert refused(few=[1, 2, 3]) == ["few"]
    assert Everything().load({"few": [1, 2]}) == {"few": [1, 2]}


@pytest.mark.parametrize("name", ["line", "lines"])
@given(st.text("a \t\n\r\x0b\x0c\x1c\x85\u00a0\u2028\u3000é", min_size=1, max_size=10))
def test_the_pattern_describes_just_what_is_taken(name, words):
    pattern = Everything().fields[name].metadata["pattern"]
    assert bool(re.search(pattern.replace("$", r"\Z"), words)) == (not refused(**{name: words}))


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0d=0aBcc=3a=20x?=@stadt.example",
        "=?utf-8?q?b=40bank.example=2c?=@stadt.example",
        "[a@stadt.example",
    ],
)
def test_an_address_that_mail_programs_would_read_as_another_is_refused(address):
    with pytest.raises(ValidationError):
        Email().deserialize(address)


def test_an_address_that_browsers_would_read_as_another_is_refused():
    with pytest.raises(ValidationError):
        Url().deserialize(r"https://stadt.example\.evil.example/")
