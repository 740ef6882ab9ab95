"""The migrations make just what the models describe, and can be taken back."""

import re
import uuid
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import undefer

from registry.catalogue.models import Service
from registry.cli import seeding
from registry.config import Resources, Settings
from registry.kit import migrations
from registry.kit.db import Base, Database
from registry.releases.models import Release

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        database = Database(request.getfixturevalue("postgres_server").create(f"empty_{uuid.uuid4().hex[:8]}"))
    yield database
    database.dispose()


def test_the_migrated_database_is_what_the_models_describe(empty):
    migrations.upgrade(empty)
    with empty.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_can_be_taken_back_and_run_again(empty):
    migrations.upgrade(empty)
    command.downgrade(migrations.config(empty), "base")
    with empty.writer.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(empty)
    with empty.reading() as session:
        assert migrations.current(session) == migrations.head()


def test_what_is_stored_to_be_told_is_brought_up_to_date(empty, tmp_path):
    environ = {"REGISTRY_DATA_DIR": str(tmp_path), "REGISTRY_SECRET_KEY": "0123456789abcdef" * 4}
    environ["REGISTRY_DATABASE_URL"] = empty.url.render_as_string(hide_password=False)
    migrations.upgrade(empty)
    resources = Resources(Settings.read(environ), environ)
    seeding.load(resources)
    resources.close()

    def told(kind):
        with empty.reading() as session:
            return {
                each.id: (each.body, each.etag) for each in session.scalars(select(kind).options(undefer(kind.body)))
            }

    now = {kind: told(kind) for kind in (Service, Release)}
    assert all(now.values())
    command.downgrade(migrations.config(empty), "0009")
    with empty.reading() as session:
        former = session.scalars(text("SELECT body FROM releases")).all()
    assert not [body for body in former if b"built_by" in bytes(body)]
    migrations.upgrade(empty)
    assert {kind: told(kind) for kind in (Service, Release)} == now


def test_the_migrations_are_numbered_without_a_gap():
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
