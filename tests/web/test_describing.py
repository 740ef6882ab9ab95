"""A service is described on pages: nothing typed is lost, nothing is made twice, nobody's change is run over unseen."""

import re

import pytest

from tests.api.asking import ON_SQLITE, SLUG
from tests.cast import SERVICE

pytestmark = ON_SQLITE

NEW = {
    "name.de": "Straßenfest anmelden",
    "summary.de": "Für ein Fest auf der Straße",
    "topic": "Engagement & Hobby",
    "licence": "EUPL-1.2",
    "kind": "online_service",
    "do": "save",
}
EDIT = f"/services/{SLUG}/edit"


@pytest.fixture
def publisher(visit, sign_in, add_member):
    here = visit()
    sign_in(here, add_member("moenchengladbach", "publisher"))
    here.get("/services/new")
    return here


@pytest.fixture
def service(call):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201


def fields(shown):
    """Return what a form holds, as a browser would send it back."""
    found = dict(re.findall(r'<input class="[^"]*input[^"]*" id="[^"]*" name="([^"]+)" value="([^"]*)"', shown))
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', shown, re.DOTALL))
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', shown, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        found[name] = chosen[1].replace("&amp;", "&")
    for name, value in re.findall(
        r'type="(?:radio|checkbox)" id="[^"]*" name="([^"]+)" value="([^"]*)" checked', shown
    ):
        found.setdefault(name, []).append(value)
    seen = re.search(r'name="seen" value="([^"]*)"', shown)
    return found | ({"seen": seen[1]} if seen else {}) | {"do": "save"}


def test_four_answers_make_a_service_and_its_short_name(publisher, call):
    made = publisher.post("/services/new", NEW)
    assert made.headers["Location"] == "/services/strassenfest-anmelden?done=created"
    shown = publisher.get(made.headers["Location"]).text
    assert "Angelegt." in shown
    assert "/services/strassenfest-anmelden/publish" in shown
    told = call("GET", "/services/strassenfest-anmelden", who="moenchengladbach-publisher").json
    assert (told["status"], told["summary"]) == ("draft", {"de": NEW["summary.de"]})


def test_everything_that_can_be_said_is_kept_as_said(publisher, call):
    more = {
        "name.en": "Street party",
        "description.de": "# Fest\r\n\r\nMit *Musik*.",
        "keywords": "Fest, Musik,  Straße ",
        "leika": "99050012104000\r\n99050012104001",
        "ozg_id": "10215",
        "trust_level": "basic",
        "accounts": ["bundid", "muk"],
        "reuse_models": ["co_use"],
        "cost.key": "fixed",
        "cost.note.de": "100 Euro",
        "platforms": "cit intelliForm",
        "demo_url": "https://fest.example",
        "repository_url": "https://git.example/f",
        "rights.software.de": "EUPL",
        "rights.contractual.en": "",
        "bootcamp": "2024",
        "contacts.0.role": "business",
        "contacts.1.role": "technical",
        "contacts.1.name": "Technik",
        "contacts.1.email": "t@city.example",
        "contacts.2.name": "Recht",
        "contacts.2.role": "legal",
        "contacts.2.public": "yes",
        "awards.0.name": "Preis",
        "awards.0.issuer": "Bund",
        "awards.0.year": "2024",
    }
    assert publisher.post("/services/new", {**NEW, **more, "slug": "fest"}).status_code == 303
    told = call("GET", "/services/fest", who="moenchengladbach-publisher").json
    assert told["name"] == {"de": NEW["name.de"], "en": "Street party"}
    assert told["description"] == {"de": "# Fest\n\nMit *Musik*."}
    assert told["keywords"] == ["Fest", "Musik", "Straße"]
    assert told["leika"] == ["99050012104000", "99050012104001"]
    assert (told["accounts"], told["cost"]) == (["bundid", "muk"], {"key": "fixed", "note": {"de": "100 Euro"}})
    assert told["rights"] == {"software": {"de": "EUPL"}}
    assert [contact["name"] for contact in told["contacts"]] == ["Recht"]
    assert told["awards"][0]["year"] == 2024
    every = call("GET", "/services/fest/contacts", who="moenchengladbach-publisher").json["items"]
    assert [contact["name"] for contact in every] == ["Technik", "Recht"]


