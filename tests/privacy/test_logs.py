"""No log line tells who somebody is, what he wrote, or by what he comes in: neither when all goes well nor when not."""

import base64
import contextlib
import io
import json
import logging
import sqlite3
import sys
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select, text

from registry.accounts import service as accounts
from registry.accounts.models import Person
from registry.authz.actor import Role
from registry.cli import working
from registry.kit import logs, mail
from registry.sign_in import service as sign_in
from tests import packages
from tests.api.asking import ADOPTER, ADOPTION, ANYHOW, ON_SQLITE, OWNER, PUBLISHER, RELEASE, SERVICE
from tests.cast import OPERATOR
from tests.cast import SERVICE as SAID
from tests.support.authenticator import Authenticator
from tests.web.conftest import Visit, know, link_in
from tests.web.test_providers import City

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
    for name, module in sys.modules.items():
        if name.startswith("registry.") and not isinstance(getattr(module, "log", logging.root), logging.Logger):
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


@pytest.fixture
def visit(app):
    """Make another browser."""
    return lambda: Visit(app.test_client())


@pytest.fixture
def anna(resources):
    """An owner, of whom nothing may be told: neither her address nor her lasting id."""
    with resources.database.transaction() as session:
        person = accounts.add_member(session, OPERATOR, "kiel", email=EMAIL, role=Role.OWNER).person
        session.flush()
        return str(person.id)


def newest_mail(resources):
    """Read a mail that nobody has delivered: without a mail server, to deliver it is to log it."""
    with resources.database.reading() as session:
        newest = session.scalars(select(mail.Mail).order_by(mail.Mail.created_at.desc()).limit(1)).one()
        return mail._opened(newest, resources.seal)


def secret_in(message):
    return link_in(message).partition("secret=")[2]


@ON_SQLITE
def test_who_comes_in_by_link_and_passkey_is_logged_without_anybody(resources, visit, anna, written):
    here, there = visit(), visit()
    for browser in (here, there):
        browser.get("/sign-in")
    assert here.post("/sign-in", {"email": f"{MARK}@nowhere.example"}).status_code == 200
    assert here.post("/sign-in", {"email": MARK}).status_code == 422
    assert here.post("/sign-in", {"email": EMAIL, "next": f"/{MARK}"}).status_code == 200
    secret = secret_in(newest_mail(resources))
    assert here.get(f"/sign-in/link?secret={secret}").status_code == 200
    assert there.post("/sign-in/link", {"secret": secret}).status_code == 403
    assert here.post("/sign-in/link", {"secret": MARK}).status_code == 422
    assert here.post("/sign-in/link", {"secret": secret}).status_code == 303
    session = here.client.get_cookie("__Host-session").value
    here.get("/account")
    phone = Authenticator(resources.settings.base_url, name=MARK.encode())
    made = phone.create(here.script("/account/passkeys/options", {}).get_json())
    wrong = {"id": MARK, "response": {"clientDataJSON": base64.b64encode(MARK.encode()).decode()}}
    for answer, status in ((wrong, 422), (made, 201)):
        assert here.script("/account/passkeys", {"name": NAME, "answer": answer}).status_code == status
    there.get("/sign-in")
    for origin, status in ((f"https://{MARK}.example", 422), (resources.settings.base_url, 200)):
        phone.origin = origin
        options = there.script("/sign-in/passkey/options", {}).get_json()
        assert there.script("/sign-in/passkey", phone.get(options)).status_code == status
    assert EMAIL in there.get("/account").text
    assert EMAIL in there.get("/account/export").text
    assert there.post("/account/organisation", {"organisation": MARK}).status_code == 403
    assert there.post("/account/sessions/end-others").status_code == 303
    assert there.post("/account/erase", {"sure": "yes"}).status_code == 422
    assert there.post("/sign-out").status_code == 303
    nothing_personal(written, anna, anna.replace("-", ""), secret, session, phone.name.hex())


@ON_SQLITE
def test_who_is_invited_looked_up_and_erased_is_logged_without_anybody(resources, visit, anna, written):
    here, there, again = visit(), visit(), visit()
    with resources.database.transaction() as session:
        person = session.get_one(Person, UUID(anna))
        person.is_operator = True
        secret = sign_in.begin(session, person, device=NAME, strong=True)
        other = accounts.add_member(session, OPERATOR, "kiel", email=f"{MARK}@kiel.example", role=Role.OWNER).person
        session.flush()
        other = other.id
    here.client.set_cookie("__Host-session", secret, secure=True)
    here.get("/account")
    for email, status in ((f"{MARK}@w.example", 303), (f"{MARK}@w.example", 303), (MARK, 422), (EMAIL, 422)):
        asked = {"email": email, "role": "viewer"}
        assert here.post("/organisation/invitations", asked).status_code == status
    shown = secret_in(newest_mail(resources))
    for browser, status in ((there, 303), (again, 422)):
        browser.get("/sign-in")
        browser.get(f"/invitation?secret={shown}")
        assert browser.post("/invitation", {"secret": shown}).status_code == status
    assert here.post(f"/organisation/members/{other}/role", {"role": "viewer"}).status_code == 303
    assert here.post(f"/organisation/members/{other}/role", {"role": MARK}).status_code == 422
    assert EMAIL in here.get("/organisation/audit").text
    assert here.get(f"/organisation/audit?first={EMAIL}").status_code == 200
    assert here.post(f"/organisation/members/{other}/remove").status_code == 303
    assert here.post("/operator/people/export", {"email": f"{MARK}@kiel.example"}).status_code == 200
    assert here.post("/operator/people/export", {"email": f"{MARK}@nowhere.example"}).status_code == 422
    gone = {"email": f"{MARK}@kiel.example", "sure": "yes"}
    assert here.post("/operator/people/erase", gone).status_code == 303
    assert here.post("/operator/people/erase", {**gone, "once": "again"}).status_code == 422
    nothing_personal(written, anna, str(other), secret, shown)


@ON_SQLITE
def test_who_comes_in_by_a_provider_is_logged_without_anybody(resources, visit, anna, issuer, written):
    city = City(issuer)
    know(resources, city.settings(ORGANISATIONS="kiel"))
    said = {"email": EMAIL, "sub": f"{MARK}-subject", "name": NAME}
    wrong = [
        {"nonce": MARK},
        {"email_verified": False},
        {"email": MARK},
        {"email": f"{MARK}@nowhere.example"},
        {"aud": MARK},
        {"exp": 1},
    ]
    assert {city.sign_in(visit(), **{**said, **claims}).status_code // 100 for claims in wrong} == {4}
    here = visit()
    city.begin(here)
    assert city.back(here, code=None, error=MARK, error_description=EMAIL).status_code == 403
    assert city.back(visit(), code=MARK, state=MARK).status_code == 422
    assert city.sign_in(visit(), **said).status_code == 303
    assert here.get(f"/sign-in/providers/{MARK}/callback?state={MARK}").status_code == 404
    nothing_personal(written, anna, *(city.told[name] for name in ("state", "nonce")))


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
