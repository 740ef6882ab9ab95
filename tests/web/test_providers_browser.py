"""A city's people come in with a real browser and a real identity provider, and leave both."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from registry.accounts.models import Membership
from registry.sign_in.models import Identity
from tests.api.asking import ON_SQLITE
from tests.support.identity import IdentityProvider
from tests.web.conftest import know

pytestmark = ON_SQLITE

ANNA = {"email": "anna@moenchengladbach.example", "email_verified": True, "groups": ["efa-owner"]}
BELA = {"email": "bela@moenchengladbach.example", "email_verified": True, "groups": []}


@pytest.fixture
def provider(site):
    """The city's identity provider, which the running registry knows."""
    running = IdentityProvider(site.address, {"anna": ANNA, "bela": BELA}).start()
    said = running.settings(
        ORGANISATIONS="moenchengladbach", LABEL="Stadt", ROLES_CLAIM="groups", ROLES="efa-owner=owner"
    )
    know(site.resources, said)
    yield running
    running.close()


def go(tab):
    tab.goto("/sign-in?next=/account")
    tab.get_by_role("button", name="Weiter mit Stadt").click()


def come_in(tab, who="anna"):
    go(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Anmeldedienst der Stadt")
    tab.get_by_label("Kennung").fill(who)
    tab.get_by_role("button", name="Anmelden").click()


def test_an_owner_comes_in_by_her_citys_provider_and_leaves_it_too(tab, provider, site):
    come_in(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    expect(tab.get_by_text("anna@moenchengladbach.example")).to_be_visible()
    expect(tab.get_by_role("link", name="Konto: Mönchengladbach")).to_be_visible()
    # The provider asked for a second factor just now: she may manage her organisation at once.
    tab.goto("/organisation/members")
    expect(tab.get_by_role("button", name=re.compile("Einladen|Einladung")).first).to_be_visible()
    # At the provider she is still known: no page of it is seen.
    tab.goto("/account")
    go(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    tab.get_by_role("button", name="Abmelden").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Abmelden?")
    tab.get_by_role("button", name="Ja").click()
    tab.wait_for_url(f"{site.address}/")
    expect(tab.get_by_role("link", name="Anmelden").first).to_be_visible()
    go(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Anmeldedienst der Stadt")
    with site.resources.database.reading() as session:
        assert [one.subject for one in session.scalars(select(Identity))] == ["anna"]
        assert [(one.role, one.given_by) for one in session.scalars(select(Membership))] == [("owner", "stadt")]


def test_without_scripts_it_works_as_well(browser, site, provider):
    context = browser.new_context(base_url=site.address, locale="de-DE", java_script_enabled=False)
    tab = context.new_page()
    come_in(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    context.close()


def test_who_stops_at_the_provider_or_has_no_group_is_told(tab, provider):
    go(tab)
    tab.get_by_role("button", name="Abbrechen").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Nicht angemeldet")
    come_in(tab, "bela")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Kein Zugang")


def test_new_keys_of_the_provider_are_found(tab, provider, site):
    come_in(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    provider.rotate()
    # The provider is asked again after half a minute at the soonest; here it was long ago.
    for its in site.resources.providers._issuers._issuers.values():
        its.tried = None
    come_in(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")


def test_while_the_provider_is_away_the_other_ways_stay_open(tab, provider):
    provider.stop()
    go(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Anmeldedienst nicht erreichbar")
    tab.get_by_role("main").get_by_role("link", name="Anmelden").click()
    expect(tab.get_by_role("button", name="Link anfordern")).to_be_visible()
