"""Who reuses what, on pages: Wiesbaden finds a service, declares, reports, confirms; nobody else does it for her."""

import re
from datetime import timedelta
from html import unescape

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from registry.adoption.models import Adoption
from registry.kit import clock
from tests.api.asking import ON_SQLITE, SLUG
from tests.cast import SERVICE

pytestmark = ON_SQLITE

HOME = f"/services/{SLUG}"
ADOPT = f"{HOME}/adopt"
WIESBADEN = f"{HOME}/adoptions/wiesbaden"
REPORT = f"{WIESBADEN}/report"
PLANNED = {"status": "planned", "relation": "reuse", "visibility": "public", "seen": ""}
ROLLED_OUT = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}


@pytest.fixture
def offered(call, publish):
    """A service with a release, for all to see."""
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    assert publish().status_code == 201


@pytest.fixture
def wiesbaden(offered, visit, sign_in, add_member):
    """Wiesbaden's adopter, in her browser."""
    here = visit()
    sign_in(here, add_member("wiesbaden", "adopter"))
    here.get("/account")
    return here


@pytest.fixture
def adoption(call):
    """Read what is said of Wiesbaden's adoption."""
    return lambda: call("GET", f"{HOME}/adoptions/wiesbaden").json


@pytest.fixture
def deployments(call):
    return lambda: call("GET", f"{HOME}/adoptions/wiesbaden/deployments").json["items"]


@pytest.fixture
def grow_old(resources):
    """Let what was said of all adoptions hold for thirty days more only."""

    def grow():
        with resources.database.transaction() as session:
            session.execute(update(Adoption).values(expires_at=clock.now() + timedelta(days=30)))

    return grow


def seen(page):
    """Return what a page's form knows of what it changes."""
    return unescape(re.search(r'name="seen" value="([^"]*)"', page.text)[1])


def chosen(page, name):
    """Return which of a few is chosen."""
    found = re.search(rf'name="{name}" value="(\w+)" checked', page.text)
    return found and found[1]


def test_what_is_archived_asks_nobody_to_begin_and_lets_others_go_on(wiesbaden, call, visit, sign_in, add_member):
    assert wiesbaden.post(ADOPT, PLANNED).status_code == 303
    said, anyhow = {"status": "archived"}, {"If-Match": "*"}
    assert call("PATCH", HOME, said, who="moenchengladbach-publisher", headers=anyhow).status_code == 200
    assert wiesbaden.get(ADOPT).status_code == 200
    mainz = visit()
    sign_in(mainz, add_member("mainz", "adopter"))
    refused = mainz.get(ADOPT)
    assert refused.status_code == 409
    assert "ist archiviert" in refused.text


def test_wiesbaden_declares_reports_test_then_production_and_confirms(wiesbaden, adoption, deployments, grow_old):
    assert f'href="{ADOPT}"' in wiesbaden.get(HOME).text
    assert "für Wiesbaden" in wiesbaden.get(ADOPT).text
    said = {**PLANNED, "contact": "egov@wiesbaden.example", "note.de": "Start im Bürgerbüro", "model": "own_operation"}
    declared = wiesbaden.post(ADOPT, said)
    assert (declared.status_code, declared.headers["Location"]) == (303, f"{WIESBADEN}?done=declared")
    shown = wiesbaden.get(declared.headers["Location"]).text
    assert 'role="status"' in shown
    assert "Start im Bürgerbüro" in shown
    assert adoption()["status"] == "planned"

    asked = wiesbaden.get(REPORT).text
    assert '<option value="1.0.0" selected>1.0.0 (aktuell)</option>' in asked
    assert f'value="{clock.now():%Y-}' in asked
    assert wiesbaden.post(REPORT, {**ROLLED_OUT, "environment": "test"}).status_code == 303
    assert adoption()["status"] == "planned"
    assert wiesbaden.post(REPORT, ROLLED_OUT).headers["Location"] == f"{WIESBADEN}?done=reported"
    assert (adoption()["status"], adoption()["version"]) == ("live", "1.0.0")
    assert [each["environment"] for each in deployments()] == ["production", "test"]

    grow_old()
    confirmed = wiesbaden.post(f"{WIESBADEN}/confirm", {"seen": seen(wiesbaden.get(WIESBADEN))})
    assert confirmed.headers["Location"] == f"{WIESBADEN}?done=confirmed"
    assert adoption()["expires_at"] > (clock.now() + timedelta(days=360)).isoformat()
    assert "Ihre Nachnutzung" in wiesbaden.get(HOME).text


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(offered, visit):
    answer = visit().get(ADOPT)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={ADOPT}")


