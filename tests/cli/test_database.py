from pathlib import Path

import pytest

from registry.kit import migrations
from tests.cli.conftest import Shell
from tests.support.postgres import PostgresServer
from tests.support.processes import free_port

SECRET = "0123456789abcdef" * 4


class TestMigrations:
    def test_a_new_database_has_none_until_it_is_upgraded(self, shell: Shell):
        before = shell("db", "current")
        assert (before.code, before.out) == (1, "none\n")
        assert before.err.endswith("run: efa-registry db upgrade\n")
        assert shell("db", "upgrade").code == 0
        after = shell("db", "current")
        assert (after.code, after.out, after.err) == (0, f"{migrations.head()}\n", "")

    def test_upgrading_twice_changes_nothing(self, shell: Shell, migrated: Path):
        del migrated
        assert [shell("db", "upgrade").code for _ in range(2)] == [0, 0]

    def test_an_empty_postgresql_database_is_upgraded_too(self, shell: Shell, postgres_server: PostgresServer):
        url = postgres_server.create("cli_upgrade")
        environ = {"REGISTRY_DATABASE_URL": url, "REGISTRY_SECRET_KEY": SECRET}
        assert shell("db", "current", **environ).code == 1
        assert shell("tokens", "issue", "mainz", "--scope", "services:write", **environ).err.count("db upgrade") == 1
        assert shell("db", "upgrade", **environ).code == 0
        assert shell("db", "current", **environ).code == 0
        postgres_server.drop("cli_upgrade")


@pytest.mark.parametrize(
    "command",
    [
        ("seed",),
        ("tokens", "issue", "mainz", "--scope", "services:write"),
        ("organisations", "create", "bonn", "--name", "Bonn", "--kind", "provider"),
        ("members", "add", "mainz", "someone@mainz.example", "--role", "owner"),
        ("storage", "verify"),
        ("worker",),
        ("serve",),
    ],
    ids=" ".join,
)
class TestWithoutDatabase:
    def test_one_that_was_never_upgraded_is_told(self, shell: Shell, command: tuple[str, ...]):
        shell(*command).refused(1, "run: efa-registry db upgrade")

    def test_one_that_cannot_be_reached_is_told(self, shell: Shell, command: tuple[str, ...]):
        url = f"postgresql://registry@127.0.0.1:{free_port()}/registry"
        done = shell(*command, REGISTRY_DATABASE_URL=url, REGISTRY_SECRET_KEY=SECRET)
        done.refused(1, "onnection refused", "REGISTRY_DATABASE_URL")

    def test_one_that_is_no_database_is_told(self, shell: Shell, home: Path, command: tuple[str, ...]):
        home.mkdir()
        (home / "registry.db").write_bytes(b"no database at all, but long enough to look like a file" * 100)
        shell(*command).refused(1, "not a database", "REGISTRY_DATABASE_URL")


def test_a_database_that_is_missing_on_the_server_is_told(shell: Shell, postgres_server: PostgresServer):
    environ = {"REGISTRY_DATABASE_URL": postgres_server.url("nowhere"), "REGISTRY_SECRET_KEY": SECRET}
    # An upgrade would not make it: the answer must not be to run one.
    shell("db", "current", **environ).refused(1, "nowhere", "REGISTRY_DATABASE_URL")
    shell("db", "upgrade", **environ).refused(1, "nowhere", "REGISTRY_DATABASE_URL")
