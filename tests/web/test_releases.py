"""Versions of a service: what changed, what was found, where it comes from, and how to get it."""

import hashlib

import pytest

from tests import packages
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, SLUG, good
from tests.cast import SERVICE
from tests.envelopes import envelope, pem

pytestmark = ON_SQLITE

HOME = f"/services/{SLUG}/releases"
FLAWED = packages.publiccode().replace(
    "  license: EUPL-1.2\n", "  license: EUPL-1.2\n  repoOwner: Stadt Mönchengladbach\n"
)


@pytest.fixture
def described(call):
    good(call("POST", "/services", SERVICE, who=PUBLISHER), 201)


@pytest.fixture
def release(described, publish):
    """Publish a version of a package, with these files changed."""

    def make(version="1.0.0", files=None, **metadata):
        content = packages.package(files)
        good(publish(SLUG, version, content=content, **metadata), 201)
        return content

    return make


@pytest.fixture
def member(add_member, sign_in, visit):
    """A member of the originator, signed in."""
    here = visit()
    sign_in(here, add_member("moenchengladbach", "viewer"))
    return here


def test_latest_leads_to_the_version_that_it_is(release, visit):
    release("1.0.0")
    release("1.1.0")
    for below in ("", "/files", "/files/README.md", "/package"):
        answer = visit().get(f"{HOME}/latest{below}?language=en")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{HOME}/1.1.0{below}?language=en"


def test_all_versions_are_listed_page_by_page(release, visit):
    for number in range(21):
        release(f"1.{number}.0")
    here = visit()
    first = here.get(HOME).text
    assert "21 Versionen" in first
    assert f'href="{HOME}/1.20.0"' in first
    assert f'href="{HOME}/1.0.0"' not in first
    following = first.partition('rel="next" href="')[2].partition('"')[0]
    assert f'href="{HOME}/1.0.0"' in here.get(following).text


def test_what_changed_is_told_by_kind_and_with_its_marks(release, visit):
    changes = [
        {"kind": "fixed", "text": {"de": "Der Kalender zählt richtig."}},
        {"kind": "added", "text": {"de": "Bezahlung mit Karte."}},
    ]
    reason = {"reason": {"de": "Das Schema hat ein Pflichtfeld mehr."}}
    release("2.0.0", changelog={"de": "# Groß\n\n**Alles** neu"}, changes=changes, breaking=reason)
    shown = visit().get(f"{HOME}/2.0.0").text
    assert "<strong>Alles</strong> neu" in shown
    assert "<h3>Groß</h3>" in shown
    assert shown.index("<h3>Behoben</h3>") < shown.index("Der Kalender zählt richtig.") < shown.index("<h3>Neu</h3>")
    assert "Das Schema hat ein Pflichtfeld mehr." in shown


def test_a_yanked_version_warns_says_why_and_leads_on(release, call, visit):
    release("1.0.0")
    release("1.1.0")
    good(call("POST", f"{HOME}/1.0.0/yank", {"reason": {"de": "Rechnet falsch."}}, who=PUBLISHER))
    shown = visit().get(f"{HOME}/1.0.0").text
    assert "Diese Version wurde zurückgezogen" in shown
    assert "Rechnet falsch." in shown
    assert f'href="{HOME}/1.1.0"' in shown


def test_a_deprecated_version_says_why_and_names_its_successor(release, call, visit):
    release("1.0.0")
    release("2.0.0")
    said = {"deprecated": {"reason": {"de": "Wird nicht mehr gepflegt."}, "successor": "2.0.0"}}
    good(call("PATCH", f"{HOME}/1.0.0", said, who=PUBLISHER, headers=ANYHOW))
    shown = visit().get(f"{HOME}/1.0.0").text
    assert "Wird nicht mehr gepflegt." in shown
    assert f'href="{HOME}/2.0.0"' in shown


