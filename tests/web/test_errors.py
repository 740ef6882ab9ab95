"""What goes wrong is told to people in their words, and leads on."""

import re

import pytest
from werkzeug.exceptions import default_exceptions

from registry.api.problems import PLAIN, kinds
from registry.authz.errors import SecondFactorMissingError
from registry.kit.errors import RegistryError, text
from registry.web.refusals import SignInNeededError
from tests import packages
from tests.api.asking import ON_SQLITE, PUBLISHER, SLUG, good
from tests.cast import SERVICE

pytestmark = ON_SQLITE

#: What programs alone understand.
_FOR_PROGRAMS = re.compile(r"`|\b(?:GET|POST|PUT|DELETE) |/api/")

#: Who lacks these is led to where they are had.
_LEADING_ELSEWHERE = {SecondFactorMissingError, SignInNeededError}


@pytest.fixture
def published(call, publish):
    good(call("POST", "/services", SERVICE, who=PUBLISHER), 201)
    good(publish(SLUG, "1.0.0", content=packages.package()), 201)


def shown(app, error, language, path="/services/kiel"):
    """Show the page of a failure that a view of the pages raises."""
    asked = {"Accept": "text/html", "Accept-Language": language}
    with app.test_request_context(path, headers=asked):
        app.preprocess_request()
        answer = app.make_response(app.handle_user_exception(error))
    assert answer.mimetype == "text/html"
    return re.search(r"<main.*</main>", answer.get_data(as_text=True), re.DOTALL)[0]


def raised(kind):
    error = kind.__new__(kind)
    RegistryError.__init__(error, text("Hier hat `etwas` gefehlt.", "Here `something` was missing."))
    error.retry_after = 5
    return error


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_page_of_an_error_speaks_to_programs(app, language):
    failures: list[Exception] = [raised(kind) for kind in kinds() if kind not in _LEADING_ELSEWHERE]
    failures += [default_exceptions[status]() for status in PLAIN if status in default_exceptions]
    pages = [shown(app, error, language) for error in failures]
    assert [page for page in pages if _FOR_PROGRAMS.search(page)] == []


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/gibt-es/nicht", "/services"),
        ("/services/nichts", "/services"),
        ("/services/wunschkennzeichen/releases/9.9.9", "/services/wunschkennzeichen/releases"),
        (
            "/services/wunschkennzeichen/releases/1.0.0/files/nichts.txt",
            "/services/wunschkennzeichen/releases/1.0.0/files",
        ),
        ("/services/wunschkennzeichen/adoptions/wiesbaden", "/services/wunschkennzeichen/adoptions"),
        ("/organisations/nirgends", "/organisations"),
        ("/services?cursor=x", "/services"),
        ("/problems/nichts", "/problems"),
    ],
)
def test_the_page_of_an_error_leads_on(visit, published, path, way):
    answer = visit().get(path, headers={"Accept": "text/html"})
    assert answer.status_code in {404, 422}
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)[0]
    assert f'href="{way}"' in main


def test_whoever_does_not_run_the_registry_is_not_sent_to_her_organisation(strong):
    answer = strong("wiesbaden").get("/operator")
    assert answer.status_code == 403
    assert "Nur für den Betrieb des Registers" in answer.text
    assert "Leitung Ihrer Organisation" not in answer.text


def test_whatever_a_summary_points_to_takes_the_focus_and_looks_wrong(app):
    with app.test_request_context("/"):
        app.preprocess_request()
        macros = app.jinja_env.get_template("components.html").module
        assert "__input--error" in macros.area("note", "Note", fault="Fehlt.")
        assert "__select--error" in macros.select("role", "Rolle", [], fault="Fehlt.")
        assert 'id="kind" tabindex="-1"' in macros.radios("kind", "Art", [], fault="Fehlt.")
