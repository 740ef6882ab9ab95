"""An owner lets people in and out; everybody else sees nothing of that."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.models import Organisation
from tests.api.asking import ON_SQLITE
from tests.cast import OPERATOR, SERVICE
from tests.support.nameserver import nameserver
from tests.web.conftest import link_in

pytestmark = ON_SQLITE
MAY = "2026-05-04T08:00:00Z"


@pytest.fixture
def owner(strong):
    """A browser in which Wiesbaden's owner has shown a passkey."""
    return strong("wiesbaden")


def test_an_invitation_is_sent_and_accepted(visit, owner, mails):
    assert owner.post("/organisation/invitations", {"email": "neu@w.example", "role": "publisher"}).status_code == 303
    assert "neu@w.example" in owner.get("/organisation/members").text
    there = visit()
    path = link_in(mails()[0])
    assert "Einladung von Wiesbaden" in there.get(path).text
    secret = path.partition("secret=")[2]
    assert there.post("/invitation", {"secret": secret}).headers["Location"] == "/account"
    assert "Wiesbaden</strong> (veröffentlicht)" in there.get("/account").text
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


def test_an_invitation_gives_who_has_an_account_the_role_but_not_the_session(visit, owner, mails, add_member):
    known = add_member("kiel", "publisher")
    owner.post("/organisation/invitations", {"email": known, "role": "viewer"})
    secret, there = link_in(mails()[0]).partition("secret=")[2], visit()
    there.get("/sign-in")
    answer = there.post("/invitation", {"secret": secret})
    assert answer.headers["Location"] == "/sign-in?done=joined"
    assert "Sie sind jetzt Mitglied" in there.get(answer.headers["Location"]).text
    assert there.get("/account").status_code == 303
    assert known in owner.get("/organisation/members").text


def test_what_was_typed_wrongly_is_kept(owner):
    answer = owner.post("/organisation/invitations", {"email": "no address", "role": "owner"})
    assert answer.status_code == 422
    assert 'value="no address"' in answer.text
    assert '<option value="owner" selected>' in answer.text


def test_a_role_that_there_is_not_is_refused(owner):
    answer = owner.post("/organisation/invitations", {"email": "a@b.example", "role": "king"})
    assert answer.status_code == 422
    assert 'id="role-fault"' in answer.text


def test_what_is_wrong_is_said_in_german_beside_the_field_and_in_the_title(owner):
    answer = owner.post("/organisation/invitations", {"email": "", "role": "viewer"})
    assert "<title>Fehler: Mitglieder" in answer.text
    assert 'href="#email">Pflichtangabe fehlt.' in answer.text


def test_an_invitation_that_is_sent_twice_is_one(owner, mails):
    page = owner.get("/organisation/members").text
    said = {"email": "neu@w.example", "role": "viewer", "once": page.split('name="once" value="')[1].split('"')[0]}
    for _ in range(2):
        assert owner.post("/organisation/invitations", said).status_code == 303
    assert len(mails()) == 1


def test_without_a_passkey_an_owner_is_led_to_it_and_back(visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("wiesbaden"))
    page = here.get("/organisation").text
    assert "Mit einem Passkey bestätigen" in page
    assert "Kontingente</h2>" not in page
    assert here.get("/organisation/members").headers["Location"] == "/confirm?next=/organisation/members"
    said = {"email": "a@b.example", "role": "viewer"}
    assert here.post("/organisation/invitations", said).headers["Location"].startswith("/confirm")
    withdrawn = here.post(f"/organisation/invitations/{uuid4()}/withdraw")
    assert withdrawn.headers["Location"] == "/confirm?next=/organisation"


def test_a_viewer_sees_no_members_and_invites_nobody(visit, add_member, sign_in):
    here = visit()
    add_member("wiesbaden", "owner")
    sign_in(here, add_member("wiesbaden", "viewer"))
    page = here.get("/organisation").text
    assert "owner@wiesbaden.example" not in page
    assert "/organisation/members" not in page
    assert here.get("/organisation/members").status_code == 403
    assert here.post("/organisation/invitations", {"email": "a@b.example", "role": "viewer"}).status_code == 403


def test_who_is_removed_can_do_nothing_more(visit, owner, add_member, sign_in):
    there = visit()
    sign_in(there, add_member("wiesbaden", "adopter"))
    page = owner.get("/organisation/members").text
    path = re.findall(r'href="(/organisation/members/[^"]+/remove)"', page)[1]
    assert "adopter@wiesbaden.example" in owner.get(path).text
    assert owner.post(path).headers["Location"] == "/organisation/members?done=removed"
    assert "Das Mitglied ist entfernt." in owner.get("/organisation/members?done=removed").text
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


