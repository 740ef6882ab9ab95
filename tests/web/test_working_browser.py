"""The working pages in a real browser, with and without scripts."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.api.asking import ON_SQLITE
from tests.web.conftest import link_in

pytestmark = ON_SQLITE


@pytest.fixture(params=[True, False], ids=["scripted", "plain"])
def page(request, browser, site):
    """A tab with scripts, and one without."""
    context = browser.new_context(base_url=site.address, locale="de-DE", java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def come_in(page: Page, part: str) -> None:
    page.goto("/sign-in")
    page.locator(f"button[value={part}]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto")


def test_an_owner_invites_a_publisher_and_looks_after_a_program(page, mails):
    come_in(page, "moenchengladbach-owner")
    page.get_by_role("link", name="Meine Organisation").click()
    page.get_by_role("link", name="Mitglieder", exact=True).click()
    page.get_by_label("E-Mail-Adresse").fill("neu@city.example")
    page.get_by_label("Rolle", exact=True).select_option(label="veröffentlicht")
    page.get_by_role("button", name="Einladung senden").click()
    expect(page.get_by_role("status")).to_contain_text("Die Einladung ist unterwegs.")
    expect(page.get_by_role("cell", name="neu@city.example", exact=True)).to_be_visible()
    assert mails()[0].to == "neu@city.example"

    page.get_by_role("link", name="Programme", exact=True).click()
    page.get_by_role("link", name="Programm anlegen").click()
    page.get_by_label("Name").fill("Pipeline")
    page.get_by_role("button", name="Anlegen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte prüfen Sie Ihre Angaben")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#scopes")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Pipeline")
    page.get_by_label("Versionen veröffentlichen").check()
    page.get_by_role("button", name="Anlegen").click()
    first = page.locator("#client-secret").inner_text()
    page.get_by_role("link", name="Ich habe es abgelegt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pipeline")

    page.get_by_label("Das bisherige gilt noch").select_option(label="eine Stunde")
    page.get_by_role("button", name="Erneuern").click()
    assert page.locator("#client-secret").inner_text() != first
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Das Geheimnis wurde schon gezeigt.")

    page.get_by_role("link", name="Programm beenden").click()
    page.get_by_role("button", name="Beenden").click()
    expect(page.get_by_role("status")).to_contain_text("Das Programm ist beendet.")
    page.get_by_role("link", name="Protokoll", exact=True).click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Programm beendet")


def test_a_person_takes_her_data_along_and_erases_herself(page, mails, add_member, tmp_path: Path):
    add_member("mainz")
    page.goto("/sign-in")
    page.get_by_label("E-Mail-Adresse").fill(add_member("mainz", "viewer"))
    page.get_by_role("button", name="Link anfordern").click()
    page.goto(link_in(mails()[0]))
    page.get_by_role("button", name="Jetzt anmelden").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Alles herunterladen").click()
    download.value.save_as(tmp_path / "me.json")
    assert json.loads((tmp_path / "me.json").read_text())["people"][0]["email"] == "viewer@mainz.example"
    page.get_by_role("link", name="Mich löschen").click()
    expect(page.get_by_text("Sie scheiden aus: Mainz.")).to_be_visible()
    page.get_by_role("button", name="Mich löschen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte setzen Sie das Häkchen.")
    page.get_by_label("Ja, ich möchte mich löschen.").check()
    page.get_by_role("button", name="Mich löschen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind gelöscht")
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