@pytest.mark.parametrize(("role", "told"), [("viewer", "liest mit"), ("publisher", "veröffentlicht")])
def test_who_has_another_role_is_told_whom_to_ask(offered, visit, sign_in, add_member, role, told):
    here = visit()
    sign_in(here, add_member("wiesbaden", role))
    shown = here.get(ADOPT)
    assert shown.status_code == 403
    assert told in shown.text
    assert "Bitten Sie die Leitung Ihrer Organisation" in shown.text
    assert here.post(ADOPT, PLANNED).status_code == 403


def test_a_stranger_declares_confirms_and_reports_nothing_for_wiesbaden(
    offered, make_adoption, session, visit, sign_in, add_member, adoption
):
    make_adoption()
    session.commit()
    before = adoption()
    kiel = visit()
    sign_in(kiel, add_member("kiel", "adopter"))
    page = kiel.get(WIESBADEN)
    assert "Stimmt noch" not in page.text
    assert "Bereitstellung melden" not in page.text
    assert kiel.get(f"{ADOPT}?for=wiesbaden").status_code == 403
    assert kiel.get(REPORT).status_code == 403
    assert kiel.post(f"{ADOPT}?for=wiesbaden", {**PLANNED, "status": "rolling_out"}).status_code == 403
    assert kiel.post(f"{WIESBADEN}/confirm", {"seen": "x"}).status_code == 403
    assert kiel.post(REPORT, ROLLED_OUT).status_code == 403
    assert adoption() == before


def test_a_provider_acts_for_the_city_whose_mandate_it_holds(offered, visit, sign_in, add_member, call):
    here = visit()
    sign_in(here, add_member("rechenzentrum", "adopter"))
    asked = here.get(ADOPT).text
    assert '<option value="mainz">Mainz</option>' in asked
    assert "kiel" not in asked
    assert here.post(f"{ADOPT}?for=mainz", PLANNED).status_code == 303
    assert here.post(f"{HOME}/adoptions/mainz/report", ROLLED_OUT).status_code == 303
    told = call("GET", f"{HOME}/adoptions/mainz").json
    assert (told["status"], told["declared_by"]) == ("live", "rechenzentrum")
    work = here.get("/organisation/adoptions?for=mainz").text
    assert f'href="{HOME}/adoptions/mainz/report"' in work
    assert f'href="{HOME}/adoptions/mainz/report"' not in here.get("/organisation/adoptions?for=kiel").text


def test_wrong_input_is_said_beside_the_field_and_what_was_typed_stays(wiesbaden, call):
    wrong = {
        **PLANNED,
        "contact": "egov@wiesbaden.example",
        "evidence_url": "nirgends",
        "note.en": "English alone",
        "version": "9.9.9",
    }
    answer = wiesbaden.post(ADOPT, wrong)
    assert answer.status_code == 422
    assert "<title>Fehler: " in answer.text
    assert (
        '<a class="kern-link" href="#evidence_url">Nachweis: Keine gültige http- oder https-Adresse.</a>' in answer.text
    )
    assert 'id="note.de-fault"' in answer.text
    assert 'value="egov@wiesbaden.example"' in answer.text
    assert 'value="nirgends"' in answer.text
    assert "English alone" in answer.text
    assert chosen(answer, "status") == "planned"
    assert "Not a valid http or https URL." in wiesbaden.post(f"{ADOPT}?language=en", wrong).text
    assert call("GET", f"{HOME}/adoptions/wiesbaden").status_code == 404