def test_findings_are_explained_and_lead_to_their_line(release, visit):
    release(files={"publiccode.yml": FLAWED, "CHANGELOG.md": None})
    shown = visit().get(f"{HOME}/1.0.0").text
    line = FLAWED.splitlines().index("  repoOwner: Stadt Mönchengladbach") + 1
    assert f'href="{HOME}/1.0.0/files/publiccode.yml#L{line}"' in shown
    assert "Der Schlüssel wird noch gelesen" in shown
    assert 'href="/problems/publiccode-deprecated"' in shown
    assert shown.index('id="warning"') < shown.index('id="hint"') < shown.index('id="changelog-missing"')


def test_a_package_without_findings_is_told_to_have_none(release, visit):
    release(files={"efa.yml": "efa: 1\n"})
    assert "Ohne Befund" in visit().get(f"{HOME}/1.0.0").text


def test_what_the_package_says_of_itself_is_told_in_words(release, visit):
    manifest = """efa: 1
trust_level: basic
accounts: [bundid]
requires: {payment: true, transport: [fit-connect]}
platforms: [{name: Musterformular, version: "3"}]
documents: {forms/antrag.json: form}
assessments: [{requirement: design-001, result: partly, evidence: README.md, comment: Bald mehr}]
"""
    release(files={"efa.yml": manifest, "forms/antrag.json": "{}"})
    shown = visit().get(f"{HOME}/1.0.0").text
    for told in ("Basisregistrierung", "BundID", "fit-connect", "Musterformular 3", "teilweise erfüllt", "Bald mehr"):
        assert told in shown
    assert f'href="{HOME}/1.0.0/files/forms/antrag.json"' in shown
    assert f'href="{HOME}/1.0.0/files/LICENSE"' in shown


def test_what_a_package_says_does_no_harm_on_its_page(release, visit):
    evil = packages.publiccode().replace("Online-Antrag", "<script>alert(1)</script>")
    release(files={"publiccode.yml": evil})
    shown = visit().get(f"{HOME}/1.0.0").text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_the_checksum_that_is_shown_is_that_of_the_package(release, visit):
    content = release()
    here = visit()
    assert hashlib.sha256(content).hexdigest() in here.get(f"{HOME}/1.0.0").text
    lead = here.get(f"{HOME}/1.0.0/package")
    assert lead.status_code == 302
    assert here.client.get(lead.headers["Location"]).data == content


def test_signed_statements_are_listed_and_can_be_fetched(release, call, visit):
    digest = hashlib.sha256(release()).hexdigest()
    good(call("POST", "/organisations/moenchengladbach/keys", {"name": "Bau", "public_key": pem()}, who=OWNER), 201)
    headers = {"Content-Type": "application/json"}
    path = f"{HOME}/1.0.0/attestations"
    good(call("POST", path, who=PUBLISHER, data=envelope(digest), headers=headers), 201)
    shown = visit().get(f"{HOME}/1.0.0").text
    assert "https://slsa.dev/provenance/v1" in shown
    assert "Schlüssel der Organisation" in shown
    assert f'href="/api/v1{path}/' in shown


def test_a_draft_is_shown_and_handed_to_its_own_people_alone(release, member, visit):
    content = release(draft=True)
    stranger = visit()
    for below in ("", "/package", "/files", "/files/README.md", "/files/README.md?download=yes"):
        assert stranger.client.get(f"{HOME}/1.0.0{below}").status_code == 404
        assert member.client.get(f"{HOME}/1.0.0{below}").status_code == 200
    assert "Diese Version sieht nur Ihre Organisation" in member.get(f"{HOME}/1.0.0").text
    handed = member.client.get(f"{HOME}/1.0.0/package")
    assert handed.data == content
    assert handed.headers["Content-Disposition"] == f"attachment; filename={SLUG}-1.0.0.zip"


def test_a_version_that_is_not_there_is_a_page_that_says_so(described, release, visit):
    release()
    answer = visit().get(f"{HOME}/9.9.9")
    assert answer.status_code == 404
    assert "Version nicht gefunden" in answer.text
    assert visit().get("/services/nirgends/releases").status_code == 404
