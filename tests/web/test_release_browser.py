"""A city finds a service, reads what was found in its package, and takes the package along: in a real browser."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_search_to_a_package_that_is_what_it_says(browser, demo_site, scripts):
    context = browser.new_context(base_url=demo_site.address, locale="de-DE", java_script_enabled=scripts)
    tab = context.new_page()
    minded = []
    tab.on("console", lambda said: minded.append(said.text) if "Content Security Policy" in said.text else None)

    tab.goto("/services")
    tab.get_by_label("Was suchen Sie?").fill("Geburtsurkunde")
    tab.get_by_role("button", name="Suchen").click()
    tab.get_by_role("link", name="Urkunden bestellen").click()
    tab.get_by_role("table", name="Versionen").get_by_role("link", name="0.9.0").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Urkunden bestellen 0.9.0")

    finding = tab.get_by_role("article").filter(has_text="Veralteter Schlüssel")
    expect(finding).to_contain_text("fällt aber in einer späteren Fassung des Standards weg")
    finding.get_by_role("link", name=re.compile("publiccode.yml, Zeile")).click()
    expect(tab.locator(":target")).to_have_text("  repoOwner: EfA Registry (Beispielpaket)")
    expect(tab.locator(":target")).to_be_in_viewport()
    tab.get_by_role("link", name="Erklärung").first.click()
    expect(tab.locator("article:target")).to_be_in_viewport()

    digest = tab.get_by_text(re.compile(r"^[0-9a-f]{64}$")).first.inner_text()
    with tab.expect_download() as begun:
        tab.get_by_role("link", name="Paket herunterladen").click()
    assert begun.value.suggested_filename == "urkundenbestellung-0.9.0.zip"
    assert hashlib.sha256(Path(begun.value.path()).read_bytes()).hexdigest() == digest
    assert minded == []
    context.close()


def test_the_files_are_read_with_the_keyboard_alone(browser, demo_site):
    context = browser.new_context(base_url=demo_site.address, locale="de-DE")
    tab = context.new_page()
    tab.goto("/services/passierschein-a38/releases/latest/files")
    expect(tab).to_have_url(re.compile(r"/releases/2\.0\.0/files$"))
    tab.get_by_role("link", name="README.md").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("README.md")
    expect(tab.get_by_role("heading", level=2).first).to_have_text("Passierschein A38 – Version 2.0.0")
    tab.get_by_role("link", name="Quelltext ansehen").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#L1")).to_have_text("# Passierschein A38 – Version 2.0.0")
    context.close()
