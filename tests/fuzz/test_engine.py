"""Schemathesis' own engine over the whole OpenAPI document: edge values, random ones, and chains of calls."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.checks import CHECKS
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

#: All checks are on. A request that fits the document may still be refused: 422 for what no schema can say (a cursor of
#: this list, an organisation that exists, an SPDX expression), 412 and 428 for `If-Match`, which only changes of what
#: exists need, 413 for more parts of a form than are read; never for being malformed (400) or of a wrong type (415).
CONFIG = """
seed = {seed}
headers = {headers}

[generation]
max-examples = {examples}
database = "none"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 413, 422, 428]

[phases]
examples.enabled = false
coverage.enabled = {coverage}
fuzzing.enabled = {fuzzing}
stateful.enabled = {stateful}

{aim}

[[operations]]
include-path = "/api/v1/changes"
parameters = {{ "query.wait" = 0 }}  # the answer is the same, and sooner
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


CHECKED = {
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "use_after_free"),
    *("missing_required_header", "unsupported_method", "ensure_resource_availability", "ignored_auth"),
    *("allow_header_conformance", "object_level_authorization"),
}


def is_meant(name: str, operation: str, message: str) -> bool:
    """Tell what is against the letter of the document and as it should be."""
    # All that a change may name is optional: no body at all is an empty object and changes nothing.
    return name == "negative_data_rejection" and operation.startswith("PATCH") and "Missing request body" in message


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """A registry with the example catalogue."""
    environ = {"REGISTRY_DATA_DIR": str(tmp_path), "REGISTRY_MAX_PACKAGE_MB": "1"}
    opened = Resources(Settings.read(environ), environ)
    migrations.upgrade(opened.database)
    seeding.load(opened)
    yield opened
    opened.close()


@pytest.fixture
def token(resources: Resources) -> str:
    with resources.database.transaction() as session:
        lifetime = timedelta(hours=1)
        return accounts.issue_from_shell(
            session, operator("test"), "moenchengladbach", scopes=list(Scope), lifetime=lifetime
        )


def fuzz(
    resources: Resources, token: str | None, *, aim: str, examples: int, seed: int, phases: tuple[str, ...]
) -> None:
    """Let the engine loose; fail with everything that it minds."""
    said = f'{{ Authorization = "Bearer {token}" }}' if token else "{}"
    config = SchemathesisConfig.from_str(
        CONFIG.format(
            seed=seed,
            headers=said,
            examples=examples,
            aim=aim,
            **{name: json.dumps(name in phases) for name in ("coverage", "fuzzing", "stateful")},
        )
    )
    logging.disable(logging.CRITICAL)
    try:
        schema = schemathesis.openapi.from_wsgi("/openapi.json", create_app(resources), config=config)
        assert {*CHECKS.get_all_names()} >= CHECKED
        found: dict[tuple[str, str, str], str] = {}
        cases = 0
        for event in engine.from_schema(schema).execute():
            assert not isinstance(event, events.FatalError), event
            assert not isinstance(event, events.NonFatalError), (event.label, event.value)
            if not isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
                continue
            cases += len(event.recorder.cases)
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is None:
                        continue
                    failure = check.failure_info.failure
                    if not is_meant(check.name, failure.operation, failure.message):
                        told = f"{failure.message[:400]}\n{check.failure_info.code_sample[:600]}"
                        found[check.name, failure.operation, failure.title] = told
    finally:
        logging.disable(logging.NOTSET)
    assert cases > 500, cases
    if found:
        minded = [f"{name}: {operation}: {title}\n{told}" for (name, operation, title), told in found.items()]
        pytest.fail("\n\n".join(minded), pytrace=False)


@pytest.mark.timeout(300)
def test_every_edge_of_what_is_described_is_answered_as_described(resources: Resources, token: str):
    fuzz(resources, token, aim=THERE, examples=1, seed=1, phases=("coverage",))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_whoever_may_do_all_is_answered_as_described(resources: Resources, token: str):
    fuzz(resources, token, aim=THERE, examples=60, seed=1, phases=("coverage", "fuzzing"))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_chains_of_calls_are_answered_as_described(resources: Resources, token: str):
    fuzz(resources, token, aim="", examples=40, seed=1, phases=("fuzzing", "stateful"))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("aim", ["", THERE], ids=["anything", "what is there"])
def test_nobody_is_answered_as_described(resources: Resources, aim: str):
    fuzz(resources, None, aim=aim, examples=15, seed=1, phases=("coverage", "fuzzing"))