def test_a_version_that_there_is_not_and_a_missing_status_are_said(wiesbaden):
    answer = wiesbaden.post(ADOPT, {**PLANNED, "version": "9.9.9"})
    assert 'id="version-fault"' in answer.text
    answer = wiesbaden.post(ADOPT, {"seen": ""})
    assert answer.status_code == 422
    assert 'id="status-fault"' in answer.text


def test_a_status_that_may_not_follow_is_refused_and_not_offered(wiesbaden, adoption):
    assert wiesbaden.post(ADOPT, PLANNED).status_code == 303
    page = wiesbaden.get(f"{ADOPT}?status=live")
    assert 'value="rolling_out"' in page.text
    assert 'value="interested"' not in page.text
    assert chosen(page, "status") == "planned"
    answer = wiesbaden.post(ADOPT, {**PLANNED, "status": "interested", "seen": seen(page)})
    assert answer.status_code == 422
    assert "führt kein Weg" in answer.text
    assert adoption()["status"] == "planned"
    assert chosen(wiesbaden.get(f"{ADOPT}?status=declined"), "status") == "declined"


def test_a_stale_page_says_so_shows_both_and_what_is_sent_again_stands(wiesbaden, adoption, call):
    assert wiesbaden.post(ADOPT, PLANNED).status_code == 303
    old = seen(wiesbaden.get(ADOPT))
    etag = call("GET", f"{HOME}/adoptions/wiesbaden").headers["ETag"]
    theirs = {"platform": "Von der Kollegin"}
    path = f"{HOME}/adoptions/wiesbaden"
    assert call("PUT", path, theirs, who="wiesbaden-adopter", headers={"If-Match": etag}).status_code == 200
    mine = {**PLANNED, "platform": "Von mir", "seen": old}
    answer = wiesbaden.post(ADOPT, mine)
    assert answer.status_code == 422
    assert "Jemand hat dies geändert" in answer.text
    assert "Von der Kollegin" in answer.text
    assert 'value="Von mir"' in answer.text
    assert adoption()["platform"] == "Von der Kollegin"
    assert wiesbaden.post(ADOPT, {**mine, "seen": seen(answer)}).status_code == 303
    assert adoption()["platform"] == "Von mir"
    answer = wiesbaden.post(f"{WIESBADEN}/confirm", {"seen": old})
    assert answer.status_code == 422
    assert "Jemand hat dies geändert" in answer.text


def test_what_is_left_blank_is_taken_away(wiesbaden, adoption):
    said = {**PLANNED, "platform": "Portal", "note.de": "Zeile\r\nZeile", "contact": "egov@wiesbaden.example"}
    wiesbaden.post(ADOPT, said)
    assert adoption()["note"] == {"de": "Zeile\nZeile"}
    page = wiesbaden.get(ADOPT)
    blank = {**said, "platform": "", "note.de": "", "note.en": "", "seen": seen(page)}
    assert wiesbaden.post(ADOPT, blank).headers["Location"] == f"{WIESBADEN}?done=changed"
    assert (adoption()["platform"], adoption()["note"], adoption()["contact"]) == (None, None, "egov@wiesbaden.example")


