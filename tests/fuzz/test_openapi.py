"""The whole OpenAPI document against the application: whatever is sent, the answer is one that is described."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from registry.accounts import service as accounts
from registry.api.openapi import operations
from registry.app import create_app
from registry.authz.actor import Scope, operator
from registry.cli import seeding
from registry.config import Resources, Settings
from registry.kit import migrations

#: Left out: that valid data is accepted. What a schema cannot say (a cursor of this list, keys that agree with each
#: other, a licence that exists) is refused by 422, as the contract demands.
LEFT_OUT = [positive_data_acceptance]


DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())
OPERATIONS = [(path, method) for path, method, _ in operations(DOCUMENT)]
#: Where there is nothing to say, nothing unfitting can be said.
SPEECHLESS = {"/api/v1/topics", "/api/v1/licences"}
CROSSED = [(path, method, GenerationMode.POSITIVE) for path, method in OPERATIONS] + [
    (path, method, GenerationMode.NEGATIVE) for path, method in OPERATIONS if path not in SPEECHLESS
]
#: Multipart bodies that the client made for a request lie in files of its own.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    environ = {
        "REGISTRY_DATA_DIR": str(tmp_path_factory.mktemp("fuzzed")),
        "REGISTRY_MAX_PACKAGE_MB": "1",
        "REGISTRY_WRITES_PER_MINUTE": "100000",
    }
    opened = Resources(Settings.read(environ), environ)
    migrations.upgrade(opened.database)
    seeding.load(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def token(seeded):
    with seeded.database.transaction() as session:
        return accounts.issue_from_shell(
            session, operator("test"), "moenchengladbach", scopes=list(Scope), lifetime=timedelta(hours=1)
        )


@pytest.fixture(scope="module")
def api(seeded):
    return schemathesis.openapi.from_wsgi("/openapi.json", create_app(seeded))


def _ask(api, path, method, token, examples, mode):
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    def ask(case):
        if "wait" in (case.query or {}):
            case.query["wait"] = 0  # the answer is the same, and sooner
        if "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = "*"  # else every change would be refused as one of something else
        case.call_and_validate(headers=headers, excluded_checks=LEFT_OUT)

    ask()


@pytest.mark.parametrize(("path", "method", "mode"), CROSSED)
def test_every_operation_answers_as_described(api, token, path, method, mode):
    _ask(api, path, method, token, 5, mode)
