"""OAuth 2 for machine clients, and the tokens it gives."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from registry.accounts.models import AccessToken, Client
from registry.journal.models import Entry
from registry.kit import clock
from registry.kit.idempotency import RememberedAnswer
from tests.api.asking import ON_SQLITE, OWNER, good, refused
from tests.cast import SERVICE

CLIENTS = "/organisations/moenchengladbach/clients"
SCOPES = ["adoptions:write", "services:write"]
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def program(call):
    """A machine client of Mönchengladbach, with its secret."""
    return good(call("POST", CLIENTS, {"scopes": SCOPES, "name": "ci"}, who=OWNER), 201)


@pytest.fixture
def stranger(call):
    """One of Kiel."""
    return good(call("POST", "/organisations/kiel/clients", {"scopes": SCOPES}, who="kiel-owner"), 201)


def basic(program, secret=None):
    said = f"{program['client_id']}:{secret or program['client_secret']}"
    return {"Authorization": "Basic " + base64.b64encode(said.encode()).decode()}


def posted(program, **more):
    return {"client_id": program["client_id"], "client_secret": program["client_secret"], **more}


@pytest.fixture
def token(client):
    def ask(program, **more):
        return client.post("/oauth/token", data=posted(program, **GRANT, **more)).json["access_token"]

    return ask


@pytest.mark.parametrize("how", ["basic", "post"])
def test_a_program_gets_a_token_with_its_secret(client, program, resources, how):
    if how == "basic":
        answer = client.post("/oauth/token", data=GRANT, headers=basic(program))
    else:
        answer = client.post("/oauth/token", data=posted(program, **GRANT))
    told = good(answer)
    assert told["token_type"] == "Bearer"
    assert told["expires_in"] == 3600
    assert told["scope"].split() == SCOPES
    assert answer.headers["Cache-Control"] == "no-store"
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert client.post("/api/v1/services", json=SERVICE, headers=headers).status_code == 201
    with resources.database.reading() as reading:
        kept = reading.scalars(select(AccessToken).order_by(AccessToken.issued_at.desc())).first()
        assert told["access_token"] not in kept.hash
        last = reading.scalars(select(Entry).where(Entry.type == "token.issued").order_by(Entry.serial.desc())).first()
        assert (last.actor_id, last.public) == (program["client_id"], False)


def test_a_token_may_have_fewer_scopes_than_its_program(client, program):
    told = good(client.post("/oauth/token", data=posted(program, **GRANT, scope="adoptions:write")))
    assert told["scope"] == "adoptions:write"
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    refused(client.post("/api/v1/services", json=SERVICE, headers=headers), 403, "scope-missing")


@ON_SQLITE
@pytest.mark.parametrize(
    "scope", ["registry:operate", "services:write registry:operate", "unknown", "services:write,x"]
)
def test_a_token_never_has_more_scopes_than_its_program(client, program, scope):
    answer = client.post("/oauth/token", data=posted(program, **GRANT, scope=scope))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_scope")


@ON_SQLITE
@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
@pytest.mark.parametrize(
    "how", ["wrong secret", "empty secret", "no such client", "nothing", "broken", "a bearer token", "NUL"]
)
def test_who_does_not_know_the_secret_gets_nothing(client, program, endpoint, how):
    data, headers = {**GRANT, "token": "x"}, {}
    match how:
        case "wrong secret":
            headers = basic(program, "wrong")
        case "empty secret":
            data |= {"client_id": program["client_id"], "client_secret": ""}
        case "no such client":
            headers = basic({"client_id": "nobody", "client_secret": "x"})
        case "broken":
            headers = {"Authorization": "Basic %%%"}
        case "a bearer token":
            headers = {"Authorization": "Bearer x"}
        case "NUL":
            headers = basic({"client_id": "a\0b", "client_secret": "\0"})
    answer = client.post(f"/oauth/{endpoint}", data=data, headers=headers)
    assert answer.status_code in {400, 401}
    assert answer.json["error"] == "invalid_client"
    if how == "wrong secret":
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


@ON_SQLITE
@pytest.mark.parametrize(
    ("grant", "error"),
    [
        ("password", "unsupported_grant_type"),
        ("", "unsupported_grant_type"),
        ("authorization_code", "unsupported_grant_type"),
    ],
)
def test_only_client_credentials_are_taken(client, program, grant, error):
    answer = client.post("/oauth/token", data=posted(program, grant_type=grant))
    assert (answer.status_code, answer.json["error"]) == (400, error)


def test_a_client_that_has_expired_gets_no_token_and_its_tokens_end_with_it(client, call):
    with time_machine.travel(NOW, tick=False) as travelling:
        said = {"scopes": SCOPES, "expires_at": "2026-05-04T12:30:00Z"}
        program = good(call("POST", CLIENTS, said, who=OWNER), 201)
        assert program["expires_at"] == said["expires_at"]
        told = good(client.post("/oauth/token", data=posted(program, **GRANT)))
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        assert client.get("/api/v1/services", headers=headers).status_code == 200
        travelling.shift(timedelta(minutes=31))
        refused(client.get("/api/v1/services", headers=headers), 401, "token-invalid")
        answer = client.post("/oauth/token", data=posted(program, **GRANT))
        assert answer.status_code in {400, 401}
        assert answer.json["error"] == "invalid_client"


def test_a_token_ends_after_an_hour(client, call):
    with time_machine.travel(NOW, tick=False) as travelling:
        program = good(call("POST", CLIENTS, {"scopes": SCOPES}, who=OWNER), 201)
        told = good(client.post("/oauth/token", data=posted(program, **GRANT)))
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        travelling.shift(timedelta(minutes=59))
        assert client.get("/api/v1/services", headers=headers).status_code == 200
        travelling.shift(timedelta(minutes=2))
        answer = client.get("/api/v1/services", headers=headers)
        refused(answer, 401, "token-invalid")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="efa-registry", error="invalid_token"'


def test_a_token_tells_what_it_is_for_to_its_own_organisation(client, program, stranger, token):
    its = token(program)
    told = good(client.post("/oauth/introspect", data={"token": its}, headers=basic(program)))
    assert told["active"] is True
    assert told["client_id"] == program["client_id"]
    assert told["sub"] == "moenchengladbach"
    assert told["scope"].split() == SCOPES
    assert told["services"] is None
    assert told["exp"] - told["iat"] == 3600
    assert good(client.post("/oauth/introspect", data=posted(stranger, token=its))) == {"active": False}
    assert good(client.post("/oauth/introspect", data=posted(program, token="unknown"))) == {"active": False}


def test_a_token_that_is_narrowed_tells_to_what_and_what_was_taken_from_it_since(client, call, program, token, create):
    create("eins")
    create("zwei")
    its, path = token(program), f"{CLIENTS}/{program['client_id']}"
    ends = clock.stamp(clock.now() + timedelta(minutes=10))
    changed = {"services": ["zwei", "eins"], "scopes": ["services:write"], "expires_at": ends}
    good(call("PATCH", path, changed, who=OWNER, headers={"If-Match": "*"}))
    told = good(client.post("/oauth/introspect", data={"token": its}, headers=basic(program)))
    assert (told["services"], told["scope"]) == (["eins", "zwei"], "services:write")
    assert clock.stamp(datetime.fromtimestamp(told["exp"], UTC)) == ends


def test_a_token_is_revoked_by_its_own_organisation_alone(client, program, stranger, token, resources):
    its = token(program)
    headers = {"Authorization": f"Bearer {its}"}
    assert client.post("/oauth/revoke", data=posted(stranger, token=its)).status_code == 200
    assert client.get("/api/v1/services", headers=headers).status_code == 200
    assert client.post("/oauth/revoke", data={"token": its}, headers=basic(program)).status_code == 200
    refused(client.get("/api/v1/services", headers=headers), 401, "token-invalid")
    assert good(client.post("/oauth/introspect", data=posted(program, token=its))) == {"active": False}
    # Once more, and one that never was: both are as good as done.
    for again in (its, "never-was"):
        assert client.post("/oauth/revoke", data=posted(program, token=again)).status_code == 200
    with resources.database.reading() as reading:
        revoked = select(func.count()).select_from(Entry).where(Entry.type == "token.revoked")
        assert reading.scalar(revoked) == 1


def test_a_client_that_was_revoked_takes_its_tokens_with_it(client, program, token, resources):
    headers = {"Authorization": f"Bearer {token(program)}"}
    with resources.database.transaction() as writing:
        found = writing.scalars(select(Client).where(Client.client_id == program["client_id"])).one()
        found.revoked_at = clock.now()
    refused(client.get("/api/v1/services", headers=headers), 401, "token-invalid")


def test_each_token_is_another_and_none_is_remembered(client, program, resources):
    key = {"Idempotency-Key": "token-1"}
    first = client.post("/oauth/token", data=posted(program, **GRANT), headers=key)
    again = client.post("/oauth/token", data=posted(program, **GRANT), headers=key)
    assert good(first)["access_token"] != good(again)["access_token"]
    with resources.database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(RememberedAnswer)) == 0


@ON_SQLITE
def test_the_metadata_name_every_endpoint(client):
    told = good(client.get("/.well-known/oauth-authorization-server"))
    assert told["issuer"] == "http://localhost:8000"
    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        path = told[name].removeprefix(told["issuer"])
        assert client.get(path).status_code == 405
        assert told[f"{name}_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert told["grant_types_supported"] == ["client_credentials"]
    assert "services:write" in told["scopes_supported"]


@ON_SQLITE
def test_who_shows_no_token_where_one_is_needed_is_told_how_to_get_one(call):
    answer = call("POST", "/services", SERVICE)
    refused(answer, 401, "token-missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="efa-registry"'


@ON_SQLITE
def test_a_scope_that_is_missing_is_named(call):
    answer = call("POST", "/services", SERVICE, who="wiesbaden-adopter")
    assert "services:write" in refused(answer, 403, "scope-missing")["detail"]
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@ON_SQLITE
def test_the_word_bearer_may_be_written_in_any_case(client, program, token):
    its = token(program)
    for word in ("Bearer", "bearer", "BEARER"):
        assert client.get("/api/v1/services", headers={"Authorization": f"{word} {its}"}).status_code == 200
