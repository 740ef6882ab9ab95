"""What a passkey must prove; each answer here is right but for one thing."""

from datetime import timedelta

import pytest
from webauthn.helpers import bytes_to_base64url

from registry.sign_in import service
from registry.sign_in.errors import PasskeyRefusedError
from registry.sign_in.models import SignInKind
from registry.sign_in.service import attempts
from tests.api.asking import ON_SQLITE
from tests.support.authenticator import Authenticator

pytestmark = ON_SQLITE


@pytest.fixture
def origin(resources):
    return resources.settings.base_url


@pytest.fixture
def here(visit, add_member, sign_in):
    """A browser in which somebody without a passkey has signed in."""
    opened = visit()
    sign_in(opened, add_member("kiel"))
    opened.get("/account")
    return opened


def to_register(browser):
    return browser.script("/account/passkeys/options", {}).get_json()


def to_sign_in(browser):
    browser.get("/sign-in")
    return browser.script("/sign-in/passkey/options", {}).get_json()


def register(browser, answer):
    return browser.script("/account/passkeys", {"name": "Diensthandy", "answer": answer})


def show(browser, answer):
    return browser.script("/sign-in/passkey", answer)


@pytest.fixture
def known(here, origin):
    """An authenticator whose passkey is registered."""
    made = Authenticator(origin)
    assert register(here, made.create(to_register(here))).status_code == 201
    return made


def is_refused(answer):
    assert answer.status_code == 422
    assert "Passkey" in answer.get_json()["title"]
    assert "Set-Cookie" not in answer.headers


def test_a_good_answer_signs_in(visit, known):
    there = visit()
    assert show(there, known.get(to_sign_in(there))).status_code == 200
    assert "owner@kiel.example" in there.get("/account").text


def test_whoever_holds_the_device_must_be_known_to_it(visit, known):
    there = visit()
    known.verified = False
    is_refused(show(there, known.get(to_sign_in(there))))
    known.verified = True
    assert show(there, known.get(to_sign_in(there))).status_code == 200


def test_a_passkey_of_a_device_that_asks_nobody_who_he_is_is_not_kept(here, origin):
    is_refused(register(here, Authenticator(origin, verified=False).create(to_register(here))))
    assert register(here, Authenticator(origin).create(to_register(here))).status_code == 201


def test_an_answer_counts_once(visit, known):
    there = visit()
    known.count = -1  # as of the many that do not count
    answer = known.get(to_sign_in(there))
    name = there.client.get_cookie("__Host-visit").value
    assert show(there, answer).status_code == 200
    # The same browser, by the name that it had: only that the challenge is used up speaks against it.
    there.get("/account")
    there.post("/sign-out")
    there.client.set_cookie("__Host-visit", name, secure=True)
    there.get("/sign-in")
    is_refused(show(there, answer))


@pytest.mark.parametrize("lower", [1, 5])
def test_a_copied_passkey_is_told_by_its_counter(visit, known, lower):
    there, thief = visit(), visit()
    known.count = 10
    assert show(there, known.get(to_sign_in(there))).status_code == 200
    known.count -= lower
    is_refused(show(thief, known.get(to_sign_in(thief))))


def test_a_challenge_to_register_signs_nobody_in(visit, known, here):
    here.get("/account")
    options = to_register(here)
    there = visit()
    name = here.client.get_cookie("__Host-visit").value
    there.client.set_cookie("__Host-visit", name, secure=True)
    there.get("/sign-in")
    is_refused(show(there, known.get(options)))
    assert show(there, known.get(to_sign_in(there))).status_code == 200


def test_what_a_challenge_was_made_for_counts_also_where_it_names_nobody(resources, known, origin):
    challenge = b"c" * 32
    with resources.database.transaction() as session:
        about = {"browser": "b", "lifetime": timedelta(minutes=1), "facts": {"for": "registration"}}
        attempts.begin(session, SignInKind.PASSKEY, challenge.hex(), **about)
        answer = known.get({"challenge": bytes_to_base64url(challenge)})
        with pytest.raises(PasskeyRefusedError):
            service.sign_in_with_passkey(session, service.Party(origin), answer=answer, browser="b")


def test_a_challenge_to_sign_in_registers_nothing(here, origin):
    is_refused(register(here, Authenticator(origin).create(to_sign_in(here))))


def test_anothers_challenge_registers_nothing(visit, add_member, sign_in, here, origin):
    options = to_register(here)
    name = here.client.get_cookie("__Host-visit").value
    other = visit()
    sign_in(other, add_member("mainz"))
    other.client.set_cookie("__Host-visit", name, secure=True)
    other.get("/account")
    is_refused(register(other, Authenticator(origin).create(options)))


def test_a_challenge_of_another_browser_signs_nobody_in(visit, known):
    there, thief = visit(), visit()
    answer = known.get(to_sign_in(there))
    to_sign_in(thief)
    is_refused(show(thief, answer))
    assert show(there, answer).status_code == 200


@pytest.mark.parametrize("wrong", [{"origin": "https://registry.example.evil"}, {"party": "registry.example.evil"}])
def test_what_was_said_to_another_site_signs_nobody_in(visit, known, wrong):
    there = visit()
    good = vars(known).copy()
    vars(known).update(wrong)
    is_refused(show(there, known.get(to_sign_in(there))))
    vars(known).update({name: good[name] for name in wrong})
    assert show(there, known.get(to_sign_in(there))).status_code == 200


@pytest.mark.parametrize("wrong", [{"origin": "https://registry.example.evil"}, {"party": "registry.example.evil"}])
def test_what_was_made_for_another_site_is_not_kept(here, origin, wrong):
    is_refused(register(here, Authenticator(**{"origin": origin, **wrong}).create(to_register(here))))


def test_a_signature_of_another_key_signs_nobody_in(visit, known, origin):
    there = visit()
    is_refused(show(there, Authenticator(origin, count=known.count, name=known.name).get(to_sign_in(there))))
