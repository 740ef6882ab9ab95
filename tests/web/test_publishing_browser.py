"""A publisher's way in a browser: a service is described, its package checked, mended and published."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import packages
from tests.api.asking import ON_SQLITE
from tests.cast import SERVICE

pytestmark = ON_SQLITE


@pytest.fixture
def zipped(tmp_path: Path):
    """Write a package to a file, as people have it."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def service(site, call):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_a_service_is_made_and_its_first_version_checked_mended_and_published(browser, site, call, zipped, scripted):
    broken = zipped("broken.zip", packages.package({"LICENSE": None}))
    good = zipped("good.zip", packages.package())
    context = browser.new_context(base_url=site.address, locale="de-DE", java_script_enabled=scripted)
    tab = context.new_page()
    minded: list[str] = []
    tab.on("pageerror", lambda error: minded.append(str(error)))
    tab.on("console", lambda said: minded.append(said.text) if "Content Security Policy" in said.text else None)
    tab.goto("/sign-in")
    tab.locator("button[value=moenchengladbach-publisher]").click()
    tab.goto("/services/new")
    tab.get_by_label("Name", exact=True).fill("Hundewiese öffnen")
    if scripted:
        expect(tab.get_by_label("Kurzname")).to_have_value("hundewiese-oeffnen")
    tab.locator("[id='summary.de']").fill("Für alle Hunde")
    tab.locator("[id='description.de']").fill("Mit **Zaun**.")
    tab.get_by_role("button", name="Vorschau").click()
    expect(tab.locator(".prose strong")).to_have_text("Zaun")
    tab.get_by_label("Themenfeld").select_option("Engagement & Hobby")
    tab.get_by_label("Lizenz", exact=True).fill("EUPL-1.2")
    tab.get_by_role("button", name="Anlegen").click()
    expect(tab.get_by_role("status")).to_contain_text("Angelegt.")
    tab.get_by_role("link", name="Version veröffentlichen").click()
    tab.get_by_label("Version", exact=True).fill("1.0.0")
    tab.get_by_label("Was ist neu?", exact=False).first.fill("Die erste")
    tab.get_by_label("Paket").set_input_files(broken)
    tab.get_by_role("button", name="Prüfen").click()
    expect(tab.get_by_role("alert")).to_contain_text("Lizenz")
    expect(tab).to_have_title("Fehler: Version veröffentlichen: Hundewiese öffnen – EfA Registry")
    expect(tab.get_by_label("Version", exact=True)).to_have_value("1.0.0")
    if scripted:
        assert tab.get_by_label("Paket").evaluate("input => input.files[0].name") == "broken.zip"
        expect(tab.locator("#errors")).to_be_focused()
    tab.get_by_label("Paket").set_input_files(good)
    tab.get_by_role("button", name="Prüfen").click()
    expect(tab.get_by_text("Das Paket ist in Ordnung")).to_be_visible()
    if not scripted:
        tab.get_by_label("Paket").set_input_files(good)
    tab.get_by_role("button", name="Als Entwurf hochladen").click()
    tab.wait_for_url("**/releases/1.0.0?done=drafted")
    expect(tab.get_by_role("status")).to_contain_text("Der Entwurf ist gespeichert.")
    tab.get_by_role("button", name="Veröffentlichen").click()
    expect(tab.get_by_role("status")).to_contain_text("steht allen offen")
    told = call("GET", "/services/hundewiese-oeffnen/releases/1.0.0").json
    assert (told["state"], told["changelog"]) == ("published", {"de": "Die erste"})
    assert minded == []
    context.close()


def test_a_script_says_how_far_it_is_refuses_what_is_too_large_and_takes_what_is_dropped(tab, call, service, zipped):
    tab.goto("/sign-in")
    tab.locator("button[value=moenchengladbach-publisher]").click()
    tab.wait_for_url("**/account")
    tab.goto("/services/wunschkennzeichen/publish")
    sent: list[str] = []
    tab.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    tab.get_by_label("Paket").set_input_files(zipped("large.zip", b"x" * 2_100_000))
    expect(tab.get_by_role("status")).to_contain_text("Die Datei ist zu groß.")
    tab.get_by_role("button", name="Prüfen").click()
    assert sent == []
    dropped = tab.evaluate_handle(
        "bytes => { const held = new DataTransfer();"
        "held.items.add(new File([new Uint8Array(bytes)], 'dropped.zip')); return held; }",
        list(packages.package()),
    )
    tab.locator("form[action$='/publish']").dispatch_event("drop", {"dataTransfer": dropped})
    assert tab.get_by_label("Paket").evaluate("input => input.files[0].name") == "dropped.zip"
    tab.evaluate(
        """() => {
            const told = document.querySelector('.told');
            window.told = [];
            new MutationObserver(() => window.told.push(told.textContent)).observe(told, {childList: true});
        }"""
    )
    tab.get_by_label("Version", exact=True).fill("1.0.0")
    seen = tab.evaluate_handle("() => window.told")
    tab.get_by_role("button", name="Prüfen").click()
    expect(tab.get_by_text("Das Paket ist in Ordnung")).to_be_visible()
    assert any("wird geprüft" in said for said in seen.json_value())
    tab.context.set_offline(True)
    tab.get_by_role("button", name="Prüfen").click()
    expect(tab.locator(".told")).to_contain_text("Die Verbindung ist abgebrochen.")
    expect(tab.get_by_role("button", name="Prüfen")).to_be_enabled()


def test_without_a_script_too_large_a_file_is_answered_by_the_form(browser, site, service, zipped):
    context = browser.new_context(base_url=site.address, locale="de-DE", java_script_enabled=False)
    tab = context.new_page()
    tab.goto("/sign-in")
    tab.locator("button[value=moenchengladbach-publisher]").click()
    tab.goto("/services/wunschkennzeichen/publish")
    tab.get_by_label("Version", exact=True).fill("1.0.0")
    tab.get_by_label("Paket").set_input_files(zipped("large.zip", b"x" * 7_500_000))
    tab.get_by_role("button", name="Veröffentlichen", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text("Ein Paket darf höchstens 2.000.000 Byte haben.")
    expect(tab.get_by_label("Version", exact=True)).to_have_value("1.0.0")
    context.close()
