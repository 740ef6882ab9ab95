"""Which words a term may mean."""

import random

import pytest

from registry.catalogue.search.typos import distance, edits_allowed
from registry.catalogue.search.vocabulary import WORDS_MAX, Nearness, Vocabulary, nearness


@pytest.fixture
def vocabulary():
    words = Vocabulary()
    words.learn(["hundesteueranmeldung", "fuehrungszeugnis", "buroeinrichtung", "neubau", "a38", "hund", "landkreis"])
    return words


@pytest.mark.parametrize(
    ("term", "word", "near"),
    [
        ("hund", "hund", Nearness.SAME),
        ("fuhrung", "fuehrung", Nearness.SAME),
        ("hund", "hundesteuer", Nearness.BEGINNING),
        ("hunde", "hund", Nearness.BEGINNING),
        ("steuer", "hundesteueranmeldung", Nearness.INSIDE),
        ("bau", "neubau", Nearness.INSIDE),
        ("einrichtung", "buroeinrichtung", Nearness.INSIDE),
        ("parken", "bewohnerparkausweis", Nearness.STEM_INSIDE),
        ("bau", "anbaute", 0),
        ("reisen", "kreis", 0),
        ("h", "hund", Nearness.BEGINNING),
        ("h", "ruh", 0),
        ("38", "a38", 0),
        ("a3", "a38", Nearness.BEGINNING),
    ],
)
def test_a_word_is_as_near_as_it_holds_the_term(term, word, near):
    assert nearness(term, word) == near


def test_the_words_meant_are_those_that_are_near(vocabulary):
    dice = random.Random(5)
    words = ["".join(dice.choices("aeubnst", k=dice.randrange(1, 9))) for _ in range(600)]
    vocabulary.learn(words)
    for term in ["".join(dice.choices("aeubnst", k=dice.randrange(1, 6))) for _ in range(200)]:
        assert vocabulary.meant_by(term) == {word: near for word in words if (near := nearness(term, word))} | {
            word: near for word in vocabulary.meant_by(term).keys() - set(words) if (near := nearness(term, word))
        }


def test_a_word_is_learnt_once(vocabulary):
    assert vocabulary.learn(["hund", "katze", "katze"]) == ["katze"]
    assert "katze" in vocabulary


def test_a_term_stands_for_the_nearest_words_only(vocabulary):
    vocabulary.learn(f"hund{number:05}" for number in range(WORDS_MAX * 2))
    meant = vocabulary.meant_by("hund")
    assert len(meant) == WORDS_MAX
    assert next(iter(meant)) == "hund"


@pytest.mark.parametrize("term", ["hnud", "hudn", "hundesteur", "steueranmedlung", "furungszeugnis", "fuerungszeugnis"])
def test_a_slip_is_forgiven(vocabulary, term):
    assert vocabulary.like(term)


@pytest.mark.parametrize("term", ["hnd", "a39", "hausbaum", "xqzvkjwp"])
def test_what_is_another_word_is_not_forgiven(vocabulary, term):
    assert not vocabulary.like(term)


def test_fewer_slips_are_nearer(vocabulary):
    vocabulary.learn(["anmeldung", "abmeldung"])
    assert set(vocabulary.like("anmmeldung")) == {"anmeldung", "hundesteueranmeldung"}


def test_misspelt_words_are_found_among_those_learnt_later(vocabulary):
    assert not vocabulary.like("kenzeichen")
    vocabulary.learn(["wunschkennzeichen"])
    assert set(vocabulary.like("kenzeichen")) == {"wunschkennzeichen"}


def test_compounds_are_cut_into_known_words(vocabulary):
    vocabulary.learn(["vereine", "zuschuss"])
    assert vocabulary.cuts("vereinszuschusse") == [("vereins", "zuschusse"), ("verein", "zuschusse")]
    assert vocabulary.cuts("vereinsfest") == []
    assert vocabulary.cuts("a38hund") == []


@pytest.mark.parametrize(
    ("term", "word", "slips"),
    [
        ("hund", "hund", 0),
        ("hund", "hundesteuer", 0),
        ("hnud", "hund", 1),
        ("hud", "hund", 1),
        ("hxnd", "hund", 1),
        ("huund", "hund", 1),
        ("kenzeichen", "wunschkennzeichen", 1),
        ("kezneichen", "wunschkennzeichen", 2),
    ],
)
def test_slips_are_counted(term, word, slips):
    assert distance(term, word, anchored=False) == slips


def test_the_beginning_counts_where_it_must():
    assert distance("hund", "schund", anchored=True) == 2
    assert distance("hund", "schund", anchored=False) == 0


def test_longer_terms_may_hold_more_slips():
    assert [edits_allowed("x" * length) for length in (3, 4, 7, 8, 30)] == [0, 1, 1, 2, 2]
