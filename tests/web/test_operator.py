"""The operator takes organisations in, bounds them, helps people, and sees how the registry is."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts.models import Organisation, Person
from registry.journal import service as journal
from registry.kit import clock, rounds
from registry.kit.mail import MailServer
from tests.api.asking import ON_SQLITE
from tests.cast import OPERATOR
from tests.web.conftest import link_in

pytestmark = ON_SQLITE
NEW = {"name": "Neustadt", "slug": "neustadt", "kind": "municipality", "ars": "073160000000"}


@pytest.fixture
def operator(strong):
    return strong("operator")


def test_an_organisation_is_taken_in_and_its_owner_invited(operator, visit, mails):
    made = operator.post("/operator/organisations", NEW)
    assert made.headers["Location"] == "/operator/organisations/neustadt?done=onboarded"
    page = operator.get(made.headers["Location"]).text
    assert "Laden Sie jetzt ihre Leitung ein." in page
    assert "Rheinland-Pfalz" in page
    invited = operator.post("/operator/organisations/neustadt/invitations", {"email": "chef@neustadt.example"})
    assert invited.headers["Location"] == "/operator/organisations/neustadt?done=invited"
    there = visit()
    path = link_in(mails()[0])
    there.get(path)
    there.post("/invitation", {"secret": path.partition("secret=")[2]})
    assert "Neustadt</strong> (Leitung)" in there.get("/account").text


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ars": "12"}, "ars"),
        ({"ars": "990000000000"}, "ars"),
        ({"slug": "Neu Stadt"}, "slug"),
        ({"kind": "dorf"}, "kind"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_with_an_organisation_is_said_beside_the_field(operator, said, field):
    answer = operator.post("/operator/organisations", NEW | said)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text


def test_an_ars_in_use_is_refused_in_words(operator):
    answer = operator.post("/operator/organisations", NEW | {"ars": "064140000000"})
    assert answer.status_code == 422
    assert "Diesen ARS hat schon „wiesbaden“." in answer.text


def test_the_operator_vouches_for_an_organisation(operator, resources):
    operator.post("/operator/organisations", {"name": "Dorf", "slug": "dorf", "kind": "municipality"})
    assert "/operator/organisations/dorf" in operator.get("/operator/organisations").text
    assert operator.post("/operator/organisations/dorf/verify").status_code == 303
    assert "/operator/organisations/dorf" not in operator.get("/operator/organisations").text
    assert "/operator/organisations/dorf" in operator.get("/operator/organisations?q=dorf").text
    with resources.database.reading() as session:
        assert session.scalars(select(Organisation.verified).where(Organisation.slug == "dorf")).one() == "operator"


def test_bounds_are_moved_and_put_back(operator, strong):
    path = "/operator/organisations/wiesbaden/limits"
    assert operator.post(path, {"clients": "0", "services": ""}).status_code == 303
    refused = strong("wiesbaden").post("/organisation/clients", {"name": "x", "scopes": "adoptions:write"})
    assert refused.status_code == 422
    assert operator.post(path, {"clients": ""}).status_code == 303
    answer = operator.post(path, {"clients": "viele"})
    assert answer.status_code == 422
    assert 'id="clients-fault"' in answer.text
    assert 'value="viele"' in answer.text


@pytest.fixture
def mail_server(resources):
    """Say that there is a mail server; nothing is sent in these tests."""
    told = MailServer("smtp://mail.city.example:25", "registry@city.example")
    resources.settings = replace(resources.settings, mail_server=told)
    with resources.database.transaction() as session:  # what was written before this test is sealed
        journal.chain(session, OPERATOR)


def test_without_a_mail_server_not_all_is_well(operator):
    page = operator.get("/operator").text
    assert "nicht eingerichtet" in page
    assert "Etwas braucht Ihre Aufmerksamkeit." in page


@pytest.mark.usefixtures("mail_server")
def test_health_says_what_is_and_that_the_worker_stands_still(operator):
    assert "Alles läuft." in operator.get("/operator").text
    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        page = operator.get("/operator").text
    assert "steht still" in page
    assert "Etwas braucht Ihre Aufmerksamkeit." in page


@pytest.mark.usefixtures("mail_server")
def test_health_says_what_the_worker_did_and_what_fails(operator, resources):
    rounds.note(resources.database, "chain", failed=False)
    page = operator.get("/operator").text
    assert "Protokoll versiegeln" in page
    assert "Alles läuft." in page
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        rounds.note(resources.database, "chain", failed=True)
        page = operator.get("/operator").text
    assert "scheitert" in page
    assert "Etwas braucht Ihre Aufmerksamkeit." in page


def test_health_says_which_mail_is_owed(operator):
    operator.post("/operator/organisations/wiesbaden/invitations", {"email": "a@w.example"})
    assert "1 zu verschicken" in operator.get("/operator").text


def test_the_audit_trail_of_all_is_read(operator):
    page = operator.get("/operator/audit").text
    assert "Organisation aufgenommen" in page
    assert "kiel" in page
    assert operator.get("/operator/audit.jsonl").text.count("organisation.created") == 6


def test_a_person_is_told_and_erased(operator, add_member, resources):
    add_member("kiel")
    address = add_member("kiel", "viewer")
    told = operator.post("/operator/people/export", {"email": address})
    assert told.headers["Content-Disposition"].startswith("attachment")
    assert told.json["people"][0]["email"] == address
    assert operator.post("/operator/people/erase", {"email": address}).status_code == 422
    said = {"email": address, "sure": "yes"}
    assert operator.post("/operator/people/erase", said).headers["Location"] == "/operator/people?done=erased"
    with resources.database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.email == address)) is None
    gone = operator.post("/operator/people/export", {"email": address})
    assert gone.status_code == 422
    assert "Unter dieser Adresse kennt das Register niemanden." in gone.text


def test_the_last_owner_cannot_be_erased(operator, add_member):
    said = {"email": add_member("kiel"), "sure": "yes", "erasing": "yes"}
    answer = operator.post("/operator/people/erase", said)
    assert answer.status_code == 422
    assert "kiel" in answer.text


def test_nobody_else_comes_in(strong):
    assert strong("wiesbaden").get("/operator").status_code == 403
