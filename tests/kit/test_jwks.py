"""Keys are fetched from the issuers that were named, from nobody else, seldom, and within bounds."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from joserfc.jwk import ECKey, OctKey, OKPKey

from registry.kit import jwks
from registry.kit.jwks import Issuers, IssuerUnavailableError, is_trustworthy
from tests.support.issuer import CONFIGURATION, KEYS, Issuer, send

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def issuers(issuer):
    return Issuers({issuer.url: ()})


def test_keys_are_fetched_once_and_remembered(issuer, issuers):
    for _ in range(3):
        assert issuers.key(issuer.url, "first") is not None
    assert issuer.asked == [CONFIGURATION, KEYS]


def test_an_issuer_that_was_not_named_is_not_asked(issuer):
    issuers = Issuers({"https://gitlab.example": ()})
    assert issuer.url not in issuers
    with pytest.raises(KeyError):
        issuers.key(issuer.url, "first")
    assert issuer.asked == []


def test_a_new_key_is_found_but_the_issuer_is_not_asked_for_each_one_that_is_made_up(issuer, issuers):
    with time_machine.travel(NOW, tick=False) as travelling:
        assert issuers.key(issuer.url, "first") is not None
        issuer.rotate("second")
        for number in range(5):
            assert issuers.key(issuer.url, f"made-up-{number}") is None
        assert len(issuer.asked) == 2
        travelling.shift(jwks.PAUSE)
        assert issuers.key(issuer.url, "second") is not None
        # What the issuer no longer publishes is no longer good.
        assert issuers.key(issuer.url, "first") is None
        assert len(issuer.asked) == 4


def test_keys_are_asked_for_again_after_an_hour(issuer, issuers):
    with time_machine.travel(NOW, tick=False) as travelling:
        assert issuers.key(issuer.url, "first") is not None
        issuer.rotate("second")
        travelling.shift(jwks.KEPT - timedelta(seconds=1))
        assert issuers.key(issuer.url, "first") is not None
        travelling.shift(timedelta(seconds=1))
        assert issuers.key(issuer.url, "first") is None


def test_many_who_ask_at_once_make_one_request(issuer, issuers):
    found = []

    def slowly(asked):
        time.sleep(0.2)
        issuer.answer(asked)

    issuer.behaviours[KEYS] = slowly
    asking = [threading.Thread(target=lambda: found.append(issuers.key(issuer.url, "first"))) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(found) == 8
    assert None not in found
    assert issuer.asked == [CONFIGURATION, KEYS]


def test_an_issuer_that_cannot_be_reached_is_not_asked_again_at_once(issuer, issuers):
    issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 500, b"{}")
    with time_machine.travel(NOW, tick=False) as travelling:
        for _ in range(3):
            with pytest.raises(IssuerUnavailableError):
                issuers.key(issuer.url, "first")
        assert issuer.asked == [CONFIGURATION]
        issuer.behaviours.clear()
        travelling.shift(jwks.PAUSE)
        assert issuers.key(issuer.url, "first") is not None


def test_nobody_listens():
    with Issuer() as gone:
        address = gone.url
    with pytest.raises(IssuerUnavailableError, match="Refused"):
        Issuers({address: ()}).key(address, "first")


@pytest.mark.parametrize("path", [CONFIGURATION, KEYS])
def test_a_redirection_is_not_followed(issuer, issuers, path):
    with Issuer() as inside:
        issuer.behaviours[path] = lambda asked: send(asked, 302, b"", Location=inside.url + path)
        with pytest.raises(IssuerUnavailableError):
            issuers.key(issuer.url, "first")
        assert inside.asked == []


@pytest.mark.parametrize("elsewhere", ["other", "http://localhost:1/keys", "file:///etc/passwd", "//[", 7])
def test_keys_that_do_not_lie_with_the_issuer_are_not_fetched(issuer, issuers, elsewhere):
    with Issuer() as inside:
        place = inside.url + KEYS if elsewhere == "other" else elsewhere
        told = json.dumps({"issuer": issuer.url, "jwks_uri": place}).encode()
        issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 200, told)
        with pytest.raises(IssuerUnavailableError):
            issuers.key(issuer.url, "first")
        assert inside.asked == []


def test_keys_are_fetched_from_a_host_that_was_named_for_this_issuer(issuer):
    with Issuer() as keeper, Issuer() as another:
        told = json.dumps({"issuer": issuer.url, "jwks_uri": keeper.url + KEYS}).encode()
        issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 200, told)
        assert Issuers({issuer.url: (another.url, keeper.url)}).key(issuer.url, "first") is not None
        keeper.asked.clear()
        with pytest.raises(IssuerUnavailableError):
            Issuers({issuer.url: (another.url,), another.url: (keeper.url,)}).key(issuer.url, "first")
        assert keeper.asked == another.asked == []


def test_a_configuration_of_another_issuer_is_refused(issuer, issuers):
    told = json.dumps({"issuer": "https://gitlab.example", "jwks_uri": issuer.url + KEYS}).encode()
    issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 200, told)
    with pytest.raises(IssuerUnavailableError):
        issuers.key(issuer.url, "first")
    assert issuer.asked == [CONFIGURATION]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b"\xff", b"[" * 100_000, b'{"keys": ' + b" " * 300_000 + b"[]}"]
)
def test_what_is_no_list_of_keys_or_too_large_is_refused(issuer, issuers, body):
    issuer.behaviours[KEYS] = lambda asked: send(asked, 200, body)
    with pytest.raises(IssuerUnavailableError):
        issuers.key(issuer.url, "first")


def test_an_endless_answer_is_not_read_to_its_end(issuer, issuers):
    sent = []

    def endlessly(asked):
        asked.send_response(200)
        asked.end_headers()
        try:
            while len(sent) < 10_000:
                asked.wfile.write(b" " * 65_536)
                sent.append(1)
        except OSError:
            pass

    issuer.behaviours[KEYS] = endlessly
    with pytest.raises(IssuerUnavailableError):
        issuers.key(issuer.url, "first")
    assert len(sent) < 1_000


@pytest.mark.parametrize("how", ["silent", "a byte now and then", "a header now and then"])
def test_who_is_slow_is_cut_off(issuer, issuers, how, monkeypatch):
    monkeypatch.setattr(jwks, "SILENCE", 0.4)
    monkeypatch.setattr(jwks, "PATIENCE", 1.0)
    ended = threading.Event()

    def slowly(asked):
        try:
            if how != "a header now and then":
                asked.send_response(200)
                asked.end_headers()
            while not ended.wait(0.1):
                if how != "silent":
                    asked.wfile.write(b"X-A: b\r\n" if how == "a header now and then" else b" ")
                    asked.wfile.flush()
        except OSError:
            pass

    issuer.behaviours[KEYS] = slowly
    began = time.monotonic()
    try:
        with pytest.raises(IssuerUnavailableError):
            issuers.key(issuer.url, "first")
        assert time.monotonic() - began < 2
    finally:
        ended.set()


def test_only_public_keys_for_signatures_are_taken(issuer, issuers):
    issuer.add("ec", ECKey.generate_key("P-256"))
    issuer.add("ed", OKPKey.generate_key("Ed25519"))
    good = {kid: issuer.keys[kid].as_dict(private=False) for kid in issuer.published}
    secret = OctKey.generate_key(256).as_dict(private=True)
    keys = [
        *good.values(),
        {**secret, "kid": "secret"},
        {**good["first"], "kid": "encrypts", "use": "enc"},
        {**OKPKey.generate_key("X25519").as_dict(private=False), "kid": "agrees"},
        {"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "kid": "off", "x": "AAAA", "y": "AAAA"},
        {"kty": "EC", "crv": ["P-256"], "kid": "odd"},
        {**good["first"], "kid": None},
        "no key",
        None,
    ]
    issuer.behaviours[KEYS] = lambda asked: send(asked, 200, json.dumps({"keys": keys}).encode())
    names = ["first", "ec", "ed", "secret", "encrypts", "agrees", "short", "off", "odd"]
    assert [name for name in names if issuers.key(issuer.url, name) is not None] == ["first", "ec", "ed"]


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://gitlab.com", True),
        ("https://gitlab.opencode.de", True),
        ("https://git.example:8443/auth/realms/ci", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost", True),
        ("http://gitlab.com", False),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.evil.example", False),
        ("https://user@gitlab.com", False),
        ("https://gitlab.com?x=1", False),
        ("https://", False),
        ("https://[", False),
        ("file:///etc/passwd", False),
        ("gitlab.com", False),
    ],
)
def test_an_issuer_is_an_https_address_or_on_this_machine(address, good):
    assert is_trustworthy(address) is good
