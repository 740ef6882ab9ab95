"""Who writes too often is told when to go on; reading is never counted."""

import pytest
from sqlalchemy import select

from registry.app import create_app
from registry.config import Resources, Settings
from registry.kit.limits import RateCount
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, good, refused
from tests.api.asking import SERVICE as KNOWN
from tests.cast import SERVICE

TOKEN = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "efa_cs_x"}


@pytest.fixture
def environ(environ):
    return environ | {"REGISTRY_WRITES_PER_MINUTE": "3", "REGISTRY_PROXIES": "1"}


def test_a_client_that_writes_too_often_is_told_when_to_go_on(call):
    good(call("POST", "/services", SERVICE, who=PUBLISHER), 201)
    # What fails is counted as well: refused by what is there, by its form, by its precondition.
    refused(call("POST", "/services", SERVICE, who=PUBLISHER), 409)
    refused(call("POST", "/services", {"slug": "x"}, who=PUBLISHER), 422)
    answer = call("PATCH", KNOWN, {"kind": "method"}, who=PUBLISHER, headers=ANYHOW)
    refused(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 120
    assert good(call("GET", KNOWN, who=PUBLISHER))["kind"] == SERVICE["kind"]
    good(call("PATCH", KNOWN, {"kind": "method"}, who=OWNER, headers=ANYHOW))


@ON_SQLITE
def test_a_package_is_not_even_received_of_one_who_writes_too_often(call, publish):
    good(call("POST", "/services", SERVICE, who=PUBLISHER), 201)
    for version in ("1.0.0", "1.1.0"):
        good(publish(version=version), 201)
    refused(publish(version="1.2.0"), 429)
    refused(publish(version="1.2.0", query="?check=1"), 429)


@ON_SQLITE
def test_whoever_may_not_write_at_all_is_told_so_and_not_counted(call):
    for _ in range(5):
        refused(call("POST", "/services", SERVICE), 401)
        refused(call("POST", "/services", SERVICE, who="wiesbaden-adopter"), 403)


def test_tokens_are_asked_for_by_address_and_no_address_is_kept(client, session):
    def ask(said):
        return client.post("/oauth/token", data=TOKEN, headers={"X-Forwarded-For": said})

    # What a stranger writes into the header himself stands left of what the proxy adds.
    for own in ("192.0.2.1", "198.51.100.9, 192.0.2.1", "203.0.113.5, 192.0.2.1"):
        assert ask(own).status_code == 400
    answer = ask("192.0.2.1")
    refused(answer, 429, "too-many-requests")
    assert int(answer.headers["Retry-After"]) >= 1
    assert ask("192.0.2.2").status_code == 400
    kept = session.scalars(select(RateCount.who)).all()
    assert kept
    assert all(it.startswith("address:") and "192.0.2." not in it for it in kept)


@ON_SQLITE
def test_without_proxies_of_ones_own_the_header_is_anybodys_word(environ):
    opened = Resources(Settings.read(environ | {"REGISTRY_PROXIES": "0"}), environ)
    client = create_app(opened).test_client()
    told = [client.post("/oauth/token", data=TOKEN, headers={"X-Forwarded-For": f"192.0.2.{it}"}) for it in range(4)]
    assert [answer.status_code for answer in told] == [400, 400, 400, 429]
    opened.close()
