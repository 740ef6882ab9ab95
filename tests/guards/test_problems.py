"""Every failure has a page that explains it, in two languages."""

import pytest

from registry.api.about import known_problems
from registry.api.problems import kinds, status_of
from registry.inspection.codes import CODES


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_template):
    return f"sqlite:///{sqlite_template}"


def test_every_kind_of_failure_says_what_it_is_and_what_to_do(app):
    assert app
    for kind in kinds():
        assert set(kind.title) == set(kind.remedy) == {"de", "en"}
        assert all([*kind.title.values(), *kind.remedy.values()])


def test_no_two_failures_share_a_slug(app):
    assert app
    slugs = [kind.slug for kind in set(kinds())]
    assert len(slugs) == len(set(slugs))
    assert not set(slugs) & set(CODES)


def test_every_kind_of_failure_has_a_status(app):
    assert app
    for kind in kinds():
        assert 400 <= status_of(kind.__new__(kind)) < 600


def test_every_problem_has_a_page_in_both_languages(client):
    for slug, title, remedy in known_problems():
        for language in ("de", "en"):
            page = client.get(f"/problems/{slug}", headers={"Accept": "text/html", "Accept-Language": language})
            assert page.status_code == 200, slug
            assert f'<html lang="{language}">' in page.text
        told = client.get(f"/problems/{slug}", headers={"Accept": "application/json"}).json
        assert told["title"] == dict(title)
        assert told["remedy"] == dict(remedy)


def test_the_list_names_every_problem(client):
    page = client.get("/problems").text
    assert all(f'href="/problems/{slug}"' in page for slug, _, _ in known_problems())


def test_an_unknown_problem_is_a_problem_itself(client):
    answer = client.get("/problems/no-such-problem", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["title"] == "No such kind of problem"
    page = client.get("/problems/no-such-problem", headers={"Accept-Language": "en", "Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "No such kind of problem" in page.text
