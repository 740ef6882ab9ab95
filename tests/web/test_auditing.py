"""Owners read what was done, in plain words and as a file."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import registry
from registry.accounts import service as accounts
from registry.accounts.models import Person
from registry.journal import service as journal
from registry.kit import clock
from registry.privacy import service as privacy
from registry.web.events import EVENTS, KINDS
from tests.api.asking import ON_SQLITE
from tests.cast import OPERATOR

pytestmark = ON_SQLITE


@pytest.fixture
def owner(strong):
    return strong("wiesbaden")


def test_the_newest_comes_first_in_plain_words(owner):
    owner.post("/organisation/invitations", {"email": "neu@w.example", "role": "viewer"})
    page = owner.get("/organisation/audit").text
    assert page.index("Mitglied eingeladen") < page.index("Mitglied aufgenommen")
    assert "owner@wiesbaden.example" in page
    assert "member.invited" not in page


def test_it_is_narrowed_by_kind_and_by_day(owner):
    owner.post("/organisation/invitations", {"email": "neu@w.example", "role": "viewer"})
    only = owner.get("/organisation/audit?type=organisation").text
    assert "Organisation aufgenommen" in only
    assert "Mitglied eingeladen" not in only.split("</form>")[-1]
    tomorrow = (clock.now() + timedelta(days=2)).date()
    assert "Dazu gibt es keinen Eintrag." in owner.get(f"/organisation/audit?first={tomorrow}").text
    assert "Mitglied eingeladen" in owner.get(f"/organisation/audit?last={tomorrow}").text
    assert owner.get("/organisation/audit?first=gestern&type=nichts").status_code == 200


def test_who_acted_is_named_also_after_leaving_until_erased(owner, strong, resources):
    operator, other = strong("operator", "operator"), strong("wiesbaden", "adopter")
    with resources.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.email == "adopter@wiesbaden.example")).one()
        accounts.remove_member(session, OPERATOR, "wiesbaden", person.id)
        gone = person.id
    for browser, path in ((owner, "/organisation/audit"), (operator, "/operator/audit")):
        assert "adopter@wiesbaden.example" in browser.get(path).text
    with resources.database.transaction() as session:
        privacy.erase(session, OPERATOR, gone)
    for browser, path in ((owner, "/organisation/audit"), (operator, "/operator/audit")):
        shown = browser.get(path).text
        assert "adopter@wiesbaden.example" not in shown
        assert "gelöscht" in shown.split("</form>")[-1]
        assert "erased" in browser.get(f"{path}?language=en").text
        browser.get(f"{path}?language=de")
    assert other.get("/organisation/audit").status_code == 303


def test_there_are_pages_of_it(owner, resources):
    with resources.database.transaction() as session:
        for _ in range(60):
            journal.record(session, OPERATOR, "service.updated", subject="service:x", organisation="wiesbaden")
    page = owner.get("/organisation/audit").text
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Organisation aufgenommen" not in page
    assert "Organisation aufgenommen" in owner.get(following).text


def test_it_is_handed_out_as_a_file(owner):
    answer = owner.get("/organisation/audit.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-wiesbaden.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    assert rows[0]["type"] == "organisation.created"
    lines = [json.loads(line) for line in owner.get("/organisation/audit.jsonl?type=member").text.splitlines()]
    assert {line["type"] for line in lines} == {"member.added"}


@pytest.mark.usefixtures("database_url")
def test_every_kind_of_entry_that_is_written_has_plain_words():
    code = "\n".join(path.read_text() for path in Path(registry.__file__).parent.glob("*/service/*.py"))
    written = set(re.findall(rf'"((?:{"|".join(KINDS)})\.[a-z]+)",?\n? *(?:subject|before|if|,|\))', code))
    assert written >= {"release.yanked", "client.rotated", "member.invited"}
    assert written <= set(EVENTS)
