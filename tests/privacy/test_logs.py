"""No log line tells who somebody is, what he wrote, or by what he comes in: neither when all goes well nor when not."""

import contextlib
import io
import json
import logging
import sqlite3
import sys

import pytest
import structlog
from sqlalchemy import text

from registry.accounts import service as accounts
from registry.authz.actor import Role
from registry.cli import working
from registry.kit import logs
from tests import packages
from tests.api.asking import ADOPTER, ADOPTION, ANYHOW, OWNER, PUBLISHER, RELEASE, SERVICE
from tests.cast import OPERATOR
from tests.cast import SERVICE as SAID

MARK = "zzmarkedzz"
EMAIL = f"{MARK}.anna@city.example"
NAME = f"{MARK} Anna Muster"
TEXT = {"de": f"Geschrieben von {NAME} <{EMAIL}>"}


@pytest.fixture
def written(monkeypatch):
    """All that is logged, as the server would write it to stderr."""
    stream = io.StringIO()
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stream)
    logs.init(logging.DEBUG)
    # Loggers that were used already are bound to the configuration of then.
    for name in ("registry.app", "registry.cli.working", "registry.kit.tally", "registry.kit.mail"):
        module = sys.modules[name]
        monkeypatch.setattr(module, "log", structlog.get_logger(name))
    yield stream
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def nothing_personal(written, *more):
    told = written.getvalue()
    assert told.count("\n") > 1
    for line in told.splitlines():
        assert MARK not in line, line
        assert not [each for each in more if each in line], line
        json.loads(line)


def test_the_whole_story_is_logged_without_anybody(call, publish, client, token_of, resources, written):
    with resources.database.transaction() as session:
        accounts.add_member(session, OPERATOR, "kiel", email=EMAIL, role=Role.OWNER)
    contact = {"name": NAME, "role": "business", "email": EMAIL, "phone": "+49 2161 4711", "public": True}
    whole = {**SAID, "description": TEXT, "contacts": [contact]}
    assert call("POST", "/services", whole, who=PUBLISHER).status_code == 201
    assert publish(changelog=TEXT).status_code == 201
    assert call("GET", f"/services?q={MARK}").status_code == 200
    assert call("GET", "/organisations/kiel/members", who="kiel-owner").get_json()["items"][0]["email"] == EMAIL
    planned = {"status": "planned", "version": "1.0.0", "contact": EMAIL, "note": TEXT}
    assert call("PUT", ADOPTION, planned, who=ADOPTER).status_code == 201
    report = {"version": "1.0.0", "environment": "production", "status": "rolled_out", "note": TEXT["de"]}
    assert call("POST", f"{ADOPTION}/deployments", report, who=ADOPTER).status_code == 201
    assert call("POST", f"{RELEASE}/yank", {"reason": TEXT}, who=PUBLISHER).status_code == 200
    assert call("GET", "/organisations/moenchengladbach/audit", who=OWNER).status_code == 200
    made = call("POST", "/organisations/kiel/clients", {"name": NAME, "scopes": ["services:write"]}, who="kiel-owner")
    secret = made.get_json()["client_secret"]
    credentials = {"client_id": made.get_json()["client_id"], "client_secret": secret}
    token = client.post("/oauth/token", data={"grant_type": "client_credentials", **credentials}).get_json()
    assert client.post("/oauth/revoke", data={"token": token["access_token"], **credentials}).status_code == 200
    for job, _ in working.JOBS:
        working._do(job, resources)
    nothing_personal(written, secret, token["access_token"], token_of(PUBLISHER), token_of("kiel-owner"), "4711")


def test_what_goes_wrong_is_logged_without_anybody(call, publish, client, token_of, written):
    assert call("POST", "/services", SAID, who=PUBLISHER).status_code == 201
    wrong = [
        call("GET", f"/{EMAIL}"),
        call("GET", f"/services/{EMAIL}"),
        call("GET", f"/services/wunschkennzeichen/releases/1.0.0/files/{EMAIL}"),
        call("GET", "/services", headers={"Authorization": f"Bearer {MARK}"}),
        call("GET", f"/services?{MARK}={EMAIL}"),
        call("GET", f"/services?cursor={MARK}"),
        call("PATCH", SERVICE, {MARK: EMAIL}, who=PUBLISHER, headers=ANYHOW),
        call("PATCH", SERVICE, who=PUBLISHER, headers=ANYHOW, data=f"{{{EMAIL}", content_type="application/json"),
        call("POST", "/services", {**SAID, "name": TEXT}, who=PUBLISHER),
        publish(content=packages.package({f"{MARK}.exe": EMAIL, "publiccode.yml": f"name: {NAME}"})),
        publish(content=EMAIL.encode()),
        publish(version=EMAIL),
        client.open("/api/v1/services", method=MARK.upper()),
        client.post(
            "/oauth/token", data={"grant_type": "client_credentials", "client_id": EMAIL, "client_secret": MARK}
        ),
        client.get(f"/problems/{MARK}"),
        client.get(f"/static/{EMAIL}"),
        client.get(f"/oauth/authorize?login_hint={EMAIL}"),
    ]
    assert {answer.status_code // 100 for answer in wrong} == {4}
    nothing_personal(written, token_of(PUBLISHER))


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"not known: {EMAIL}"),
        KeyError(EMAIL),
        sqlite3.IntegrityError(f"Key (email)=({EMAIL}) exists already"),
    ],
)
def test_an_unexpected_failure_is_told_by_its_kind_and_place(app, written, error):
    def view():
        message = f"while {NAME} waited"
        raise RuntimeError(message) from error

    app.add_url_rule("/fails", "fails", view)
    assert app.test_client().get("/fails").status_code == 500
    nothing_personal(written)
    told = written.getvalue()
    assert type(error).__name__ in told
    assert "builtins.RuntimeError" in told
    assert "test_logs.py" in told


def test_a_row_that_the_database_refuses_is_not_told(app, resources, written):
    def view():
        insert = text("INSERT INTO people (id, email, created_at) VALUES (:id, :email, :at)")
        with resources.database.transaction() as session:
            for number in "12":
                row = {"id": number * 32, "email": EMAIL, "at": "2026-01-01 00:00:00.000000"}
                session.execute(insert, row)

    app.add_url_rule("/fails", "fails", view)
    assert app.test_client().get("/fails").status_code == 500
    nothing_personal(written)
    assert "IntegrityError" in written.getvalue() or "UniqueViolation" in written.getvalue()


def test_a_failing_job_is_told_by_its_kind(resources, written):
    def job(_resources):
        raise LookupError(EMAIL)

    working._do(job, resources)
    working._do(lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")), resources)
    nothing_personal(written)
    assert "LookupError" in written.getvalue()
    assert "No space left" in written.getvalue()


def test_a_request_is_logged_by_what_it_names_of_ours(call, written):
    with contextlib.suppress(Exception):
        call("GET", "/services/wunschkennzeichen/releases/1.0.0/files/a/b")
    (line,) = [json.loads(line) for line in written.getvalue().splitlines()]
    assert line["path"] == "/api/v1/services/wunschkennzeichen/releases/1.0.0/files/…"
    assert (line["method"], line["status"]) == ("GET", 404)
