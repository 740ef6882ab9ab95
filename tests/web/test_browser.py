"""People come in with a real browser, and a real authenticator that Chromium plays."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


def authenticator(context: BrowserContext, tab: Page) -> None:
    devtools = context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def by_link(tab: Page, mails, email: str) -> None:
    from tests.web.conftest import link_in

    tab.goto("/sign-in")
    tab.get_by_label("E-Mail-Adresse").fill(email)
    tab.get_by_role("button", name="Link anfordern").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sehen Sie in Ihr Postfach")
    tab.goto(link_in(mails()[0]))
    tab.get_by_role("button", name="Jetzt anmelden").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")


def test_a_link_then_a_passkey_then_the_passkey_alone(context, tab, add_member, mails):
    authenticator(context, tab)
    by_link(tab, mails, add_member("wiesbaden"))
    tab.get_by_label("Name des Geräts").fill("Diensthandy")
    tab.get_by_role("button", name="Passkey einrichten").click()
    expect(tab.get_by_text("Diensthandy, eingerichtet am")).to_be_visible()
    tab.get_by_role("button", name="Abmelden").click()
    tab.goto("/sign-in")
    tab.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    expect(tab.get_by_text("owner@wiesbaden.example")).to_be_visible()
    # Signed in with the passkey, she may remove it; without one that was shown she could not.
    tab.get_by_role("button", name="Entfernen").click()
    expect(tab.get_by_text("Noch keiner.")).to_be_visible()


def test_who_came_by_link_confirms_with_the_passkey_before_it_can_be_removed(context, tab, add_member, mails):
    authenticator(context, tab)
    address = add_member("wiesbaden")
    by_link(tab, mails, address)
    tab.get_by_role("button", name="Passkey einrichten").click()
    expect(tab.get_by_text("Mein Gerät, eingerichtet am")).to_be_visible()
    tab.get_by_role("button", name="Abmelden").click()
    by_link(tab, mails, address)
    tab.get_by_role("button", name="Entfernen").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Bestätigen Sie, dass Sie es sind")
    tab.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    tab.get_by_role("button", name="Entfernen").click()
    expect(tab.get_by_text("Noch keiner.")).to_be_visible()


def test_a_passkey_of_somebody_else_confirms_nothing(context, tab, add_member, mails):
    authenticator(context, tab)
    by_link(tab, mails, add_member("mainz"))
    tab.get_by_role("button", name="Passkey einrichten").click()
    expect(tab.get_by_text("Mein Gerät, eingerichtet am")).to_be_visible()
    tab.get_by_role("button", name="Abmelden").click()
    by_link(tab, mails, add_member("kiel"))
    tab.goto("/confirm")
    tab.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(tab.get_by_role("alert")).to_contain_text("Der Passkey wurde nicht angenommen.")


def test_the_demo_signs_in_with_one_click(tab):
    tab.goto("/sign-in")
    tab.get_by_role("button", name="Mönchengladbach, Leitung").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    expect(tab.get_by_role("link", name="Konto: Mönchengladbach")).to_be_visible()


def test_all_but_passkeys_works_without_scripts(browser, site, add_member, mails):
    context = browser.new_context(base_url=site.address, locale="de-DE", java_script_enabled=False)
    tab = context.new_page()
    by_link(tab, mails, add_member("kiel"))
    expect(tab.get_by_role("button", name="Passkey einrichten")).to_be_hidden()
    tab.get_by_role("button", name="Abmelden").click()
    expect(tab.get_by_role("link", name="Anmelden").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/account"])
def test_nothing_is_wider_than_a_small_phone(tab, path):
    tab.set_viewport_size({"width": 320, "height": 640})
    tab.goto("/sign-in")
    tab.get_by_role("button", name="Mönchengladbach, Leitung").click()
    tab.goto(path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