def test_what_the_form_does_not_offer_of_itself_is_kept(wiesbaden, adoption, call):
    assert wiesbaden.post(ADOPT, PLANNED).status_code == 303
    path = f"{HOME}/adoptions/wiesbaden"
    said = {"model": "co_use", "note": {"de": "Gut", "fr": "Bien"}}
    etag = call("GET", path).headers["ETag"]
    assert call("PUT", path, said, who="wiesbaden-adopter", headers={"If-Match": etag}).status_code == 200
    etag = call("GET", HOME).headers["ETag"]
    models = {"reuse_models": ["own_operation"]}
    assert call("PATCH", HOME, models, who="moenchengladbach-publisher", headers={"If-Match": etag}).status_code == 200
    page = wiesbaden.get(ADOPT)
    assert '<option value="co_use" selected>Mitnutzung</option>' in page.text
    changed = {**PLANNED, "model": "co_use", "note.de": "Sehr gut", "note.en": "", "seen": seen(page)}
    assert wiesbaden.post(ADOPT, changed).status_code == 303
    assert (adoption()["model"], adoption()["note"]) == ("co_use", {"de": "Sehr gut", "fr": "Bien"})


def test_a_form_sent_twice_is_acted_on_once(wiesbaden, adoption, deployments):
    first = {**PLANNED, "once": "a"}
    assert [wiesbaden.post(ADOPT, first).status_code for _ in range(2)] == [303, 303]
    report = {**ROLLED_OUT, "once": "b"}
    places = {wiesbaden.post(REPORT, report).headers["Location"] for _ in range(2)}
    assert places == {f"{WIESBADEN}?done=reported"}
    assert len(deployments()) == 1
    assert wiesbaden.post(REPORT, {**report, "once": "c"}).status_code == 303
    assert len(deployments()) == 2


def test_a_report_tells_maturity_use_and_a_day_that_is_past(wiesbaden, deployments):
    wiesbaden.post(ADOPT, PLANNED)
    more = {"maturity": "2.0:5", "usage.applications": "1.250", "usage.period": "2026-Q3", "url": "https://w.example/a"}
    assert wiesbaden.post(REPORT, {**ROLLED_OUT, **more, "occurred_at": "03.02.2026"}).status_code == 303
    [told] = deployments()
    assert told["maturity"] == {"model": "2.0", "level": 5}
    assert told["usage"] == {"applications": 1250, "period": "2026-Q3"}
    assert told["occurred_at"] == "2026-02-03T11:00:00Z"
    shown = wiesbaden.get(WIESBADEN).text
    assert "3. Februar 2026" in shown
    assert "1.250 Anträge (2026-Q3)" in shown


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"version": "9.9.9"}, "version-fault"),
        ({"occurred_at": "gestern"}, "occurred_at-fault"),
        ({"occurred_at": "2099-01-01"}, "occurred_at-fault"),
        ({"url": "ftp://x"}, "url-fault"),
        ({"usage.applications": "viele", "usage.period": "2026"}, "usage.applications-fault"),
        ({"usage.applications": "5"}, "usage.period-fault"),
        ({"usage.applications": "5", "usage.period": "Mai"}, "usage.period-fault"),
        ({"maturity": "2.0:9"}, "maturity-fault"),
        ({"maturity": "neun"}, "maturity-fault"),
        ({"environment": ""}, "environment-fault"),
        ({"status": "gut"}, "status-fault"),
    ],
)
def test_a_wrong_report_says_where_and_reports_nothing(wiesbaden, deployments, wrong, where):
    wiesbaden.post(ADOPT, PLANNED)
    answer = wiesbaden.post(REPORT, {**ROLLED_OUT, "note": "bleibt stehen", **wrong})
    assert answer.status_code == 422
    assert f'id="{where}"' in answer.text
    assert "bleibt stehen" in answer.text
    assert deployments() == []


def test_what_was_declined_is_not_rolled_out_unasked(wiesbaden, deployments):
    wiesbaden.post(ADOPT, PLANNED)
    wiesbaden.post(ADOPT, {**PLANNED, "status": "declined", "seen": seen(wiesbaden.get(ADOPT))})
    answer = wiesbaden.post(REPORT, ROLLED_OUT)
    assert answer.status_code == 422
    assert "führt kein Weg" in answer.text
    assert deployments() == []


