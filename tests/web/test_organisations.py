"""Organisations as everybody sees them, found and shown."""

import pytest

from registry.accounts import service as accounts
from registry.accounts.schemas import NewOrganisationSchema
from registry.authz.actor import Role
from registry.sign_in import service as sign_in
from tests.api.asking import ON_SQLITE, SLUG
from tests.cast import OPERATOR, SERVICE

pytestmark = ON_SQLITE

PLACE = {"location": {"lat": 50.08, "lon": 8.24}, "website": "https://www.wiesbaden.example"}


@pytest.fixture
def reused(call, publish):
    """A service of Mönchengladbach that Wiesbaden reuses, and Mainz by its provider."""
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    assert publish().status_code == 201
    for organisation, who in (("wiesbaden", "wiesbaden-adopter"), ("mainz", "rechenzentrum-adopter")):
        path = f"/services/{SLUG}/adoptions/{organisation}"
        assert call("PUT", path, {"status": "planned", "version": "1.0.0"}, who=who).status_code == 201


@pytest.mark.parametrize(
    ("asked", "found", "not_found"),
    [
        ("q=wiesb", "Wiesbaden", "Mainz"),
        ("state=DE-RP", "Mainz", "Wiesbaden"),
        ("kind=provider", "Rechenzentrum Musterland", "Mainz"),
        ("has=services", "Mönchengladbach", "Wiesbaden"),
        ("has=adoptions", "Wiesbaden", "Mönchengladbach"),
        ("state=unfug&kind=unfug&has=unfug&q=kiel", "Kiel", "Mainz"),
    ],
)
def test_organisations_are_found(reused, visit, asked, found, not_found):
    shown = visit().get(f"/organisations?{asked}")
    assert shown.status_code == 200
    assert f">{found}</a>" in shown.text
    assert f">{not_found}</a>" not in shown.text


def test_nobody_found_leads_back_to_all(visit):
    assert "Dazu ist niemand verzeichnet" in visit().get("/organisations?q=gibtesnicht").text


def test_an_organisation_says_who_it_is_what_it_publishes_and_what_it_reuses(reused, call, visit):
    etag = call("GET", "/organisations/wiesbaden").headers["ETag"]
    assert (
        call("PATCH", "/organisations/wiesbaden", PLACE, who="wiesbaden-owner", headers={"If-Match": etag}).status_code
        == 200
    )
    shown = visit().get("/organisations/wiesbaden").text
    for told in ("Hessen", "064140000000", "https://www.wiesbaden.example", "durch den Betrieb des Registers"):
        assert told in shown
    assert f'href="/services/{SLUG}/adoptions/wiesbaden"' in shown
    assert shown.count("<circle") == 1
    assert "Kennzeichen online reservieren" in visit().get("/organisations/moenchengladbach").text


def test_who_speaks_for_an_organisation_is_named(reused, visit):
    assert "gemeldet von Rechenzentrum Musterland" in visit().get("/organisations/mainz").text


def test_mandates_are_shown_to_owners_alone(visit, strong):
    assert "handelt für" not in visit().get("/organisations/mainz").text
    assert "Rechenzentrum Musterland handelt für Mainz" in strong("mainz").get("/organisations/mainz").text
    assert "handelt für" not in strong("kiel").get("/organisations/mainz").text


@pytest.fixture
def strong(resources, visit):
    """Open a browser of an owner who has shown a passkey."""

    def come(organisation):
        here = visit()
        with resources.database.transaction() as session:
            email = f"owner@{organisation}.example"
            member = accounts.add_member(session, OPERATOR, organisation, email=email, role=Role.OWNER)
            secret = sign_in.begin(session, member.person, device="Firefox", strong=True)
        here.client.set_cookie("__Host-session", secret, secure=True)
        return here

    return come


def test_an_organisation_that_there_is_not_is_a_page_that_says_so(visit):
    assert visit().get("/organisations/nirgendwo").status_code == 404


def test_a_list_goes_on_behind_its_first_part(resources, visit):
    with resources.database.transaction() as session:
        for number in range(30):
            said = {"slug": f"a-{number:02}", "name": f"Aadorf {number:02}", "kind": "association"}
            accounts.onboard(session, OPERATOR, **NewOrganisationSchema().load(said))
    here = visit()
    first = here.get("/organisations").text
    assert "Aadorf 29" in first
    assert ">Wiesbaden</a>" not in first
    further = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert ">Wiesbaden</a>" in here.get(further).text
