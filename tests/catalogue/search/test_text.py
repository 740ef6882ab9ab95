"""How German is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalogue.search import text


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("Führungszeugnis", "fuhrungszeugnis"),
        ("Fu\u0308hrung", "fuhrung"),
        ("Œuvre, Søren, Łódź", "oeuvre, soren, lodz"),
        ("Bürger\u00adamt", "burgeramt"),
        ("ﬁnden №", "finden no"),
    ],
)
def test_marks_and_sharp_s_are_folded(said, folded):
    assert text.fold(said) == folded


@pytest.mark.parametrize(
    ("written", "contracted"),
    [
        ("fuehrung", "fuhrung"),
        ("gaststaette", "gaststatte"),
        ("boerse", "borse"),
        ("haeuser", "hauser"),
        ("bauerlaubnis", "bauerlaubnis"),
        ("steuer", "steuer"),
        ("quelle", "quelle"),
    ],
)
def test_umlauts_written_out_meet_umlauts(written, contracted):
    assert text.contracted(written) == contracted


def test_a_text_is_found_by_hyphenated_words_whole_and_in_parts():
    assert text.words("E-Mail an Kfz-Stelle, § 38") == {"e", "mail", "email", "an", "kfz", "stelle", "kfzstelle", "38"}


def test_a_key_is_found_with_and_without_its_spaces():
    assert {"99036010000000", "a38"} <= text.words("99 036 010 000000 und A 38")
    assert text.terms("99 036 010 000000") == ["99036010000000"]
    assert text.terms("A 38") == text.terms("a-38") == ["a38"]


def test_gendered_forms_are_read_as_the_word():
    assert text.words("Bürger*innen Schüler:innen Gast_innen Händler/-innen") == {
        "burger",
        "schuler",
        "gast",
        "handler",
    }


def test_a_query_is_read_without_small_words_unless_it_has_no_others():
    assert text.terms("Wie melde ich einen Hund an?") == ["melde", "hund"]
    assert text.terms("der die das") == ["der", "die", "das"]
    assert text.terms(" ?! ") == []


def test_a_query_is_read_each_word_once_and_no_further_than_its_bounds():
    assert text.terms("Hund hund HUND") == ["hund"]
    assert len(text.terms(" ".join(f"wort{n}" for n in range(40)))) == text.TERMS_MAX
    assert text.terms("x" * 1000) == ["x" * text.WORD_MAX]


@pytest.mark.parametrize(
    ("term", "stem"),
    [
        ("hunde", "hund"),
        ("urkunden", "urkund"),
        ("anmeldungen", "anmeld"),
        ("anmelden", "anmeld"),
        ("kindern", "kind"),
        ("ehe", "ehe"),
        ("reisen", "reis"),
        ("zeitung", "zeitung"),
    ],
)
def test_an_ending_is_taken_off_where_enough_remains(term, stem):
    assert text.stem(term) == stem


def test_a_compound_is_cut_with_and_without_its_joint():
    cuts = set(text.splits("antragsfrist"))
    assert {("antrags", "frist"), ("antrag", "frist")} <= cuts
    assert not list(text.splits("hund"))


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_a_query_asks_only_for_what_its_text_holds(said):
    assert text.fold(text.fold(said)) == text.fold(said)
    assert all(0 < len(word) <= text.WORD_MAX for word in text.words(said))
    assert len(text.terms(said)) <= text.TERMS_MAX
    assert "=" not in "".join(text.words(said))


def test_letters_beyond_the_usual_are_folded_too_but_not_all_kept():
    every = "".join(map(chr, range(0xA0, 0x3000)))
    assert text.fold(every) == text.fold(every)
    assert len(text._plain) <= text._LETTERS_KEPT
