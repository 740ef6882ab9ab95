"""What every route has in common: problems, languages, request ids, and acting only once."""

import json
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select, text

from registry.accounts.models import Client
from registry.catalogue.models import Service
from registry.kit.idempotency import RememberedAnswer
from registry.releases.models import Release
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, good, refused, written
from tests.api.asking import SERVICE as PATH
from tests.cast import SERVICE

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
CLIENTS = "/organisations/moenchengladbach/clients"


def count(resources, model):
    with resources.database.reading() as reading:
        return reading.scalar(select(func.count()).select_from(model))


# Problems


def test_a_problem_says_what_it_is_and_where_to_read_on(call, client):
    answer = call("GET", "/services/gibt-es-nicht", headers={"X-Request-Id": "abc-1"})
    assert refused(answer, 404) == {
        "type": "/problems/service-not-found",
        "title": "Service not found",
        "status": 404,
        "detail": "There is no service “gibt-es-nicht”.",
        "instance": "/api/v1/services/gibt-es-nicht",
        "request_id": "abc-1",
    }
    page = client.get(answer.json["type"])
    assert page.status_code == 200
    assert page.content_type.startswith("text/html")
    assert "Service not found" in page.text


@ON_SQLITE
@pytest.mark.parametrize(
    ("languages", "title"),
    [
        ("de", "Online-Dienst nicht gefunden"),
        ("de-DE,de;q=0.9,en;q=0.5", "Online-Dienst nicht gefunden"),
        ("en", "Service not found"),
        ("fr", "Service not found"),
        ("en;q=0.2, de;q=0.8", "Online-Dienst nicht gefunden"),
        ("*", "Service not found"),
        ("rubbish;;q=x", "Service not found"),
        (None, "Service not found"),
    ],
)
def test_a_problem_is_told_in_the_language_asked_for(call, client, languages, title):
    headers = {} if languages is None else {"Accept-Language": languages}
    answer = call("GET", "/services/gibt-es-nicht", headers=headers)
    assert refused(answer, 404)["title"] == title
    assert answer.headers["Content-Language"] == ("de" if "Dienst" in title else "en")
    assert "Accept-Language" in answer.headers["Vary"]
    assert title in client.get(answer.json["type"], headers=headers).text


@ON_SQLITE
def test_what_is_wrong_with_an_input_is_told_in_german_too(call):
    wrong = {**SERVICE, "slug": "A", "topic": "x", "keywords": "x", "name": {"en": "x"}, "x": 1, "leika": ["1"]}
    answer = call("POST", "/services", wrong, who=PUBLISHER, headers={"Accept-Language": "de"})
    told = {error["pointer"]: error["detail"] for error in refused(answer, 422)["errors"]}
    assert told["#/slug"] == "Kleinbuchstaben, Ziffern, einzelne Bindestriche."
    assert told["#/keywords"] == "Muss eine Liste sein."
    assert told["#/name/de"] == "Der deutsche Text ist Pflicht."
    assert told["#/x"] == "Unbekanntes Feld."
    assert told["#/leika/0"] == "Muss ein Leistungsschlüssel mit 14 Ziffern sein."
    assert told["#/topic"].startswith("Möglich sind: Arbeit")


@ON_SQLITE
@pytest.mark.parametrize(
    "path", ["/api/v1/unbekannt", "/api/v2/services", "/unbekannt", "/problems/unbekannt", "/static/x"]
)
def test_an_unknown_path_is_a_problem_too(client, path):
    refused(client.get(path), 404)


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/services", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT", "/api/v1/services/a", {"GET", "HEAD", "OPTIONS", "PATCH"}),
        ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/oauth/token", {"POST", "OPTIONS"}),
        ("BREW", "/api/v1/services", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_a_method_that_is_not_there_names_those_that_are(client, method, path, allowed):
    answer = client.open(path, method=method)
    refused(answer, 405, "method-not-allowed")
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed


@ON_SQLITE
def test_a_body_that_is_too_large_is_refused_before_it_is_read(app, call):
    app.testing = False
    answer = call(
        "POST",
        "/services",
        who=PUBLISHER,
        data=b'{"a": "' + b"x" * 1_000_000 + b'"}',
        headers={"Content-Type": "application/json"},
    )
    refused(answer, 413, "too-large")


def test_a_crash_is_a_problem_without_its_reason(call, resources, token_of):
    token_of(PUBLISHER)
    cascade = " CASCADE" if resources.database.dialect == "postgresql" else ""
    with resources.database.writer.begin() as connection:
        connection.execute(text(f"DROP TABLE adoptions{cascade}"))
    answer = call("GET", "/adoptions", who=PUBLISHER)
    told = refused(answer, 500, "internal")
    assert told["request_id"] in answer.headers["X-Request-Id"]
    assert not re.search(r"adoptions\b.*exist|no such table|Traceback|sqlalchemy|SELECT", json.dumps(told))
    assert set(told) == {"type", "title", "status", "detail", "instance", "request_id"}


def test_a_crash_of_a_write_leaves_nothing_behind(call, resources, token_of):
    token_of(PUBLISHER)
    with resources.database.writer.begin() as connection:
        connection.execute(text("DROP TABLE search_postings"))
    refused(call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY), 500)
    assert count(resources, Service) == 0
    assert count(resources, RememberedAnswer) == 0


