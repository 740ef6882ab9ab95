"""Coming in by a link: once, in time, in one's own browser."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from registry.accounts.models import Person
from registry.authz.errors import SecondFactorMissingError
from registry.kit import clock
from registry.kit.mail import Mail
from registry.sign_in import service
from registry.sign_in.models import Passkey, SignIn
from tests.web.conftest import link_in

pytestmark = pytest.mark.in_hundreds


def test_a_link_signs_in_the_one_who_asked_for_it(visit, add_member, sign_in):
    here = visit()
    answer = sign_in(here, add_member("wiesbaden", "adopter"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    account = here.get("/account")
    assert "adopter@wiesbaden.example" in account.text
    assert "Wiesbaden" in account.text


def test_a_link_leads_where_one_wanted_to_go(visit, add_member, mails):
    here = visit()
    to = here.get("/account?language=de")
    assert to.status_code == 303
    here.get(to.headers["Location"])
    address = add_member("kiel")
    here.post("/sign-in", {"email": address, "next": "/account?language=de"})
    secret = link_in(mails()[0]).partition("secret=")[2]
    assert here.post("/sign-in/link", {"secret": secret}).headers["Location"] == "/account?language=de"


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/e"]
)
def test_nobody_is_led_away(visit, add_member, mails, to):
    here = visit()
    here.get("/sign-in")
    here.post("/sign-in", {"email": add_member("kiel"), "next": to})
    secret = link_in(mails()[0]).partition("secret=")[2]
    assert here.post("/sign-in/link", {"secret": secret}).headers["Location"] == "/account"


def test_the_answer_tells_not_whether_an_address_is_known(visit, add_member, mails):
    known, unknown = visit(), visit()
    for here in (known, unknown):
        here.get("/sign-in")
    first = known.post("/sign-in", {"email": add_member("kiel")})
    second = unknown.post("/sign-in", {"email": "nobody@kiel.example"})
    assert first.status_code == second.status_code == 200
    assert first.text.replace("owner@", "nobody@").replace(known.csrf, "") == second.text.replace(unknown.csrf, "")
    assert [message.to for message in mails()] == ["owner@kiel.example"]


def test_a_link_works_once(visit, add_member, sign_in, mails):
    here = visit()
    sign_in(here, add_member("kiel"))
    secret = link_in(mails()[0]).partition("secret=")[2]
    again = visit()
    again.get("/sign-in")
    answer = again.post("/sign-in/link", {"secret": secret})
    assert answer.status_code == 422
    assert "neuen" in answer.text


def test_a_link_works_for_a_quarter_of_an_hour(visit, add_member, mails):
    here = visit()
    here.get("/sign-in")
    here.post("/sign-in", {"email": add_member("kiel")})
    secret = link_in(mails()[0]).partition("secret=")[2]
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert here.post("/sign-in/link", {"secret": secret}).status_code == 422


def test_a_link_works_only_in_the_browser_that_asked_and_is_not_lost_by_trying(visit, add_member, mails, capfd):
    here, other = visit(), visit()
    here.get("/sign-in")
    other.get("/sign-in")
    here.post("/sign-in", {"email": add_member("kiel")})
    secret = link_in(mails()[0]).partition("secret=")[2]
    refused = other.post("/sign-in/link", {"secret": secret})
    assert refused.status_code == 403
    assert "Browser" in refused.text
    assert here.post("/sign-in/link", {"secret": secret}).status_code == 303


def test_opening_the_link_alone_signs_nobody_in(visit, add_member, mails):
    here = visit()
    here.get("/sign-in")
    here.post("/sign-in", {"email": add_member("kiel")})
    assert here.get(link_in(mails()[0])).status_code == 200
    assert here.get("/account").status_code == 303


def test_an_address_that_is_none_is_said_beside_the_field_and_kept(visit):
    here = visit()
    here.get("/sign-in")
    answer = here.post("/sign-in", {"email": "not-an-address"})
    assert answer.status_code == 422
    assert 'value="not-an-address"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_session_has_a_new_secret_and_the_browser_a_new_name(visit, add_member, sign_in):
    here = visit()
    here.get("/sign-in")
    before = here.client.get_cookie("__Host-visit").value
    here.client.set_cookie("__Host-session", "fixed-by-an-attacker", secure=True)
    sign_in(here, add_member("kiel"))
    assert here.client.get_cookie("__Host-session").value != "fixed-by-an-attacker"
    assert here.client.get_cookie("__Host-visit").value != before


def test_the_cookies_are_for_this_host_and_no_script(visit, add_member, sign_in):
    answer = sign_in(visit(), add_member("kiel"))
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie


def test_who_signs_out_is_out(visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("kiel"))
    secret = here.client.get_cookie("__Host-session").value
    here.get("/account")
    assert here.post("/sign-out").status_code == 303
    stolen = visit()
    stolen.client.set_cookie("__Host-session", secret, secure=True)
    assert stolen.get("/account").status_code == 303


@pytest.mark.parametrize(("after", "status"), [(timedelta(hours=11), 200), (timedelta(hours=12), 303)])
def test_a_session_that_nobody_uses_ends(visit, add_member, sign_in, after, status):
    here = visit()
    sign_in(here, add_member("kiel"))
    with time_machine.travel(clock.now() + after):
        assert here.get("/account").status_code == status


def test_a_session_that_is_used_goes_on_but_not_for_ever(app, visit, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("kiel"))
    begun = clock.now()
    for hours in range(10, 24 * 7, 10):
        with time_machine.travel(begun + timedelta(hours=hours)):
            assert here.get("/account").status_code == 200
            app.extensions["session_uses"].flush()
    with time_machine.travel(begun + timedelta(days=7, seconds=1)):
        assert here.get("/account").status_code == 303


def test_other_sessions_can_be_ended(visit, add_member, sign_in):
    address = add_member("kiel")
    here, there = visit(), visit()
    sign_in(here, address)
    sign_in(there, address)
    here.get("/account")
    here.post("/account/sessions/end-others")
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_nobody_ends_anothers_session(resources, visit, add_member, sign_in):
    from sqlalchemy import select

    from registry.sign_in.models import PersonSession

    here, there = visit(), visit()
    sign_in(here, add_member("kiel"))
    sign_in(there, add_member("mainz"))
    with resources.database.reading() as session:
        newest = select(PersonSession.id).order_by(PersonSession.created_at.desc())
        other = session.scalars(newest).first()
    here.get("/account")
    assert here.post(f"/account/sessions/{other}/end").status_code == 404
    assert there.get("/account").status_code == 200


def test_one_acts_only_for_ones_own_organisations(visit, add_member, sign_in):
    here = visit()
    add_member("kiel", "owner", "both@kiel.example")
    add_member("mainz", "viewer", "both@kiel.example")
    sign_in(here, "both@kiel.example")
    here.get("/account")
    assert here.post("/account/organisation", {"organisation": "mainz"}).status_code == 303
    assert "Konto: Mainz" in here.get("/account").text
    assert here.post("/account/organisation", {"organisation": "wiesbaden"}).status_code == 403


def test_the_demo_is_not_a_way_in_where_there_is_none(visit):
    here = visit()
    here.get("/sign-in")
    assert here.post("/sign-in/demo", {"who": "operator"}).status_code == 404
    assert here.get("/demo/mailbox").status_code == 404


def test_one_address_gets_few_mails_whoever_asks(visit, add_member, mails):
    address = add_member("kiel")
    here = visit()
    here.get("/sign-in")
    answers = [here.post("/sign-in", {"email": address}) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(mails()) == 6


def test_guessing_is_slowed_down(visit):
    here = visit()
    here.get("/sign-in")
    answers = [here.post("/sign-in/link", {"secret": f"efa_li_{number}"}).status_code for number in range(62)]
    assert answers == [422] * 60 + [429] * 2


def test_an_unknown_address_is_slowed_down_as_a_known_one_is(visit):
    for number in range(7):
        here = visit()
        here.get("/sign-in")
        assert here.post("/sign-in", {"email": "x@y.example"}).status_code == (200 if number < 6 else 429)


def test_what_is_nested_without_end_is_refused_and_no_failure_of_ours(visit):
    here = visit()
    here.get("/sign-in")
    for said in ("[" * 300_000, json.dumps({"response": {"clientDataJSON": "W1tb" * 50_000}})):
        headers = {"X-CSRF-Token": here.csrf, "Content-Type": "application/json"}
        assert here.client.post("/sign-in/passkey", data=said, headers=headers).status_code == 422


def test_whoever_comes_in_ends_the_session_that_the_browser_had(visit, resources, add_member, sign_in):
    here = visit()
    sign_in(here, add_member("wiesbaden"))
    former = here.client.get_cookie("__Host-session").value
    sign_in(here, add_member("kiel"))
    assert here.client.get_cookie("__Host-session").value != former
    assert "kiel" in here.get("/account").text
    with resources.database.reading() as session:
        assert service.resume(session, former, {}) is None


def test_of_two_browsers_that_set_up_the_first_passkey_the_second_must_show_it(resources, add_member):
    address = add_member("wiesbaden")
    with resources.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.email == address)).one()
        visitor = service.resume(session, service.begin(session, person, device="?", strong=False), {})
        assert visitor is not None
        party = service.Party("http://localhost")
        service.ask_to_register(session, visitor.actor, visitor, party, browser="b")
        session.add(Passkey(credential_id=b"1", person_id=person.id, public_key=b"k", sign_count=0, name="first"))
        session.flush()
        with pytest.raises(SecondFactorMissingError):
            service.register(session, visitor.actor, visitor, party, answer={}, name="second", browser="b")


def test_an_unknown_address_has_as_much_written_for_it_and_nothing_sent(visit, resources, add_member, mails):
    def rows():
        with resources.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) for table in (SignIn, Mail)]

    here = visit()
    here.get("/sign-in")
    assert here.post("/sign-in", {"email": "niemand@wiesbaden.example"}).status_code == 200
    assert rows() == [1, 0]
    assert mails() == []
    here.post("/sign-in", {"email": add_member("wiesbaden")})
    assert rows() == [2, 1]
