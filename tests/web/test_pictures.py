"""Pictures of the main pages for the documentation: `make pictures` makes them anew; here it is shown that it can."""

import pytest

PICTURES = {
    "start": (None, "/", {}),
    "catalogue": (None, "/services?q=anmelden", {}),
    "service": (None, "/services/passierschein-a38", {}),
    "service-phone-dark": (
        None,
        "/services/passierschein-a38",
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ),
    "release": (None, "/services/passierschein-a38/releases/2.0.0", {}),
    "adopters": (None, "/services/passierschein-a38/adoptions", {}),
    "organisation": ("moenchengladbach-owner", "/organisation", {}),
    "publish": ("moenchengladbach-publisher", "/services/passierschein-a38/publish", {}),
}


@pytest.mark.long
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_made_of_each_main_page(browser, demo_site, tmp_path, request, name):
    who, path, more = PICTURES[name]
    folder = request.config.getoption("pictures") or tmp_path
    context = browser.new_context(
        base_url=demo_site.address, locale="de-DE", **{"viewport": {"width": 1280, "height": 900}, **more}
    )
    tab = context.new_page()
    if who is not None:
        tab.goto("/sign-in")
        tab.locator(f"button[value={who}]").click()
        tab.wait_for_url("**/account")
    assert tab.goto(path, wait_until="networkidle").status == 200
    tab.screenshot(path=f"{folder}/{name}.png")
    context.close()
