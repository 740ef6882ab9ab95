"""The servers as fixtures, one of each for a whole test run, also for one on several processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support import browser as browsers
from tests.support.issuer import Issuer
from tests.support.postgres import PostgresServer
from tests.support.s3 import S3Server


@pytest.fixture(scope="session")
def shared_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def postgres_server(shared_folder: Path) -> Iterator[PostgresServer]:
    """A real PostgreSQL server."""
    server = PostgresServer.start(shared_folder)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3_server(shared_folder: Path) -> Iterator[S3Server]:
    """A real object store that speaks S3."""
    server = S3Server.start(shared_folder)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser."""
    with browsers.browser() as started:
        yield started


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer of tokens for pipelines."""
    with Issuer() as running:
        yield running
