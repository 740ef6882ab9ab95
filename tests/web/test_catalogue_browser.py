"""The catalogue with a real browser: search as you type, the keyboard alone, no script, high contrast, print."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def open_tab(browser, demo_site):
    """Open a tab of a browser of its own."""
    opened = []

    def make(**more):
        context = browser.new_context(base_url=demo_site.address, locale="de-DE", **more)
        opened.append(context)
        return context.new_page()

    yield make
    for context in opened:
        context.close()


def test_what_is_typed_is_found_at_once_said_aloud_and_kept_in_the_address(open_tab):
    tab = open_tab()
    refused = []
    tab.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    tab.goto("/services")
    before = tab.locator("#told").text_content()
    tab.get_by_label("Was suchen Sie?").press_sequentially("hund", delay=20)
    expect(tab.locator("#found")).to_contain_text("Hundesteuer")
    expect(tab.get_by_role("status")).not_to_have_text(before)
    expect(tab.get_by_role("status")).to_contain_text("Online-Dienst")
    expect(tab.get_by_label("Was suchen Sie?")).to_be_focused()
    assert "q=hund" in tab.url
    for other in ("English", "Dunkel"):
        expect(tab.get_by_role("link", name=other)).to_have_attribute("href", re.compile(r"q=hund"))
    tab.reload()
    expect(tab.get_by_label("Was suchen Sie?")).to_have_value("hund")
    expect(tab.locator("#found")).to_contain_text("Hundesteuer")
    assert refused == []


def test_search_narrowing_and_a_service_without_any_script(open_tab):
    tab = open_tab(java_script_enabled=False)
    tab.goto("/")
    tab.get_by_label("Was braucht Ihre Kommune?").fill("Passierschein")
    tab.get_by_role("button", name="Suchen").click()
    tab.get_by_role("link", name="Querschnitt").click()
    expect(tab.get_by_role("link", name="Themenfeld: Querschnitt")).to_be_visible()
    tab.get_by_role("link", name="Passierschein A38").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Passierschein A38")
    with tab.expect_download() as begun:
        tab.get_by_role("link", name="Paket herunterladen").click()
    assert begun.value.suggested_filename == "passierschein-a38-2.0.0.zip"


def test_the_keyboard_alone_leads_from_the_first_page_to_a_service(open_tab):
    tab = open_tab()
    tab.goto("/")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Was braucht Ihre Kommune?")).to_be_focused()
    tab.keyboard.type("Passierschein")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/services?q=Passierschein")
    link = tab.get_by_role("link", name="Passierschein A38")
    for _ in range(60):
        if link.evaluate("it => it === document.activeElement"):
            break
        tab.keyboard.press("Tab")
        # Whatever has the focus shows it.
        shown = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none", tab.evaluate("document.activeElement.outerHTML")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Passierschein A38")


def test_the_first_view_is_light_and_nothing_moves(open_tab):
    tab = open_tab()
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("Network.enable")
    sent = []
    devtools.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    for path in ("/", "/services", "/services/passierschein-a38"):
        tab.goto("about:blank")
        devtools.send("Network.clearBrowserCache")
        sent.clear()
        tab.goto(path, wait_until="networkidle")
        assert len(sent) <= 8, path
        assert sum(sent) <= 120_000, path
        assert len(tab.content().encode()) <= 60_000, path
        moved = tab.evaluate(
            "new Promise(told => { let sum = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
            " sum += one.value }).observe({type: 'layout-shift', buffered: true}); setTimeout(() => told(sum), 200) })"
        )
        assert moved < 0.01, path


@pytest.mark.parametrize("more", [{"forced_colors": "active"}, {"color_scheme": "dark"}])
def test_nothing_is_lost_in_other_colours(open_tab, more):
    tab = open_tab(**more)
    tab.goto("/services/passierschein-a38")
    button = tab.get_by_role("link", name="Paket herunterladen")
    style = button.evaluate("it => { const seen = getComputedStyle(it); return [seen.color, seen.backgroundColor] }")
    assert style[0] != style[1]


def test_a_zoom_of_400_percent_needs_no_scrolling_sideways(open_tab):
    tab = open_tab(viewport={"width": 320, "height": 256})
    for path in ("/", "/services?q=hund", "/services/passierschein-a38"):
        tab.goto(path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320, path