def test_who_reports_before_declaring_is_led_to_declare(wiesbaden):
    assert wiesbaden.get(REPORT).headers["Location"] == f"{ADOPT}?for=wiesbaden"
    assert wiesbaden.post(REPORT, ROLLED_OUT).status_code == 404


def test_a_draft_is_adopted_by_nobody(call, visit, sign_in, add_member):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    own, other = visit(), visit()
    sign_in(own, add_member("moenchengladbach", "adopter"))
    sign_in(other, add_member("wiesbaden", "adopter"))
    assert "noch ein Entwurf" in own.get(ADOPT).text
    assert (own.get(ADOPT).status_code, own.post(ADOPT, PLANNED).status_code) == (403, 403)
    assert other.get(ADOPT).status_code == 404


def test_adopters_are_told_with_how_far_they_are_behind_and_narrowed(wiesbaden, call, publish, visit):
    wiesbaden.post(ADOPT, PLANNED)
    wiesbaden.post(REPORT, ROLLED_OUT)
    assert publish(version="1.1.0").status_code == 201
    call("PUT", f"{HOME}/adoptions/kiel", {"status": "interested"}, who="kiel-owner")
    shown = visit().get(f"{HOME}/adoptions").text
    assert "2 Nachnutzungen" in shown
    assert "1 Version zurück" in shown
    assert "Schleswig-Holstein" in shown
    for narrowed in ("status=live", "overdue=yes", "version=1.0.0"):
        shown = visit().get(f"{HOME}/adoptions?{narrowed}").text
        assert f'href="{WIESBADEN}"' in shown
        assert f'href="{HOME}/adoptions/kiel"' not in shown
    assert "Mit dieser Auswahl ist niemand dabei" in visit().get(f"{HOME}/adoptions?status=retired").text
    assert visit().get(f"{HOME}/adoptions?status=unfug&overdue=vielleicht").status_code == 200


def test_the_map_shades_the_states_of_adopters_and_says_so_in_words(wiesbaden, visit):
    wiesbaden.post(ADOPT, PLANNED)
    shown = visit().get(f"{HOME}/adoptions").text
    assert len(re.findall('<path class="map__state', shown)) == 16
    assert shown.count("map__state--1") == 1
    assert '<li>Hessen <span class="muted">1</span></li>' in shown
    assert 'role="img" aria-label="Karte von Deutschland' in shown
    assert "CC BY 4.0" in shown


def test_what_is_for_members_alone_is_not_for_everybody(wiesbaden, visit):
    wiesbaden.post(ADOPT, {**PLANNED, "visibility": "members"})
    assert "Wiesbaden" not in visit().get(f"{HOME}/adoptions").text
    assert "map__state--1" not in visit().get(f"{HOME}/adoptions").text
    assert visit().get(WIESBADEN).status_code == 404
    assert "nur für Angemeldete sichtbar" in wiesbaden.get(WIESBADEN).text


def test_the_work_list_begins_with_what_is_overdue_and_asks_for_what_grows_old(wiesbaden, publish, grow_old):
    assert "Noch ist nichts eingetragen" in wiesbaden.get("/organisation/adoptions").text
    wiesbaden.post(ADOPT, PLANNED)
    wiesbaden.post(REPORT, ROLLED_OUT)
    assert "Alles aktuell" in wiesbaden.get("/organisation/adoptions").text
    assert "Stimmt das noch?" not in wiesbaden.get("/organisation/adoptions").text
    assert publish(version="1.1.0").status_code == 201
    grow_old()
    shown = wiesbaden.get("/organisation/adoptions")
    assert "1 Version zurück" in shown.text
    assert shown.text.index("Jetzt aktualisieren") < shown.text.index("Stimmt das noch?") < shown.text.index(">Alles")
    said = {"seen": seen(shown), "next": "/organisation/adoptions"}
    confirmed = wiesbaden.post(f"{WIESBADEN}/confirm", said)
    assert confirmed.headers["Location"] == "/organisation/adoptions?done=confirmed"
    assert "Stimmt das noch?" not in wiesbaden.get("/organisation/adoptions").text


