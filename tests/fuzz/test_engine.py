"""Schemathesis' own engine over the whole OpenAPI document: edge values, random ones, and chains of calls."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from registry.accounts import service as accounts
from registry.app import create_app
from registry.authz.actor import Scope, operator
from registry.cli import seeding
from registry.config import Resources, Settings
from registry.kit import migrations

#: Multipart bodies that the client made for a request lie in files of its own.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

#: What anybody who runs schemathesis here uses too.
PROJECT = Path(__file__).parents[2] / "schemathesis.toml"
RUN = """
[generation]
max-examples = {examples}
database = "none"

[phases]
examples.enabled = false
coverage.enabled = {coverage}
fuzzing.enabled = {fuzzing}
stateful.enabled = {stateful}
"""
#: Paths that lead to something, so that what lies behind them is tried too; anything else is 404 mostly.
THERE = """
[parameters]
"path.version" = "1.1.0"
"path.organisation" = "wiesbaden"
"path.other" = "rechenzentrum-musterland"
"path.path" = "publiccode.yml"
"header.If-Match" = "*"

[[operations]]
include-path-regex = "^/api/v1/services/"
parameters = { "path.slug" = "passierschein-a38" }

[[operations]]
include-path-regex = "^/api/v1/organisations/"
parameters = { "path.slug" = "moenchengladbach" }
"""


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """A registry with the example catalogue."""
    environ = {
        "REGISTRY_DATA_DIR": str(tmp_path),
        "REGISTRY_MAX_PACKAGE_MB": "1",
        "REGISTRY_WRITES_PER_MINUTE": "100000",
    }
    opened = Resources(Settings.read(environ), environ)
    migrations.upgrade(opened.database)
    seeding.load(opened)
    yield opened
    opened.close()


@pytest.fixture
def token(resources: Resources) -> str:
    with resources.database.transaction() as session:
        return accounts.issue_from_shell(
            session, operator("test"), "moenchengladbach", scopes=list(Scope), lifetime=timedelta(hours=1)
        )


def fuzz(resources: Resources, token: str | None, aim: str, *, examples: int, phases: set[str]) -> None:
    """Let the engine loose; fail with everything that it minds."""
    headers = f'{{ Authorization = "Bearer {token}" }}' if token else "{}"
    wanted = {name: json.dumps(name in phases) for name in ("coverage", "fuzzing", "stateful")}
    run = RUN.format(examples=examples, **wanted)
    config = SchemathesisConfig.from_str(f"seed = 1\nheaders = {headers}\n{PROJECT.read_text()}\n{run}\n{aim}")
    found: dict[tuple[str, str, str], str] = {}
    cases = 0
    logging.disable(logging.CRITICAL)
    try:
        schema = schemathesis.openapi.from_wsgi("/openapi.json", create_app(resources), config=config)
        for event in engine.from_schema(schema).execute():
            assert not isinstance(event, events.FatalError | events.NonFatalError), event
            if isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
                cases += len(event.recorder.cases)
                for check in (check for checks in event.recorder.checks.values() for check in checks):
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        told = f"{failure.message[:400]}\n{check.failure_info.code_sample[:700]}"
                        found[check.name, failure.operation, failure.title] = told
    finally:
        logging.disable(logging.NOTSET)
    assert cases > 500
    if found:
        pytest.fail("\n\n".join(f"{': '.join(place)}\n{told}" for place, told in found.items()), pytrace=False)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_every_edge_of_what_is_described_is_answered_as_described(resources: Resources, token: str):
    fuzz(resources, token, THERE, examples=1, phases={"coverage"})


@pytest.mark.long
@pytest.mark.timeout(900)
def test_whoever_may_do_all_is_answered_as_described(resources: Resources, token: str):
    fuzz(resources, token, THERE, examples=40, phases={"fuzzing"})


@pytest.mark.long
@pytest.mark.timeout(900)
def test_chains_of_calls_are_answered_as_described(resources: Resources, token: str):
    fuzz(resources, token, "", examples=20, phases={"coverage", "fuzzing", "stateful"})


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("aim", ["", THERE], ids=["anything", "what is there"])
def test_nobody_is_answered_as_described(resources: Resources, aim: str):
    fuzz(resources, None, aim, examples=10, phases={"coverage", "fuzzing"})
