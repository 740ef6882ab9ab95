"""About the registry itself."""

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from registry.kit import clock, migrations
from tests.api.asking import ON_SQLITE, good


@ON_SQLITE
def test_the_process_says_that_it_is_alive(client):
    answer = client.get("/healthz")
    assert good(answer) == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_registry_that_is_in_order_says_that_it_is_ready(client):
    told = good(client.get("/readyz"))
    assert told == {"status": "ready", "checks": {"database": True, "migrations": True, "storage": True}}


def test_a_registry_without_its_migrations_is_not_ready(client, resources):
    with resources.database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {"database": True, "migrations": False, "storage": True}
    with resources.database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrations.head()})
    assert client.get("/readyz").status_code == 200


def test_a_registry_without_any_migration_is_not_ready_but_alive(client, resources):
    with resources.database.writer.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@ON_SQLITE
def test_a_registry_without_its_storage_is_not_ready(client, resources):
    shutil.rmtree(resources.settings.data_dir / "packages")
    (resources.settings.data_dir / "packages").write_text("no folder")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["storage"] is False


@ON_SQLITE
def test_the_metrics_can_be_read_by_prometheus(client, call):
    good(call("GET", "/topics"))
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    counted = [sample.labels for sample in families["registry_requests"].samples]
    assert any(labels["endpoint"] == "catalogue.Topics" and labels["status"] == "200" for labels in counted)
    assert "registry_request_seconds" in families


@ON_SQLITE
def test_the_metrics_do_not_grow_with_what_strangers_ask_for(client):
    for number in range(5):
        client.get(f"/nichts-{number}")
        client.open("/healthz", method=f"M{number}")
    families = {family.name: family for family in text_string_to_metric_families(client.get("/metrics").text)}
    methods = {sample.labels["method"] for sample in families["registry_requests"].samples}
    assert not any(method.startswith("M") for method in methods)


@ON_SQLITE
def test_the_document_is_served_with_its_tag(client):
    answer = client.get("/openapi.json")
    told = good(answer)
    assert told["openapi"].startswith("3.1")
    assert "/api/v1/services" in told["paths"]
    assert client.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@ON_SQLITE
def test_the_reader_of_the_document_loads_nothing_from_elsewhere(client):
    answer = client.get("/docs")
    assert answer.status_code == 200
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "https://" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@ON_SQLITE
def test_every_problem_is_listed_and_explained(client):
    listed = client.get("/problems", headers={"Accept-Language": "de"})
    assert listed.headers["Content-Language"] == "de"
    assert "service-not-found" in listed.text
    page = client.get("/problems/service-not-found", headers={"Accept-Language": "de"})
    assert 'lang="de"' in page.text
    assert "Online-Dienst nicht gefunden" in page.text
    told = good(client.get("/problems/service-not-found", headers={"Accept": "application/json"}))
    assert told["type"] == "/problems/service-not-found"
    assert set(told["title"]) == set(told["remedy"]) == {"de", "en"}
    assert client.get("/problems/gibt-es-nicht").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json", "/problems", "/docs"])
def test_what_is_about_the_registry_needs_no_database(client, resources, path):
    with resources.database.writer.begin() as connection:
        connection.execute(text("DROP TABLE access_tokens"))
    answer = client.get(path, headers={"Authorization": "Bearer whatever"})
    assert answer.status_code == 200
    assert json.dumps(answer.headers.get("X-Request-Id"))


def test_it_says_to_whom_to_report_a_vulnerability(client, resources):
    resources.settings = replace(resources.settings, security_contact="mailto:cert@land.example")
    answer = client.get("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == "mailto:cert@land.example"
    assert said["Canonical"] == f"{resources.settings.base_url}/.well-known/security.txt"
    assert timedelta(days=30) < datetime.fromisoformat(said["Expires"]) - clock.now() < timedelta(days=366)