# Request ids


@ON_SQLITE
@pytest.mark.parametrize("said", ["a", "trace-1_2.3:4", "x" * 128, "8e03978e-40d5-43dd-bc93-6894a57f9324"])
def test_a_sane_request_id_is_the_answers_too(call, said):
    assert call("GET", "/topics", headers={"X-Request-Id": said}).headers["X-Request-Id"] == said


@ON_SQLITE
@pytest.mark.parametrize("said", ["", "x" * 129, "a b", "a;b", "<script>", "ü", "a/b", "{}", "a\tb"])
def test_an_insane_request_id_is_replaced(call, said):
    answered = call("GET", "/topics", headers={"X-Request-Id": said}).headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", answered)


@ON_SQLITE
def test_two_requests_have_two_ids(call):
    assert call("GET", "/topics").headers["X-Request-Id"] != call("GET", "/topics").headers["X-Request-Id"]


@ON_SQLITE
@pytest.mark.parametrize("path", ["/api/v1/topics", "/healthz", "/nichts", "/problems", "/openapi.json"])
def test_no_answer_is_guessed_at_by_a_browser(client, path):
    assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


# Acting once


def test_a_request_that_is_sent_again_gets_the_first_answer_again(call, resources):
    first = call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY)
    good(first, 201)
    good(call("PATCH", PATH, {"kind": "method"}, who=PUBLISHER, headers=ANYHOW))
    again = call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY)
    assert again.status_code == 201
    assert again.get_data() == first.get_data()
    for name in ("Location", "ETag", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(resources, Service) == 1


def test_the_same_key_for_another_request_is_refused(call, resources):
    good(call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY), 201)
    other = {**SERVICE, "slug": "anderer"}
    refused(call("POST", "/services", other, who=PUBLISHER, headers=KEY), 422, "idempotency-key-reused")
    refused(call("POST", CLIENTS, {"scopes": ["services:write"]}, who=PUBLISHER, headers=KEY), 403)
    assert count(resources, Service) == 1


@ON_SQLITE
def test_the_same_key_for_another_path_is_refused(call, service):
    assert service
    reason = {"reason": {"de": "x"}}
    good(call("POST", f"{PATH}/releases/1.0.0/yank", reason, who=PUBLISHER, headers=KEY))
    refused(call("POST", f"{PATH}/releases/1.0.0/unyank", reason, who=PUBLISHER, headers=KEY), 422)


def test_the_same_key_of_another_client_is_another_key(call, resources):
    good(call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY), 201)
    other = {**SERVICE, "slug": "kiel-dienst"}
    good(call("POST", "/services", other, who="kiel-publisher", headers=KEY), 201)
    good(call("POST", "/services", {**SERVICE, "slug": "mg-2"}, who=OWNER, headers=KEY), 201)
    assert count(resources, Service) == 3


def test_a_refusal_is_not_remembered(call, resources):
    refused(call("POST", "/services", {**SERVICE, "topic": "x"}, who=PUBLISHER, headers=KEY), 422)
    assert count(resources, RememberedAnswer) == 0
    good(call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY), 201)
    refused(call("POST", "/services", SERVICE, who=PUBLISHER), 409)


