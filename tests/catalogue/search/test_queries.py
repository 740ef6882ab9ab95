"""What people type, and what they must find: the list in queries.yaml, and hundreds more made from the corpus."""

import random
from pathlib import Path

import pytest
import yaml

from registry.catalogue import search
from registry.catalogue.search import text

HERE = Path(__file__).parent
QUERIES = yaml.safe_load((HERE / "queries.yaml").read_text("utf-8"))
CORPUS = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))


@pytest.mark.parametrize("wanted", QUERIES, ids=[each["q"] for each in QUERIES])
def test_a_query_finds_what_it_must(library, names_of, wanted):
    with library.reading() as session:
        found = names_of(session, wanted["q"])
    assert set(wanted["finds"]) <= set(found)
    assert not set(wanted.get("not", ())) & set(found)
    assert "first" not in wanted or found[0] == wanted["first"]


def test_the_list_holds_a_hundred_queries_about_what_there_is():
    slugs = {each["slug"] for each in CORPUS}
    assert len({each["q"] for each in QUERIES}) == len(QUERIES) >= 100
    for each in QUERIES:
        assert {*each["finds"], *each.get("not", ())} <= slugs
        assert each["finds"] or each.get("not")


def _slip(dice: random.Random, word: str) -> str:
    at = dice.randrange(len(word) - 1)
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + dice.choice("abcdefghijklmnopqrstuvwxyzäöüß") + word[at:],
            word[:at] + dice.choice("abcdefghijklmnopqrstuvwxyzäöüß") + word[at + 1 :],
        ]
    )


def _made_up() -> list[str]:
    dice = random.Random(38)
    said = [f"{each['name']} {each['summary']} {each['description']}".split() for each in CORPUS]
    queries = []
    for _ in range(400):
        words = [word for word in dice.choice(said) if len(word) > 3]
        word = dice.choice(words)
        cut = dice.randrange(len(word) - 2)
        part = word[cut : cut + dice.randrange(2, 9)]
        queries.append(dice.choice([_slip(dice, word), part, part + " " + dice.choice(words), _slip(dice, part)]))
    return queries


def test_both_databases_find_the_same(libraries):
    queries = [each["q"] for each in QUERIES] + _made_up() + ["", "   ", "???", "der", "a", "e" * 200, "1", "%_*\"'"]
    with libraries["sqlite"].reading() as lite, libraries["postgresql"].reading() as great:
        for query in queries:
            one, other = (search.find(each, query, limit=200, facets=["topic"]) for each in (lite, great))
            assert set(one.services) == set(other.services), query
            assert (one.total, one.facets) == (other.total, other.facets), query


def test_a_slip_in_any_word_of_a_name_still_finds_it(library, names_of):
    dice = random.Random(38)
    missed = []
    with library.reading() as session:
        for each in CORPUS:
            word = max(text.terms(each["name"]), key=len)
            if len(word) < 8:
                continue
            for query in (_slip(dice, word) for _ in range(5)):
                found = names_of(session, query)
                if each["slug"] not in found:
                    missed.append((query, each["slug"], found))
    assert not missed


def test_every_word_of_a_service_finds_it(library, names_of):
    with library.reading() as session:
        for each in CORPUS:
            for word in each["name"].split() + each["summary"].split() + each["description"].split():
                assert not text.terms(word) or word == "–" or each["slug"] in names_of(session, word), word
