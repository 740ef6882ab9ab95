"""What is refused is told in the log: why, and not to whom."""

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from registry.accounts import service as accounts
from registry.accounts.models import Person
from tests.api.asking import ON_SQLITE
from tests.cast import OPERATOR
from tests.support.authenticator import Authenticator
from tests.web.conftest import link_in

pytestmark = ON_SQLITE

EMAIL = "adopter@kiel.example"


@pytest.fixture
def lines():
    """What is logged from now on."""
    with capture_logs() as told:
        yield told


@pytest.fixture
def personal(resources, add_member):
    """What tells of somebody who may sign in: her address, and her lasting id."""
    add_member("kiel", "adopter")
    with resources.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.email == EMAIL)).one()
    return [EMAIL, str(person), person.hex]


def refusals(lines, *personal):
    """Return how and why sign-ins were refused."""
    found = [line for line in lines if line["event"] == "sign-in refused"]
    for line in found:
        assert line["log_level"] == "warning"
        assert not [each for each in personal if each in str(line)]
    return [(line["way"], line["reason"]) for line in found]


def asked_for(browser, mails):
    """Ask for a link, and return its secret."""
    browser.get("/sign-in")
    browser.post("/sign-in", {"email": EMAIL})
    return link_in(mails()[0]).partition("secret=")[2]


def test_a_link_that_was_used(visit, personal, mails, lines):
    here = visit()
    secret = asked_for(here, mails)
    assert here.post("/sign-in/link", {"secret": secret}).status_code == 303
    here.get("/sign-in")
    assert here.post("/sign-in/link", {"secret": secret}).status_code == 422
    assert refusals(lines, secret, *personal) == [("link", "unknown, used or old")]


def test_a_link_that_is_opened_in_another_browser(visit, personal, mails, lines):
    there = visit()
    secret = asked_for(visit(), mails)
    there.get("/sign-in")
    assert there.post("/sign-in/link", {"secret": secret}).status_code == 403
    assert refusals(lines, secret, *personal) == [("link", "other browser")]


def test_a_passkey_that_does_not_prove_what_it_must(resources, visit, sign_in, personal, lines):
    here, there = visit(), visit()
    sign_in(here, EMAIL)
    here.get("/account")
    known = Authenticator(resources.settings.base_url)
    made = known.create(here.script("/account/passkeys/options", {}).get_json())
    assert here.script("/account/passkeys", {"name": "Telefon", "answer": made}).status_code == 201
    here.get("/account")
    to_register = here.script("/account/passkeys/options", {}).get_json()
    there.client.set_cookie("__Host-visit", here.client.get_cookie("__Host-visit").value, secure=True)
    there.get("/sign-in")
    options = there.script("/sign-in/passkey/options", {}).get_json()
    bad = [
        Authenticator(known.origin).get(options),
        Authenticator(known.origin, name=known.name).get(options),
        known.get({"challenge": "AAAA"}),
        known.get(to_register),
        {"response": {"clientDataJSON": "!"}},
    ]
    assert [there.script("/sign-in/passkey", answer).status_code for answer in bad] == [422] * 5
    assert refusals(lines, known.name.hex(), made["id"], *personal) == [
        ("passkey", "unknown passkey"),
        ("passkey", "InvalidAuthenticationResponse"),
        ("passkey", "unknown, used or old"),
        ("passkey", "begun for something else"),
        ("passkey", "JSONDecodeError"),
    ]


def test_too_many_tries(visit, lines):
    here = visit()
    here.get("/sign-in")
    answers = [here.post("/sign-in/link", {"secret": "efa_li_none"}).status_code for _ in range(61)]
    assert answers[-1] == 429
    assert refusals(lines)[59:] == [("link", "unknown, used or old"), ("sign-in", "too often")]


def test_too_many_mails_to_one_address(visit, personal, lines):
    here = visit()
    here.get("/sign-in")
    assert [here.post("/sign-in", {"email": EMAIL}).status_code for _ in range(7)][-1] == 429
    assert refusals(lines, *personal) == [("sign-in-mail-to", "too often")]


def why(lines):
    """Return the status of the newest request, and the problem that its line names."""
    (*_, line) = [line for line in lines if line["event"] == "request"]
    return line["status"], line.get("problem")


def test_the_line_of_a_request_names_why_a_page_was_refused(visit, strong, mails, lines):
    owner, there = strong("kiel"), visit()
    assert why(lines) == (200, None)
    owner.client.post("/organisation/invitations", data={"email": "neu@kiel.example", "role": "viewer"})
    assert why(lines) == (403, "foreign-form")
    owner.post("/organisation/invitations", {"email": "no address", "role": "viewer"})
    assert why(lines) == (422, "invalid")
    owner.post("/organisation/invitations", {"email": "neu@kiel.example", "role": "viewer"})
    assert why(lines) == (303, None)
    secret = link_in(mails()[0]).partition("secret=")[2]
    there.get("/sign-in")
    assert there.post("/invitation", {"secret": secret}).status_code == 303
    again = visit()
    again.get("/sign-in")
    again.post("/invitation", {"secret": secret})
    assert why(lines) == (422, "invitation-invalid")
    again.get("/account")
    assert why(lines) == (303, "sign-in-needed")
    again.get("/nowhere", headers={"Accept": "text/html"})
    assert why(lines) == (404, "not-found")


def test_the_line_of_a_request_names_why_a_program_was_refused(client, token_of, lines):
    def ask(token):
        return client.get("/api/v1/organisations/wiesbaden/members", headers={"Authorization": f"Bearer {token}"})

    ask(token_of("wiesbaden-adopter"))
    assert why(lines) == (403, "scope-missing")
    ask("efa_at_none")
    assert why(lines) == (401, "token-invalid")


def test_the_line_of_a_request_names_why_a_removed_member_was_refused(resources, strong, lines):
    strong("kiel")
    here = strong("kiel", "publisher")
    with resources.database.transaction() as session:
        person = session.scalars(select(Person.id).where(Person.email == "publisher@kiel.example")).one()
        accounts.remove_member(session, OPERATOR, "kiel", person)
    here.get("/organisation/keys")
    assert why(lines) == (403, "not-a-member")
