"""The OpenAPI document is the code's, and describes every route."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from registry.api.openapi import PROBLEMS, document, operations

COMMITTED = Path(__file__).parents[2] / "openapi" / "openapi.json"


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_template):
    return f"sqlite:///{sqlite_template}"


def test_the_committed_document_is_what_the_code_says(app, committed):
    with app.app_context():
        assert json.loads(json.dumps(document(app))) == committed, "run: make openapi"


def test_the_document_is_valid(committed):
    validate(committed)


def test_every_route_of_the_api_is_described(app, committed):
    routes = {
        (
            rule.rule.replace("<", "{")
            .replace(">", "}")
            .replace("{slug:", "{")
            .replace("{version:", "{")
            .replace("{digest:", "{")
            .replace("{uuid:", "{"),
            method.lower(),
        )
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1")
    }
    routes = {(path.replace("{file:", "{").replace("{uuid:", "{"), method) for path, method in routes}
    assert {(path, method) for path, method, _ in operations(committed)} == routes


def test_every_operation_is_named_once_and_explained(committed):
    described = [operation for _, _, operation in operations(committed)]
    names = [operation["operationId"] for operation in described]
    assert len({*names}) == len(names)
    for operation in described:
        assert operation["summary"]
        assert operation["tags"]


def test_every_operation_says_who_may(committed):
    silent = [(path, method) for path, method, operation in operations(committed) if "security" not in operation]
    assert silent == []


def test_every_operation_says_by_what_problems_it_refuses(committed):
    for path, _, operation in operations(committed):
        refusals = {status: said for status, said in operation["responses"].items() if not status.startswith("2")}
        assert {status: said["$ref"].rpartition("/")[2] for status, said in refusals.items()} == {
            status: PROBLEMS[status][0] for status in refusals
        }
        assert {"default"} | ({"404"} if "{" in path else set()) <= refusals.keys()
        assert ("401" in refusals) == ({} not in operation["security"])