def test_what_is_wrong_is_said_with_its_field_and_nothing_typed_is_lost(publisher, call):
    wrong = {"name.de": "", "licence": "EUPL", "leika": "12", "contacts.1.name": "Stelle", "contacts.1.email": "keine"}
    wrong |= {"topic": "", "slug": "Große Slugs", "summary.de": "Bleibt stehen"}
    answer = publisher.post("/services/new", {**NEW, **wrong})
    assert answer.status_code == 422
    assert "<title>Fehler: Online-Dienst anlegen" in answer.text
    assert '<a class="kern-link" href="#name.de">Name: Der deutsche Text ist Pflicht.</a>' in answer.text
    assert '<a class="kern-link" href="#topic">Themenfeld: Pflichtangabe fehlt.</a>' in answer.text
    assert "Leistungsschlüssel (LeiKa): Muss ein Leistungsschlüssel mit 14 Ziffern sein." in answer.text
    assert "E-Mail-Adresse: Keine gültige E-Mail-Adresse." in answer.text
    for typed in ("Bleibt stehen", 'value="keine"', "Große Slugs", 'value="Stelle"'):
        assert typed in answer.text
    answer = publisher.post("/services/new", {**NEW, "licence": "EUPL"})
    assert answer.status_code == 422
    assert "kein SPDX-Lizenzausdruck" in answer.text
    assert call("GET", "/services", who="moenchengladbach-publisher").json["total"] == 0


@pytest.mark.parametrize("year", ["9" * 5_000, "zweitausend", "²"])
def test_what_is_no_year_is_said_beside_the_field(publisher, year):
    award = {"awards.0.issuer": "Jury", "awards.0.name": "Preis", "awards.0.year": year}
    answer = publisher.post("/services/new", {**NEW, **award})
    assert answer.status_code == 422
    assert 'href="#awards.0.year"' in answer.text


def test_a_service_like_it_is_shown_before_it_is_made_and_refuses_nothing(service, publisher, call):
    again = {**NEW, "name.de": "Wunschkennzeichen!", "slug": "kennzeichen"}
    warned = publisher.post("/services/new", again)
    assert warned.status_code == 200
    assert "Ähnliche Online-Dienste gibt es schon" in warned.text
    assert f'href="/services/{SLUG}"' in warned.text
    assert call("GET", "/services/kennzeichen", who="moenchengladbach-publisher").status_code == 404
    assert 'name="known" value="yes"' in warned.text
    assert "Wenn Ihrer ein anderer ist" in warned.text
    made = publisher.post("/services/new", {**again, "known": "yes"})
    assert made.headers["Location"] == "/services/kennzeichen?done=created"


def test_a_form_sent_twice_makes_one_service(publisher, call):
    said = {**NEW, "once": "abc"}
    assert publisher.post("/services/new", said).headers["Location"].endswith("?done=created")
    assert publisher.post("/services/new", said).headers["Location"].endswith("?done=created")
    assert call("GET", "/services", who="moenchengladbach-publisher").json["total"] == 1


def test_a_short_name_in_use_is_said_beside_the_field(service, publisher):
    answer = publisher.post("/services/new", {**NEW, "slug": SLUG})
    assert answer.status_code == 422
    assert "trägt schon ein Online-Dienst" in answer.text
    assert 'href="#slug"' in answer.text


@pytest.mark.parametrize("path", ["/services/new", EDIT])
def test_a_preview_shows_what_was_typed_and_keeps_nothing(service, publisher, call, path):
    before = call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json
    shown = publisher.post(path, {**NEW, "description.de": "Mit **Musik** <script>", "do": "preview"})
    assert shown.status_code == 200
    assert "<strong>Musik</strong> &lt;script&gt;" in shown.text
    assert "Mit **Musik** &lt;script&gt;" in shown.text
    assert call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json == before


