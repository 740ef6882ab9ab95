"""Every page for everybody: axe finds nothing wrong, nothing leaves a phone's screen, and the HTML is valid.

A page that is added is added to `PAGES`, with the role of the demo that sees it; so one test holds for all.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support import node

HTML_RULES = {
    "extends": ["html-validate:standard"],
    "rules": {
        # How it is written is the templates' affair.
        "no-trailing-whitespace": "off",
        "void-style": "off",
        "long-title": "off",
        "require-sri": "off",
        "no-implicit-button-type": "off",
        "prefer-native-element": "off",
        "tel-non-breaking": "off",
        "valid-autocomplete": "off",
        "attribute-boolean-style": "off",
        "no-inline-style": "error",
    },
}

#: Who looks (a role of the demo, or nobody), and at what.
PAGES = (
    # start
    (None, "/"),
    (None, "/nothing-here"),
    # catalogue
    (None, "/services"),
    (None, "/services?q=hund&topic=Engagement+%26+Hobby"),
    (None, "/services?q=gibtesnicht"),
    (None, "/services/passierschein-a38"),
    (None, "/services/strassenreinigung-meldung"),
    # releases
    (None, "/services/passierschein-a38/releases"),
    (None, "/services/passierschein-a38/releases/2.0.0"),
    (None, "/services/urkundenbestellung/releases/0.9.0"),
    (None, "/services/sperrmuellabholung/releases/1.1.0"),
    (None, "/services/passierschein-a38/releases/2.0.0/files"),
    (None, "/services/passierschein-a38/releases/2.0.0/files/README.md"),
    (None, "/services/urkundenbestellung/releases/0.9.0/files/publiccode.yml#L58"),
    (None, "/services/passierschein-a38/releases/2.0.0/files/processes/passierschein.bpmn"),
    # describing
    ("moenchengladbach-publisher", "/services/new"),
    ("moenchengladbach-owner", "/services/passierschein-a38/edit"),
    # publishing, changing, publishers
    ("moenchengladbach-publisher", "/services/passierschein-a38/publish"),
    ("moenchengladbach-publisher", "/services/passierschein-a38/releases/2.0.0?done=published"),
    ("moenchengladbach-publisher", "/services/passierschein-a38/releases/2.0.0/yank"),
    ("moenchengladbach-publisher", "/services/passierschein-a38/releases/2.0.0/deprecate"),
    ("moenchengladbach-publisher", "/services/passierschein-a38/releases/2.0.0/changelog"),
    ("moenchengladbach-publisher", "/services/ozg-bootcamp/releases/1.1.0?done=drafted"),
    ("moenchengladbach-owner", "/services/passierschein-a38/publishers"),
    # adoption
    (None, "/services/passierschein-a38/adoptions"),
    (None, "/services/sperrmuellabholung/adoptions?status=live&overdue=yes"),
    (None, "/services/passierschein-a38/adoptions/mainz"),
    ("wiesbaden-adopter", "/services/passierschein-a38/adoptions/wiesbaden"),
    ("wiesbaden-adopter", "/services/passierschein-a38/adoptions/wiesbaden/report"),
    ("wiesbaden-adopter", "/services/hundesteueranmeldung/adopt"),
    ("wiesbaden-adopter", "/services/passierschein-a38/adopt?status=retired"),
    ("mainz-viewer", "/services/hundesteueranmeldung/adopt"),
    ("wiesbaden-adopter", "/organisation/adoptions"),
    ("moenchengladbach-publisher", "/organisation/services"),
    # organisations
    (None, "/organisations"),
    (None, "/organisations?q=gibtesnicht"),
    (None, "/organisations/moenchengladbach"),
    (None, "/organisations/musterburg"),
    # notices
    (None, "/imprint"),
    (None, "/privacy"),
    (None, "/accessibility"),
    (None, "/licences"),
    (None, "/problems"),
    (None, "/problems/publiccode-deprecated"),
    # sign_in
    (None, "/sign-in"),
    (None, "/sign-in/link?secret=x"),
    (None, "/invitation?secret=x"),
    (None, "/first-operator?secret=x"),
    ("mainz-viewer", "/confirm"),
    ("wiesbaden-adopter", "/demo/mailbox"),
    # account
    ("mainz-viewer", "/account"),
    ("mainz-viewer", "/account/erase"),
    # organisation
    ("moenchengladbach-owner", "/organisation"),
    ("mainz-viewer", "/organisation"),
    ("moenchengladbach-owner", "/organisation/profile"),
    # members
    ("moenchengladbach-owner", "/organisation/members"),
    ("mainz-viewer", "/organisation/leave"),
    # clients
    ("moenchengladbach-owner", "/organisation/clients"),
    ("moenchengladbach-owner", "/organisation/clients/new"),
    # mandates
    ("moenchengladbach-owner", "/organisation/mandates"),
    ("moenchengladbach-owner", "/organisation/keys"),
    # auditing
    ("moenchengladbach-owner", "/organisation/audit"),
    ("moenchengladbach-owner", "/organisation/audit?type=member"),
    # operator
    ("operator", "/operator"),
    ("operator", "/operator/organisations"),
    ("operator", "/operator/organisations/new"),
    ("operator", "/operator/organisations/wiesbaden"),
    ("operator", "/operator/moderation"),
    ("operator", "/operator/audit"),
    ("operator", "/operator/people"),
)

#: What leads on, or is a file.
NO_PAGES = {"come_from_provider", "export", "operator_audit_file", "organisation_audit_file", "package"}
#: Pages about what the demo has not, or under an address that nobody knows before.
NOT_IN_THE_DEMO = {
    *("ask_to_end_client", "ask_to_remove", "ask_to_withdraw_key", "ask_to_withdraw_mandate", "client"),
    *("reject_page", "unyank_page"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_page_is_looked_at(app):
    known = app.url_map.bind("localhost")
    paths = {path.partition("#")[0].partition("?")[0] for _, path in PAGES} - {"/nothing-here"}
    looked_at = {known.match(path)[0] for path in paths}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("web.") and "GET" in (rule.methods or ())
    }
    assert {page.removeprefix("web.") for page in pages - looked_at} == NO_PAGES | NOT_IN_THE_DEMO


@pytest.fixture(scope="module")
def enter(browser, demo_site):
    """Open pages as a role, each role in one browser."""
    contexts = {}

    def open_page(who):
        if who not in contexts:
            contexts[who] = browser.new_context(base_url=demo_site.address, locale="de-DE")
            if who is not None:
                tab = contexts[who].new_page()
                tab.goto("/sign-in")
                tab.locator(f"button[value={who}]").click()
                tab.wait_for_url("**/account")
                tab.close()
        return contexts[who].new_page()

    yield open_page
    for context in contexts.values():
        context.close()


#: Looked at with every run of the tests; the others, with all that is long.
MAIN = {"/", "/services", "/services/passierschein-a38", "/sign-in", "/organisation", "/account"}


@pytest.mark.parametrize(
    ("who", "path"), [pytest.param(*one, marks=() if one[1] in MAIN else pytest.mark.long) for one in PAGES]
)
def test_a_page_is_accessible_and_fits_a_phone(enter, who, path):
    tab = enter(who)
    minded = []
    tab.on("pageerror", lambda error: minded.append(str(error)))
    tab.on("console", lambda said: minded.append(said.text) if "Content Security Policy" in said.text else None)
    tab.on("request", lambda asked: minded.append(asked.url) if not asked.url.startswith("http://localhost") else None)
    tab.emulate_media(reduced_motion="reduce")
    tab.set_viewport_size({"width": 320, "height": 640})
    tab.goto(path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320, "it scrolls sideways on a phone"
    script = (node.installed() / "node_modules" / "axe-core" / "axe.min.js").read_text()
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        found = tab.evaluate(
            f"{script}; axe.run(document, {{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}})"
        )
        wrong = [(one["id"], [it["html"][:200] for it in one["nodes"]]) for one in found["violations"]]
        assert wrong == [], scheme
    assert minded == []
    tab.close()


@pytest.mark.long
def test_the_html_of_every_page_is_valid(enter, tmp_path: Path):
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps({"root": True, **HTML_RULES}))
    for number, (who, path) in enumerate(PAGES):
        tab = enter(who)
        answer = tab.goto(path, wait_until="commit")
        (tmp_path / f"{number:02}.html").write_text(answer.text().lstrip())
        tab.close()
    program = node.installed() / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    done = subprocess.run(
        [node.program()[0], program, "--formatter", "text", "*.html"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    told = done.stdout
    for number, (_, path) in enumerate(PAGES):
        told = told.replace(f"{tmp_path}/{number:02}.html", path)
    assert done.returncode == 0, told + done.stderr
