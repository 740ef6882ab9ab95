"""The catalogue in a browser: found as by the API, narrowed, paged, in both languages."""

import pytest

from tests.api.asking import ON_SQLITE, SLUG
from tests.cast import SERVICE

pytestmark = ON_SQLITE


@pytest.fixture
def filled(call, publish):
    dogs = {"slug": "hundesteuer", "name": {"de": "Hundesteuer anmelden"}, "summary": {"de": "Für jeden Hund"}}
    for slug, more in ((SLUG, {}), ("hundesteuer", {**dogs, "description": {"de": "Den Hund anmelden."}})):
        said = {**SERVICE, **more}
        assert call("POST", "/services", said, who="moenchengladbach-publisher").status_code == 201
        assert publish(slug).status_code == 201


def test_search_finds_what_the_api_finds(filled, visit):
    shown = visit().get("/services?q=kenzeichen").text
    assert "Wunschkennzeichen" in shown
    assert "Hundesteuer anmelden" not in shown
    assert "1 Online-Dienst" in shown


def test_what_is_looked_for_comes_best_match_first_unless_another_order_is_chosen(filled, visit):
    here = visit()
    page = here.get("/services?q=hund&sort=").text
    assert '<option value="" selected>' in page
    assert '<option value="name" selected>' in here.get("/services?q=hund&sort=name").text


def test_a_service_says_who_runs_what_and_how_far_behind_that_is(call, filled, publish, visit):
    report = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}
    for organisation, status in (("mainz", "planned"), ("wiesbaden", "planned")):
        said = {"status": status}
        answer = call("PUT", f"/services/{SLUG}/adoptions/{organisation}", said, who=f"{organisation}-adopter")
        assert answer.status_code == 201
    path = f"/services/{SLUG}/adoptions/wiesbaden/deployments"
    assert call("POST", path, report, who="wiesbaden-adopter").status_code == 201
    assert publish(version="1.1.0").status_code == 201
    page = visit().get(f"/services/{SLUG}").text
    assert "1 Version zurück" in page
    assert page.index("Wiesbaden") < page.index("Mainz"), "what runs comes first"


def test_what_is_archived_offers_no_beginning(call, filled, visit):
    said = {"status": "archived"}
    answer = call("PATCH", f"/services/{SLUG}", said, who="moenchengladbach-publisher", headers={"If-Match": "*"})
    assert answer.status_code == 200
    page = visit().get(f"/services/{SLUG}").text
    assert "Dieser Online-Dienst ist archiviert" in page
    assert f'/services/{SLUG}/adopt"' not in page


def test_nothing_found_helps_on(filled, visit):
    shown = visit().get("/services?q=gibtesnicht")
    assert shown.status_code == 200
    assert "Dazu gibt es hier noch nichts" in shown.text


def test_what_an_address_says_wrongly_is_left_out(filled, visit):
    shown = visit().get("/services?topic=Unfug&sort=sideways&leika=12&q=hund")
    assert shown.status_code == 200
    assert "Hundesteuer anmelden" in shown.text


def test_a_cursor_of_another_list_is_refused(filled, visit):
    assert visit().get("/services?cursor=zzzz").status_code == 422


def test_a_service_says_what_it_is_and_how_to_get_it(filled, visit):
    shown = visit().get(f"/services/{SLUG}").text
    assert "Kennzeichen online reservieren" in shown
    assert "<strong>Wunschkennzeichen</strong>" in shown
    assert f"/api/v1/services/{SLUG}/releases/1.0.0/package" in shown
    assert "egovernment@city.example" in shown
    assert "technik@city.example" not in shown


def test_a_text_that_is_not_there_in_english_is_shown_as_german(filled, visit):
    shown = visit().get("/services/hundesteuer?language=en").text
    assert '<html lang="en">' in shown
    assert '<h1 lang="de">Hundesteuer anmelden</h1>' in shown


def test_marks_of_a_text_do_no_harm(call, publish, visit):
    nasty = "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://elsewhere.example/p.png)"
    said = {**SERVICE, "description": {"de": nasty}}
    assert call("POST", "/services", said, who="moenchengladbach-publisher").status_code == 201
    assert publish().status_code == 201
    shown = visit().get(f"/services/{SLUG}").text
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown
    assert "<img" not in shown


def test_a_draft_is_a_page_for_its_own_people_alone(call, visit):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    assert visit().get(f"/services/{SLUG}").status_code == 404


def test_the_language_stays_with_the_page(filled, visit):
    shown = visit().get("/services?q=hund&sort=name").text
    assert 'href="/services?q=hund&amp;sort=name&amp;language=en"' in shown


@pytest.mark.parametrize(("asked", "said"), [("dark", 'data-kern-theme="dark"'), ("light", 'data-kern-theme="light"')])
def test_how_pages_look_is_kept(visit, asked, said):
    here = visit()
    assert said in here.get(f"/?theme={asked}").text
    assert said in here.get("/services").text
    assert said not in here.get("/?theme=auto").text


def test_what_is_nowhere_is_a_page_for_browsers_and_a_problem_for_programs(client):
    page = client.get("/nothing", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert client.get("/nothing").mimetype == "application/problem+json"
    assert client.get("/api/v1/nothing", headers={"Accept": "text/html"}).mimetype == "application/problem+json"
