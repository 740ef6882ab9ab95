"""Registries that run in processes of their own: embedded, and on many nodes."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer
from tests.support.s3 import S3Server
from tests.whole.running import SECRET, Registry


@pytest.fixture
def embedded(tmp_path: Path, sqlite_template: Path) -> Iterator[Registry]:
    """A registry with the cast's organisations on SQLite and local files; nothing runs yet."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "registry.db")
    registry = Registry({"REGISTRY_DATA_DIR": str(data)}, tmp_path)
    yield registry
    registry.close()


@contextmanager
def _on_many_nodes(folder: Path, postgres: PostgresServer, template: str, s3: S3Server) -> Iterator[Registry]:
    name = f"whole-{uuid.uuid4().hex[:12]}"
    environ = {
        "REGISTRY_DATABASE_URL": postgres.create(name, template=template),
        "REGISTRY_STORAGE_URL": s3.url(s3.make_bucket(name), "packages"),
        "REGISTRY_DATA_DIR": str(folder / "data"),
        "REGISTRY_SECRET_KEY": SECRET,
        **s3.environ,
    }
    registry = Registry(environ, folder)
    yield registry
    registry.close()
    postgres.drop(name)


@pytest.fixture
def cluster(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str, s3_server: S3Server
) -> Iterator[Registry]:
    """A registry with the cast's organisations on PostgreSQL and S3; nothing runs yet."""
    with _on_many_nodes(tmp_path, postgres_server, postgres_template, s3_server) as registry:
        yield registry


@pytest.fixture(scope="module")
def shared_cluster(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    postgres_template: str,
    s3_server: S3Server,
) -> Iterator[Registry]:
    """The same for all tests of a module, which go on with what the earlier ones left."""
    folder = tmp_path_factory.mktemp("cluster")
    with _on_many_nodes(folder, postgres_server, postgres_template, s3_server) as registry:
        yield registry