def test_a_role_is_changed(owner, add_member, visit, sign_in):
    there = visit()
    sign_in(there, add_member("wiesbaden", "adopter"))
    page = owner.get("/organisation/members").text
    path = re.findall(r'action="(/organisation/members/[^"]+/role)"', page)[1]
    assert owner.post(path, {"role": "publisher"}).headers["Location"].endswith("?done=changed")
    assert "(veröffentlicht)" in there.get("/account").text
    # And back, and once more: the same words sent later are meant anew.
    for role, shown in (("adopter", "(nutzt nach)"), ("publisher", "(veröffentlicht)"), ("viewer", "(liest mit)")):
        assert owner.post(path, {"role": role}).status_code == 303
        assert shown in there.get("/account").text
    assert owner.post(path, {"role": "king"}).status_code == 422


def _seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


def test_the_profile_is_changed_and_the_services_follow(owner, resources):
    seen = _seen(owner.get("/organisation/profile").text)
    said = {"name": "Wiesbaden", "website": "https://w.example", "email": "", "seen": seen}
    said |= {"location.lat": "50.08", "location.lon": "8.24", "four_eyes": "yes"}
    assert owner.post("/organisation/profile", said).headers["Location"] == "/organisation/profile?done=saved"
    with resources.database.reading() as session:
        kept = session.scalars(select(Organisation).where(Organisation.slug == "wiesbaden")).one()
        assert (kept.website, kept.email, kept.lat, kept.four_eyes) == ("https://w.example", None, 50.08, True)


def test_a_profile_that_was_changed_meanwhile_is_not_run_over_unseen(owner, resources):
    seen = _seen(owner.get("/organisation/profile").text)
    with resources.database.transaction() as session:
        accounts.change(session, OPERATOR, "wiesbaden", {"website": "https://neu.example"})
    said = {"name": "Wiesbaden", "website": "https://meine.example", "seen": seen}
    stale = owner.post("/organisation/profile", said)
    assert stale.status_code == 422
    assert "Jetzt gilt: https://neu.example" in stale.text
    assert 'value="https://meine.example"' in stale.text
    assert owner.post("/organisation/profile", said | {"seen": _seen(stale.text)}).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"), [("website", "ftp://x"), ("email", "keine"), ("location.lat", "91"), ("name", "")]
)
def test_a_wrong_profile_is_shown_again_with_what_was_typed(owner, field, value):
    seen = _seen(owner.get("/organisation/profile").text)
    typed = {"name": "Wiesbaden", "location.lat": "50", "location.lon": "8", "seen": seen, field: value}
    answer = owner.post("/organisation/profile", typed)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert f'value="{value}"' in answer.text


@pytest.fixture
def server():
    with nameserver() as running:
        yield running


def test_a_txt_record_proves_who_the_organisation_is(owner, resources, server):
    with resources.database.transaction() as session:
        accounts.change(session, OPERATOR, "wiesbaden", {"website": "https://www.wiesbaden.example"})
    resources.settings = replace(resources.settings, dns_servers=(server.address,))
    page = owner.get("/organisation/profile").text
    value = re.search(r"efa-registry=[0-9a-f]{40}", page)[0]
    missing = owner.post("/organisation/profile/proof")
    assert missing.status_code == 422
    assert value in missing.text
    server.records["_efa-registry.wiesbaden.example"] = [value]
    assert owner.post("/organisation/profile/proof").headers["Location"] == "/organisation/profile?done=proved"
    assert "durch einen Eintrag im DNS" in owner.get("/organisation/profile").text


def test_the_overview_says_what_is_to_be_done(strong, call, publish, resources):
    owner = strong("moenchengladbach")
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    with resources.database.transaction() as session:
        accounts.change(session, OPERATOR, "moenchengladbach", {"four_eyes": True})
    assert publish().status_code == 201
    owner.post("/organisation/invitations", {"email": "neu@m.example", "role": "viewer"})
    page = owner.get("/organisation").text
    assert "1 Version wartet auf Freigabe" in page
    assert "1 Einladung ist offen" in page
    assert "Zurzeit ist nichts zu tun" not in page


def test_the_overview_says_what_is_overdue(strong, call, publish):
    owner = strong("wiesbaden")
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    assert publish(version="1.0.0").status_code == 201
    path = "/services/wunschkennzeichen/adoptions/wiesbaden"
    call("PUT", path, {"status": "rolling_out"}, who="wiesbaden-adopter")
    report = {"version": "1.0.0", "environment": "production", "status": "rolled_out", "occurred_at": MAY}
    assert call("POST", f"{path}/deployments", report, who="wiesbaden-adopter").status_code == 201
    assert "neuere Version" not in owner.get("/organisation").text
    assert publish(version="1.1.0").status_code == 201
    assert "1 Nachnutzung braucht eine neuere Version" in owner.get("/organisation").text
