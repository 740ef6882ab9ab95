"""No form from elsewhere, no page framed elsewhere, in both languages."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, event

from registry.app import create_app
from registry.web import door
from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(visit, headers):
    here = visit()
    here.get("/sign-in")
    answer = here.post("/sign-in", {"email": "a@b.example"}, headers=headers)
    assert answer.status_code == 403
    assert "Formular nicht angenommen" in answer.text


@pytest.mark.parametrize(
    "forged",
    [
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Origin": "https://evil.example"}},
        {"data": {"csrf": "x"}},
    ],
)
def test_forms_of_another_site_use_up_nothing_and_ask_no_database(visit, monkeypatch, forged):
    monkeypatch.setattr(door, "FORMS", 1)
    here = visit()
    here.get("/sign-in")
    asked = []

    def note(*said):
        asked.append(said[2])

    event.listen(Engine, "before_cursor_execute", note)
    for _ in range(3):
        assert here.client.post("/sign-in", **forged).status_code == 403
    event.remove(Engine, "before_cursor_execute", note)
    assert asked == []
    assert here.post("/sign-in", {"email": "a@b.example"}).status_code == 200
    assert here.post("/sign-in", {"email": "a@b.example"}).status_code == 429


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_a_form_without_the_pages_token_is_refused(visit, token):
    here = visit()
    here.get("/sign-in")
    assert here.post("/sign-in", {"email": "a@b.example", "csrf": token}).status_code == 403


def test_the_token_of_another_browser_is_worth_nothing(visit):
    here, there = visit(), visit()
    here.get("/sign-in")
    there.get("/sign-in")
    assert here.post("/sign-in", {"email": "a@b.example", "csrf": there.csrf}).status_code == 403


def test_a_browser_without_cookies_is_told(visit):
    here = visit()
    here.get("/sign-in")
    here.client.delete_cookie("__Host-visit")
    assert "Cookies" in here.post("/sign-in", {"email": "a@b.example"}).text


@pytest.mark.parametrize(("base", "kept"), [("https://efa.example", True), ("http://localhost:8000", False)])
def test_whoever_came_by_tls_is_told_to_come_by_nothing_else(resources, base, kept):
    resources.settings = replace(resources.settings, base_url=base)
    browser = create_app(resources).test_client()
    for path in ("/", "/nowhere", "/sign-in", "/api/v1/services", "/api/v1/nowhere"):
        said = browser.get(path, headers={"Accept": "text/html"}).headers.get_all("Strict-Transport-Security")
        assert said == (["max-age=31536000; includeSubDomains"] if kept else [])


def test_pages_are_german_unless_another_language_is_asked_for(visit):
    here = visit()
    assert '<html lang="de">' in here.get("/sign-in").text
    assert '<html lang="en">' in here.get("/sign-in", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="en">' in here.get("/sign-in?language=en").text
    assert '<html lang="en">' in here.get("/sign-in").text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/services/nichts?q=geheim", "/services/nichts"),
        ("/gibt-es/nicht", "/gibt-es/nicht"),
        ("/services?cursor=x", "/services"),
        ("//evil.example/a b", "/evil.example/a%20b"),
    ],
)
def test_the_page_of_an_error_is_shown_otherwise_where_it_stands_and_repeats_nothing(visit, path, kept):
    where, _, query = path.partition("?")
    told = {"PATH_INFO": where, "QUERY_STRING": query, "HTTP_ACCEPT": "text/html"}
    answer = visit().get("/", environ_overrides=told)
    assert answer.status_code in {404, 422}
    for other in ("language=en", "theme=dark"):
        assert f'href="{kept}?{other}"' in answer.text
    assert "geheim" not in answer.text


def test_a_refused_form_is_shown_otherwise_where_it_stood(visit, strong):
    owner = strong("wiesbaden")
    owner.get("/organisation/members")
    answer = owner.post("/organisation/invitations", {"email": "nichts"})
    assert answer.status_code == 422
    assert 'href="/organisation?language=en"' in answer.text
    answer = owner.post("/sign-in/link", {"secret": "geheim"})
    assert answer.status_code == 422
    assert 'href="/sign-in/link?language=en"' in answer.text


def test_the_api_knows_no_cookie(visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("kiel"))
    answer = here.client.get("/api/v1/organisations/kiel/members")
    assert answer.status_code == 401


def test_while_the_registry_only_reads_people_come_in_and_out_and_change_nothing(
    app, visit, resources, add_member, sign_in
):
    address = add_member("wiesbaden")
    resources.settings = replace(resources.settings, read_only=True)
    here = visit()
    assert sign_in(here, address).status_code == 303
    assert here.get("/organisation").status_code == 200
    for path in ("/organisation/leave", "/organisation/invitations", "/invitation", "/account/passkeys/options"):
        answer = here.post(path)
        assert answer.status_code == 503
        assert "Nur lesend" in answer.text
    assert here.post("/sign-out").status_code == 303
    assert app.view_functions.keys() >= door.READING