def test_after_a_day_a_key_is_new(call, resources):
    with time_machine.travel(datetime(2026, 5, 4, 12, tzinfo=UTC), tick=False) as clock:
        good(call("POST", CLIENTS, {"scopes": ["services:write"]}, who=OWNER, headers=KEY), 201)
        before = count(resources, Client)
        # A token lives for an hour: the next day has one of its own, of the same client.
        clock.shift(50 * 60)
        good(call("POST", CLIENTS, {"scopes": ["services:write"]}, who=OWNER, headers=KEY), 201)
        assert count(resources, Client) == before
    with resources.database.transaction() as writing:
        row = writing.scalars(select(RememberedAnswer)).one()
        row.created_at = row.created_at.replace(year=2026, month=5, day=3, hour=11)
    with time_machine.travel(datetime(2026, 5, 4, 12, 30, tzinfo=UTC), tick=False):
        good(call("POST", CLIENTS, {"scopes": ["services:write"]}, who=OWNER, headers=KEY), 201)
    assert count(resources, Client) == before + 1
    assert count(resources, RememberedAnswer) == 1


def test_an_answer_that_shows_a_secret_is_kept_encrypted(call, resources):
    first = call("POST", CLIENTS, {"scopes": ["services:write"]}, who=OWNER, headers=KEY)
    secret = good(first, 201)["client_secret"]
    with resources.database.reading() as reading:
        row = reading.scalars(select(RememberedAnswer)).one()
        assert row.sealed is True
        assert secret.encode() not in row.body
        assert first.json["client_id"].encode() not in row.body
        assert reading.scalar(select(Client.secret_hash).where(Client.client_id == first.json["client_id"])) != secret
    again = call("POST", CLIENTS, {"scopes": ["services:write"]}, who=OWNER, headers=KEY)
    assert again.get_data() == first.get_data()
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-store"


def test_what_is_no_secret_is_kept_as_it_is(call, resources):
    first = call("POST", "/services", SERVICE, who=PUBLISHER, headers=KEY)
    with resources.database.reading() as reading:
        row = reading.scalars(select(RememberedAnswer)).one()
    assert (row.sealed, row.status, row.body) == (False, 201, first.get_data())


def test_a_release_that_is_sent_again_is_published_once(draft, publish, resources, stored):
    assert draft
    first = publish(headers=KEY)
    good(first, 201)
    again = publish(headers=KEY)
    assert (again.status_code, again.get_data()) == (201, first.get_data())
    assert again.headers["Location"] == first.headers["Location"]
    assert count(resources, Release) == 1
    assert len(stored()) == 1
    refused(publish(headers=KEY, version="2.0.0"), 422, "idempotency-key-reused")
    assert len(stored()) == 1


def test_a_report_that_is_sent_again_is_reported_once(call, adoption):
    assert adoption
    report = {"version": "1.0.0", "environment": "test", "status": "rolled_out"}
    path = f"{PATH}/adoptions/wiesbaden/deployments"
    first = good(call("POST", path, report, who="wiesbaden-adopter", headers=KEY), 201)
    assert good(call("POST", path, report, who="wiesbaden-adopter", headers=KEY), 201) == first
    assert good(call("GET", path))["total"] == 1


def test_two_at_once_with_one_key_act_once(app, token_of, resources):
    token = token_of(PUBLISHER)
    began = threading.Barrier(4)
    answers = []

    def send():
        began.wait()
        headers = {"Authorization": f"Bearer {token}", **KEY}
        answers.append(app.test_client().post("/api/v1/services", json=SERVICE, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.get_data() for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert count(resources, Service) == 1


def test_a_registry_that_is_closed_takes_nothing_in(client, token_of, resources):
    token = token_of(PUBLISHER)
    resources.settings = replace(resources.settings, read_only=True)
    before = written(resources)
    answer = client.post("/api/v1/services", json=SERVICE, headers={"Authorization": f"Bearer {token}"})
    refused(answer, 503, "read-only")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/api/v1/services").status_code == 200
    assert written(resources) == before


def test_programs_read_on_and_tokens_end_while_the_registry_is_closed(client, call, draft, resources):
    said = {"scopes": ["services:write"]}
    program = good(call("POST", "/organisations/moenchengladbach/clients", said, who=OWNER), 201)
    resources.settings = replace(resources.settings, read_only=True)
    data = {name: program[name] for name in ("client_id", "client_secret")}

    def token():
        return good(client.post("/oauth/token", data={**data, "grant_type": "client_credentials"}))["access_token"]

    def active(its):
        return good(client.post("/oauth/introspect", data={**data, "token": its}))["active"]

    first, second = token(), token()
    read = call("GET", f"/services/{draft['slug']}", headers={"Authorization": f"Bearer {first}"})
    assert good(read)["status"] == "draft"
    assert client.post("/oauth/revoke", data={**data, "token": first}).status_code == 200
    assert call("POST", "/leaked-secrets", {"secrets": [second]}).status_code == 204
    assert [active(its) for its in (first, second)] == [False, False]
