"""What the registry says of itself holds: who runs it, what it stores, what went wrong."""

import html
from dataclasses import replace

import pytest

from registry.config import Imprint
from registry.privacy.records import RECORDS
from registry.privacy.retention import RETENTION
from registry.web.words import WORDS
from tests.api.asking import ON_SQLITE, PUBLISHER, good
from tests.cast import SERVICE

pytestmark = ON_SQLITE

CITY = Imprint("Stadt Musterstadt", "Marktplatz 1, 12345 Musterstadt", "register@musterstadt.example")


@pytest.fixture
def offer(call, publish):
    """Offer a service under a licence to all."""

    def make(slug, licence):
        good(call("POST", "/services", {**SERVICE, "slug": slug, "licence": licence}, who=PUBLISHER), 201)
        good(publish(slug), 201)

    return make


@pytest.mark.parametrize("path", ["/imprint", "/privacy", "/accessibility"])
def test_it_says_who_runs_it_or_that_nobody_said_so(resources, visit, path):
    assert "noch nicht angegeben" in visit().get(path).text
    resources.settings = replace(resources.settings, imprint=CITY)
    shown = visit().get(path).text
    assert "noch nicht angegeben" not in shown
    assert "Stadt Musterstadt" in shown
    assert "<br>12345 Musterstadt" in shown
    assert 'href="mailto:register@musterstadt.example"' in shown


def test_the_imprint_says_to_whom_to_report_a_vulnerability(resources, visit):
    resources.settings = replace(resources.settings, security_contact="mailto:cert@land.example")
    assert '<a class="kern-link" href="mailto:cert@land.example">cert@land.example</a>' in visit().get("/imprint").text


def test_the_imprint_names_what_others_made(visit):
    shown = visit().get("/imprint").text
    assert "@kern-ux/native" in shown
    assert "OFL-1.1" in shown


@pytest.mark.parametrize("language", ["de", "en"])
def test_all_that_is_stored_about_people_is_told_in_words(visit, language):
    shown = html.unescape(visit().get(f"/privacy?language={language}").text)
    for record in RECORDS:
        assert f'id="of-{record.model.__tablename__}-{record.column.key}"' in shown
        assert WORDS["stored"][record.model.__tablename__][language] in shown
        assert WORDS["stored_until"][record.model.__tablename__][language] in shown
        assert record.why[language] in shown
        for name in record.told:
            assert WORDS["personal"][name][language] in shown
    for rule in RETENTION:
        assert rule.what[language] in shown
        assert rule.kept[language] in shown


def test_the_cookies_that_are_told_are_those_that_are_set(visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("kiel"))
    here.get("/?language=en&theme=dark")
    shown = here.get("/privacy").text
    cookies = {cookie.key for cookie in here.client._cookies.values()}
    assert len(cookies) == 4
    assert all(f">{name}</td>" in shown for name in cookies)


def test_licences_in_use_are_told_with_how_much_there_is(offer, visit):
    offer("eins", "EUPL-1.2")
    offer("zwei", "EUPL-1.2 OR CC-BY-4.0")
    shown = visit().get("/licences").text
    assert shown.index('id="EUPL-1.2"') < shown.index('id="CC-BY-4.0"')
    assert 'href="/services?licence=EUPL-1.2">2<' in shown
    assert "European Union Public License 1.2" in shown
    assert "nicht als solche anerkannt" in shown
    assert 'id="MIT"' not in shown


def test_where_a_service_leads_for_its_licence_there_is_one(offer, visit):
    offer("eins", "GPL-2.0-only WITH Classpath-exception-2.0 OR apache-2.0")
    here = visit()
    led = here.get("/services/eins").text.split('href="/licences#')[1:]
    anchors = [one.partition('"')[0] for one in led]
    assert anchors == ["Apache-2.0", "GPL-2.0-only"]
    shown = here.get("/licences").text
    assert all(f'id="{anchor}"' in shown for anchor in anchors)


def test_licences_of_an_empty_catalogue_are_none(visit):
    assert "Im Katalog ist noch nichts." in visit().get("/licences").text


def test_a_problem_is_explained_to_people_and_to_programs(visit):
    here = visit()
    shown = here.get("/problems/publiccode-deprecated?language=en").text
    assert '<html lang="en">' in shown
    assert "<h1>Deprecated key</h1>" in shown
    assert '<section class="part" lang="de"' in shown
    told = here.client.get("/problems/publiccode-deprecated", headers={"Accept": "application/json"})
    assert told.json["type"] == "/problems/publiccode-deprecated"
    assert "Accept" in told.headers["Vary"]


def test_who_is_signed_in_stays_so_on_every_page(visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("kiel"))
    for path in ("/imprint", "/problems", "/problems/not-found", "/licences"):
        assert "Konto: Kiel" in here.get(path).text