def test_a_form_sent_back_as_it_was_changes_nothing(service, publisher, call):
    before = call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json
    form = fields(publisher.get(EDIT).text)
    assert publisher.post(EDIT, form).headers["Location"] == f"/services/{SLUG}?done=saved"
    assert call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json == before
    contacts = call("GET", f"/services/{SLUG}/contacts", who="moenchengladbach-publisher").json["items"]
    assert len(contacts) == 2


def test_what_is_typed_replaces_what_was_and_other_languages_stay(service, publisher, call):
    etag = call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").headers["ETag"]
    turkish = {"summary": {"de": "Kennzeichen reservieren", "tr": "Plaka"}}
    who = "moenchengladbach-publisher"
    call("PATCH", f"/services/{SLUG}", turkish, who=who, headers={"If-Match": etag})
    form = fields(publisher.get(EDIT).text) | {
        "summary.de": "Schnell reserviert",
        "description.de": "",
        "contacts.0.name": "",
    }
    form = {name: value for name, value in form.items() if not name.startswith("contacts.1")}
    form |= {"contacts.0.email": ""}
    assert publisher.post(EDIT, form).status_code == 303
    told = call("GET", f"/services/{SLUG}", who=who).json
    assert told["summary"] == {"de": "Schnell reserviert", "tr": "Plaka"}
    assert (told["description"], told["contacts"]) == (None, [])


def test_a_page_that_is_out_of_date_shows_both_versions_and_runs_over_nothing(service, publisher, call):
    form = fields(publisher.get(EDIT).text) | {"summary.de": "Meine Fassung"}
    assert (
        call(
            "PATCH",
            f"/services/{SLUG}",
            {"summary": {"de": "Fassung der Kollegin"}},
            who="moenchengladbach-publisher",
            headers={"If-Match": "*"},
        ).status_code
        == 200
    )
    stale = publisher.post(EDIT, form)
    assert stale.status_code == 409
    assert "Inzwischen hat jemand anderes etwas geändert" in stale.text
    assert '<td class="kern-table__cell">Meine Fassung</td>' in stale.text
    assert '<td class="kern-table__cell">Fassung der Kollegin</td>' in stale.text
    assert call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json["summary"] == {
        "de": "Fassung der Kollegin"
    }
    assert publisher.post(EDIT, fields(stale.text)).status_code == 303
    assert call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json["summary"] == {"de": "Meine Fassung"}


def test_an_adoption_meanwhile_does_not_make_a_page_stale(service, publisher, call, publish):
    form = fields(publisher.get(EDIT).text)
    assert publish().status_code == 201
    assert publisher.post(EDIT, form).status_code == 303


def test_a_service_is_deprecated_with_its_successor_and_archived(service, publisher, call, publish):
    assert publish().status_code == 201
    path = f"/services/{SLUG}/status"
    answer = publisher.post(path, {"status": "deprecated", "successor": "gibtesnicht"})
    assert answer.status_code == 422
    assert "Nachfolger: Es gibt keinen anderen Online-Dienst" in answer.text
    assert 'value="gibtesnicht"' in answer.text
    publisher.post("/services/new", {**NEW, "slug": "neuer"})
    assert publisher.post(path, {"status": "deprecated", "successor": "neuer"}).status_code == 303
    told = call("GET", f"/services/{SLUG}", who="moenchengladbach-publisher").json
    assert (told["status"], told["successor"]) == ("deprecated", "neuer")
    assert publisher.post(path, {"status": "archived"}).status_code == 303
    assert publisher.post(path, {"status": "draft"}).status_code == 422


def test_others_are_refused(service, visit, sign_in, add_member):
    for organisation, role in (("moenchengladbach", "viewer"), ("kiel", "publisher")):
        here = visit()
        sign_in(here, add_member(organisation, role))
        here.get("/account")
        seen = 403 if organisation == "moenchengladbach" else 404
        shown = here.get(EDIT)
        assert shown.status_code == seen
        assert "Token" not in shown.text
        assert here.post(EDIT, NEW).status_code == seen
    here = visit()
    assert here.get("/services/new").headers["Location"] == "/sign-in?next=/services/new"
