"""The reader of the OpenAPI document, in a real browser and under a policy without exceptions."""

from playwright.sync_api import Page, expect

from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


def test_one_reads_and_tries_out_what_the_api_can_do(tab: Page) -> None:
    answer = tab.goto("/docs")
    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    expect(tab.locator(".opblock").first).to_be_visible()
    expect(tab.locator(".opblock-get .opblock-summary-method").first).to_have_css("color", "rgb(255, 255, 255)")

    listing = tab.locator(".opblock", has=tab.locator("[data-path='/api/v1/topics']"))
    listing.locator(".opblock-summary-control").click()
    listing.get_by_role("button", name="Try it out").click()
    listing.get_by_role("button", name="Execute").click()
    expect(listing.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(listing.locator(".live-responses-table")).to_contain_text("Mobilität & Reisen")

    sending = tab.locator(".opblock-post", has=tab.locator("[data-path='/api/v1/services/{slug}/releases']"))
    sending.locator(".opblock-summary-control").click()
    sending.get_by_role("button", name="Try it out").click()
    expect(sending.locator("input[type=file]").first).to_be_visible()

    tab.get_by_role("button", name="Authorize").first.click()
    expect(tab.get_by_role("heading", name="Available authorizations")).to_be_visible()
