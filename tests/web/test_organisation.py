"""An owner lets people in and out; everybody else sees nothing of that."""

import pytest

from tests.api.asking import ON_SQLITE
from tests.web.conftest import link_in

pytestmark = ON_SQLITE


@pytest.fixture
def owner(resources, visit, add_member):
    """A browser in which Wiesbaden's owner has shown a passkey."""
    from sqlalchemy import select

    from registry.accounts.models import Person
    from registry.sign_in import service as sign_in_service

    address = add_member("wiesbaden")
    with resources.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.email == address)).one()
        secret = sign_in_service.begin(session, person, device="Firefox", strong=True)
    here = visit()
    here.client.set_cookie("__Host-session", secret, secure=True)
    here.get("/organisation")
    return here


def test_an_invitation_is_sent_and_accepted(visit, owner, mails):
    assert owner.post("/organisation/invitations", {"email": "neu@w.example", "role": "publisher"}).status_code == 303
    assert "neu@w.example" in owner.get("/organisation").text
    there = visit()
    path = link_in(mails()[0])
    assert "Einladung von Wiesbaden" in there.get(path).text
    secret = path.partition("secret=")[2]
    assert there.post("/invitation", {"secret": secret}).headers["Location"] == "/account"
    assert "Wiesbaden (veröffentlicht)" in there.get("/account").text
    again = visit()
    again.get("/sign-in")
    assert again.post("/invitation", {"secret": secret}).status_code == 422


def test_who_accepts_an_invitation_leaves_no_session_behind_in_that_browser(resources, visit, owner, mails):
    owner.post("/organisation/invitations", {"email": "neu@w.example", "role": "publisher"})
    secret = link_in(mails()[0]).partition("secret=")[2]
    before = owner.client.get_cookie("__Host-session").value
    assert owner.post("/invitation", {"secret": secret}).status_code == 303
    assert "neu@w.example" in owner.get("/account").text
    other = visit()
    other.client.set_cookie("__Host-session", before, secure=True)
    assert other.get("/account").status_code == 303


def test_what_was_typed_wrongly_is_kept(owner):
    answer = owner.post("/organisation/invitations", {"email": "no address", "role": "owner"})
    assert answer.status_code == 422
    assert 'value="no address"' in answer.text
    assert '<option value="owner" selected>' in answer.text


def test_a_role_that_there_is_not_is_refused(owner):
    assert owner.post("/organisation/invitations", {"email": "a@b.example", "role": "king"}).status_code == 422


def test_without_a_passkey_an_owner_is_led_to_it(visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("wiesbaden"))
    page = here.get("/organisation").text
    assert "Mit einem Passkey bestätigen" in page
    assert "Einladung senden" not in page
    answer = here.post("/organisation/invitations", {"email": "a@b.example", "role": "viewer"})
    assert answer.headers["Location"].startswith("/confirm")


def test_a_viewer_sees_no_members_and_invites_nobody(visit, add_member, sign_in):
    here = visit()
    add_member("wiesbaden", "owner")
    sign_in(here, add_member("wiesbaden", "viewer"))
    page = here.get("/organisation").text
    assert "owner@wiesbaden.example" not in page
    assert here.post("/organisation/invitations", {"email": "a@b.example", "role": "viewer"}).status_code == 403


def test_who_is_removed_can_do_nothing_more(visit, owner, add_member, sign_in):
    there = visit()
    sign_in(there, add_member("wiesbaden", "adopter"))
    page = owner.get("/organisation").text
    path = page.split("adopter@wiesbaden.example</strong>")[1].split('action="')[2].split('"')[0]
    assert path.endswith("/remove")
    assert owner.post(path).status_code == 303
    assert there.get("/organisation").status_code == 403
    assert "keiner Organisation" in there.get("/account").text


def test_one_leaves_by_oneself_but_not_as_the_last_owner(visit, owner, add_member, sign_in):
    refused = owner.post("/organisation/leave")
    assert refused.status_code == 409
    assert "Keine Leitung mehr" in refused.text
    there = visit()
    sign_in(there, add_member("wiesbaden", "viewer"))
    there.get("/organisation")
    assert there.post("/organisation/leave").status_code == 303
    assert there.get("/organisation").status_code == 403
