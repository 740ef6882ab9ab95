"""A person sees what is stored about her, takes it along, and erases herself."""

import json

import pytest
from sqlalchemy import func, select

from registry.accounts.models import Person
from registry.privacy.records import RECORDS
from registry.sign_in.models import Passkey
from registry.web.account import STORED
from registry.web.words import WORDS
from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


@pytest.fixture
def viewer(visit, add_member, sign_in):
    """A browser in which a viewer has signed in by a link."""
    here = visit()
    sign_in(here, add_member("wiesbaden", "viewer"))
    here.get("/account")
    return here


def _people(resources):
    with resources.database.reading() as session:
        return session.scalar(select(func.count(Person.id)))


def test_the_page_tells_of_everything_that_is_stored(viewer):
    assert {record.model.__tablename__ for record in RECORDS} < set(STORED)
    for name in STORED:
        assert WORDS["stored"][name]["de"] in viewer.get("/account").text
        assert WORDS["stored_until"][name]["en"]


def test_she_takes_along_what_is_stored_about_her(viewer):
    answer = viewer.get("/account/export")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="efa-registry-')
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.text)
    assert told["people"][0]["email"] == "viewer@wiesbaden.example"
    assert told["journal"]


def test_she_erases_herself_and_is_signed_out(viewer, resources):
    assert "Sie scheiden aus: Wiesbaden" in viewer.get("/account/erase").text
    gone = viewer.post("/account/erase", {"sure": "yes"})
    assert gone.status_code == 200
    assert "Sie sind gelöscht" in gone.text
    assert viewer.client.get_cookie("__Host-session") is None
    assert viewer.get("/account").status_code == 303
    assert _people(resources) == 0


def test_she_is_not_erased_by_a_slip(viewer, resources):
    answer = viewer.post("/account/erase")
    assert answer.status_code == 422
    assert "Bitte setzen Sie das Häkchen." in answer.text
    assert _people(resources) == 1


def test_the_last_owner_cannot_go(strong, resources):
    owner = strong("kiel")
    answer = owner.post("/account/erase", {"sure": "yes"})
    assert answer.status_code == 422
    assert "kiel" in answer.text
    assert _people(resources) == 1


def test_who_has_a_passkey_shows_it_first(viewer, resources):
    with resources.database.transaction() as session:
        person = session.scalars(select(Person)).one()
        session.add(Passkey(person_id=person.id, credential_id=b"x", public_key=b"x", sign_count=0, name="Schlüssel"))
    answer = viewer.post("/account/erase", {"sure": "yes"})
    assert answer.headers["Location"] == "/confirm?next=/account/erase"
    assert _people(resources) == 1