def test_confirming_leads_nowhere_else(wiesbaden):
    wiesbaden.post(ADOPT, PLANNED)
    said = {"seen": seen(wiesbaden.get(ADOPT)), "next": "//elsewhere.example"}
    assert wiesbaden.post(f"{WIESBADEN}/confirm", said).headers["Location"] == f"{WIESBADEN}?done=confirmed"


def test_publishers_see_how_many_run_which_version(wiesbaden, publish, call, visit, sign_in, add_member):
    wiesbaden.post(ADOPT, PLANNED)
    wiesbaden.post(REPORT, ROLLED_OUT)
    assert publish(version="1.1.0").status_code == 201
    yank = f"{HOME}/releases/1.0.0/yank"
    assert call("POST", yank, {"reason": {"de": "Fehler"}}, who="moenchengladbach-publisher").status_code == 200
    here = visit()
    sign_in(here, add_member("moenchengladbach", "publisher"))
    shown = here.get("/organisation/services").text
    assert "Version zurückgezogen" in shown
    assert "1 Version zurück" in shown
    assert f'href="{HOME}/adoptions?status=live&amp;version=1.0.0">1 Organisation</a>' in shown
    assert "Wer aktualisieren sollte" in shown
    assert "Noch nichts." in wiesbaden.get("/organisation/services").text


def test_the_history_goes_on(wiesbaden):
    wiesbaden.post(ADOPT, PLANNED)
    for day in range(1, 23):
        said = {**ROLLED_OUT, "environment": "test", "occurred_at": f"2026-03-{day:02}"}
        assert wiesbaden.post(REPORT, said).status_code == 303
    first = wiesbaden.get(WIESBADEN).text
    assert "22. März 2026" in first
    assert "2. März 2026</time>" not in first.replace("12. März 2026", "").replace("22. März 2026", "")
    further = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    assert "1. März 2026" in wiesbaden.get(further).text


@pytest.mark.parametrize("scripted", [True, False])
def test_the_journey_of_wiesbaden_in_a_browser(browser, site, offered, adoption, scripted):
    context = browser.new_context(base_url=site.address, locale="de-DE", java_script_enabled=scripted)
    tab = context.new_page()
    tab.goto("/services?q=kennzeichen")
    tab.get_by_role("link", name="Wunschkennzeichen").click()
    tab.get_by_role("link", name="Nachnutzung erklären").click()
    tab.locator("button[value=wiesbaden-adopter]").click()
    tab.wait_for_url(f"**{ADOPT}")
    tab.get_by_role("button", name="Nachnutzung erklären").click()
    expect(tab.get_by_role("alert")).to_contain_text("Beim ersten Mal ist der Status nötig.")
    tab.get_by_label("geplant").check()
    tab.get_by_label("Ansprechstelle").fill("egovernment@wiesbaden.example")
    tab.get_by_role("button", name="Nachnutzung erklären").click()
    expect(tab.get_by_role("status")).to_contain_text("eingetragen")
    for place in ("Test", "Produktion"):
        tab.get_by_role("link", name="Bereitstellung melden").click()
        expect(tab.get_by_label("Version")).to_have_value("1.0.0")
        tab.get_by_label(place, exact=True).check()
        tab.get_by_role("button", name="Melden", exact=True).click()
        expect(tab.get_by_role("status")).to_contain_text("gemeldet")
    assert (adoption()["status"], adoption()["contact"]) == ("live", "egovernment@wiesbaden.example")
    tab.get_by_role("button", name="Stimmt noch").click()
    expect(tab.get_by_role("status")).to_contain_text("für ein Jahr bestätigt")
    context.close()
