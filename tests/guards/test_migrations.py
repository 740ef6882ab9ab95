"""The migrations make just what the models describe, and can be taken back."""

import re
import uuid
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from registry.kit import migrations
from registry.kit.db import Base, Database

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


def test_the_migrations_are_numbered_without_a_gap():
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
