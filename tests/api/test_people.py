"""Members, invitations and the proof of a domain, as owners handle them by the API."""

from dataclasses import replace

import pytest

from registry.accounts import service as accounts
from registry.authz.actor import Role
from registry.kit import dns, mail
from tests.api.asking import ANYHOW, good, refused
from tests.cast import OPERATOR
from tests.support.nameserver import nameserver

OWNER = "wiesbaden-owner"
WIESBADEN = "/organisations/wiesbaden"


@pytest.fixture
def members(resources):
    with resources.database.transaction() as session:
        for role in (Role.OWNER, Role.VIEWER):
            accounts.add_member(session, OPERATOR, "wiesbaden", email=f"{role}@wiesbaden.example", role=role)


def _member(call, email):
    return next(item for item in call("GET", f"{WIESBADEN}/members", who=OWNER).json["items"] if item["email"] == email)


def test_a_role_changes_with_if_match(call, members):
    viewer = _member(call, "viewer@wiesbaden.example")
    path = f"{WIESBADEN}/members/{viewer['id']}"
    etag = call("GET", path, who=OWNER).headers["ETag"]
    refused(call("PATCH", path, {"role": "owner"}, who=OWNER), 428)
    assert good(call("PATCH", path, {"role": "owner"}, who=OWNER, headers={"If-Match": etag}))["role"] == "owner"
    refused(call("PATCH", path, {"role": "viewer"}, who=OWNER, headers={"If-Match": etag}), 412)
    assert _member(call, "viewer@wiesbaden.example")["role"] == "owner"


def test_the_last_owner_stays(call, members):
    path = f"{WIESBADEN}/members/{_member(call, 'owner@wiesbaden.example')['id']}"
    refused(call("DELETE", path, who=OWNER, headers=ANYHOW), 409, "last-owner")
    refused(call("PATCH", path, {"role": "viewer"}, who=OWNER, headers=ANYHOW), 409, "last-owner")


def test_a_member_is_removed(call, members):
    path = f"{WIESBADEN}/members/{_member(call, 'viewer@wiesbaden.example')['id']}"
    good(call("DELETE", path, who=OWNER, headers=ANYHOW), 204)
    refused(call("GET", path, who=OWNER), 404, "member-not-found")


def test_an_invitation_is_sent_listed_and_withdrawn(resources, call):
    made = call("POST", f"{WIESBADEN}/invitations", {"email": "neu@w.example", "role": "publisher"}, who=OWNER)
    told = good(made, 201)
    assert (told["email"], told["role"]) == ("neu@w.example", "publisher")
    mail.send_due(resources.database, resources.seal, None)
    with resources.database.reading() as session:
        [(_, sent)] = mail.kept(session, resources.seal)
    assert sent.to == "neu@w.example"
    assert "Wiesbaden lädt Sie" in sent.body
    assert good(call("GET", f"{WIESBADEN}/invitations", who=OWNER))["items"] == [told]
    path = made.headers["Location"].removeprefix("/api/v1")
    good(call("DELETE", path, who=OWNER, headers=ANYHOW), 204)
    refused(call("GET", path, who=OWNER), 404, "invitation-not-found")
    assert good(call("GET", f"{WIESBADEN}/invitations", who=OWNER))["total"] == 0


@pytest.mark.parametrize(
    "said", [{}, {"email": "x"}, {"email": "a@b.example"}, {"email": "a@b.example", "role": "king"}]
)
def test_an_invitation_that_says_nothing_sends_nothing(resources, call, said):
    refused(call("POST", f"{WIESBADEN}/invitations", said, who=OWNER), 422)
    assert mail.send_due(resources.database, resources.seal, None) == 0


@pytest.fixture
def zone(resources):
    with nameserver() as server:
        resources.settings = replace(resources.settings, dns_servers=(server.address,))
        yield server


@pytest.fixture
def website(call):
    good(call("PATCH", WIESBADEN, {"website": "https://www.wiesbaden.example/rathaus"}, who=OWNER, headers=ANYHOW))


def test_a_txt_record_proves_the_domain(call, website, zone):
    wanted = good(call("GET", f"{WIESBADEN}/proof", who=OWNER))
    assert wanted["record_name"] == "_efa-registry.wiesbaden.example"
    zone.records[wanted["record_name"]] = ["v=spf1 -all", wanted["record_value"]]
    assert good(call("POST", f"{WIESBADEN}/proof", who=OWNER))["verified"] == "dns"
    assert good(call("GET", WIESBADEN))["verified"] == "dns"
    good(call("PATCH", WIESBADEN, {"website": "https://else.example"}, who=OWNER, headers=ANYHOW))
    assert good(call("GET", WIESBADEN))["verified"] is None


@pytest.mark.parametrize("records", [None, [], ["efa-registry=0000"]])
def test_without_the_record_nothing_is_proved(call, website, zone, records):
    if records is not None:
        zone.records["_efa-registry.wiesbaden.example"] = records
    told = refused(call("POST", f"{WIESBADEN}/proof", who=OWNER), 409, "proof-missing")
    assert "_efa-registry.wiesbaden.example" in told["detail"]
    assert good(call("GET", WIESBADEN))["verified"] == "operator"


def test_the_record_of_another_organisation_proves_nothing(call, website, zone):
    good(
        call("PATCH", "/organisations/kiel", {"website": "https://wiesbaden.example"}, who="kiel-owner", headers=ANYHOW)
    )
    other = good(call("GET", "/organisations/kiel/proof", who="kiel-owner"))
    zone.records[other["record_name"]] = [other["record_value"]]
    refused(call("POST", f"{WIESBADEN}/proof", who=OWNER), 409, "proof-missing")


def test_name_servers_that_are_silent_are_said_to_be(call, website, zone, monkeypatch):
    monkeypatch.setattr(dns, "TIMEOUT", 0.3)
    zone.silent = True
    refused(call("POST", f"{WIESBADEN}/proof", who=OWNER), 503, "name-servers-silent")
