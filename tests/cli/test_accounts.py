import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from registry.accounts import service as accounts
from registry.authz.actor import Scope
from registry.config import Resources, Settings
from tests.cli.conftest import Shell


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "registry.db")) as connection:
        return connection.execute(query).fetchall()


class TestTokens:
    def test_prints_a_token_that_works_and_nothing_else(self, shell: Shell, migrated: Path):
        done = shell("tokens", "issue", "mainz", "--scope", "services:write", "--scope", "releases:publish")
        assert (done.code, done.err) == (0, "")
        token = done.out.removesuffix("\n")
        assert token
        assert not any(letter.isspace() for letter in token)
        environ = {"REGISTRY_DATA_DIR": str(migrated)}
        resources = Resources(Settings.read(environ), environ)
        with resources.database.reading() as session:
            actor = accounts.authenticate(session, token)
        resources.close()
        assert actor.organisation == "mainz"
        assert actor.scopes == {Scope.SERVICES_WRITE, Scope.RELEASES_PUBLISH}

    def test_a_later_token_does_not_widen_an_earlier_one(self, shell: Shell, migrated: Path):
        first = shell("tokens", "issue", "mainz", "--scope", "services:write").out.strip()
        shell("tokens", "issue", "mainz", "--scope", "releases:publish")
        environ = {"REGISTRY_DATA_DIR": str(migrated)}
        resources = Resources(Settings.read(environ), environ)
        with resources.database.reading() as session:
            assert accounts.authenticate(session, first).scopes == {Scope.SERVICES_WRITE}
        resources.close()

    def test_prints_a_token_that_is_for_one_service_only(self, shell: Shell, seeded: Path):
        done = shell(
            *("tokens", "issue", "mainz", "--scope", "deployments:report", "--service", "passierschein-a38"),
        )
        assert (done.code, done.err) == (0, "")
        environ = {"REGISTRY_DATA_DIR": str(seeded)}
        resources = Resources(Settings.read(environ), environ)
        with resources.database.reading() as session:
            only = accounts.authenticate(session, done.out.strip()).services
        resources.close()
        found = rows(seeded, "SELECT id FROM services WHERE slug = 'passierschein-a38'")
        assert found == [(it.hex,) for it in only or ()]
        shell("tokens", "issue", "mainz", "--scope", "services:write", "--service", "passierschein-a38").refused(
            1, "passierschein-a38"
        )
        shell("tokens", "issue", "mainz", "--scope", "services:write", "--service", "nowhere").refused(1, "nowhere")

    @pytest.mark.parametrize("said", ["1m", "90m", "12h", "30d", "400d"])
    def test_takes_durations_of_minutes_hours_and_days(self, shell: Shell, migrated: Path, said: str):
        del migrated
        assert shell("tokens", "issue", "mainz", "--scope", "services:write", "--expires", said).code == 0

    @pytest.mark.parametrize("said", ["", "30", "d", "0d", "-1d", "1.5h", "30 d", "401d", "99999h", "1w", "٣d"])
    def test_refuses_what_is_no_duration(self, shell: Shell, migrated: Path, said: str):
        before = rows(migrated, "SELECT count(*) FROM clients")
        done = shell("tokens", "issue", "mainz", "--scope", "services:write", "--expires", said)
        done.refused(2, "90m, 12h or 30d")
        assert rows(migrated, "SELECT count(*) FROM clients") == before

    def test_refuses_an_organisation_that_is_unknown(self, shell: Shell, migrated: Path):
        del migrated
        shell("tokens", "issue", "nowhere", "--scope", "services:write").refused(1, "nowhere")


class TestOrganisations:
    def test_sets_and_prints_how_much_one_may_have(self, shell: Shell, migrated: Path):
        done = shell("organisations", "limits", "mainz", "--services", "5", "--package-mb", "250")
        assert (done.code, done.err) == (0, "")
        assert {"services: 5", "package_mb: 250", "clients: 200"} <= set(done.out.splitlines())
        assert "services: 5" in shell("organisations", "limits", "mainz").out
        usual = shell("organisations", "limits", "mainz", "--usual", "--clients", "7").out.splitlines()
        assert {"services: 2000", "clients: 7"} <= set(usual)
        assert rows(migrated, "SELECT limits FROM organisations WHERE slug = 'mainz'") == [('{"clients": 7}',)]
        shell("organisations", "limits", "nowhere").refused(1, "nowhere")
        assert shell("organisations", "limits", "mainz", "--services", "-1").code == 2

    def test_takes_one_in(self, shell: Shell, migrated: Path):
        done = shell(
            *("organisations", "create", "bonn", "--name", "Bonn", "--kind", "municipality", "--ars", "053140000000"),
            *("--population", "330579", "--lat", "50.7374", "--lon", "7.0982", "--email", "egov@bonn.example"),
        )
        assert (done.code, done.err) == (0, "")
        found = rows(migrated, "SELECT name, ars, ags, state, population FROM organisations WHERE slug = 'bonn'")
        assert found == [("Bonn", "053140000000", "05314000", "DE-NW", 330579)]

    def test_refuses_a_second_of_that_name(self, shell: Shell, migrated: Path):
        del migrated
        shell("organisations", "create", "kiel", "--name", "Kiel", "--kind", "provider").refused(1, "kiel")

    @pytest.mark.parametrize(
        ("wrong", "code", "named"),
        [
            (("--kind", "village"), 2, "kind"),
            (("--kind", "municipality", "--ars", "99"), 1, "ars"),
            (("--kind", "municipality", "--ars", "990000000000"), 1, "ars"),
            (("--kind", "provider", "--email", "nobody"), 2, "email"),
            (("--kind", "provider", "--website", "ftp://x"), 2, "website"),
            (("--kind", "provider", "--lat", "91", "--lon", "7"), 2, "location"),
            (("--kind", "provider", "--lat", "50"), 2, "--lon"),
            (("--kind", "provider", "--population", "-1"), 2, "population"),
            (("--kind", "provider", "--parent", "nowhere"), 1, "parent"),
        ],
    )
    def test_names_what_is_wrong(self, shell: Shell, migrated: Path, wrong: tuple[str, ...], code: int, named: str):
        shell("organisations", "create", "bonn", "--name", "Bonn", *wrong).refused(code, named)
        assert rows(migrated, "SELECT slug FROM organisations WHERE slug = 'bonn'") == []

    def test_refuses_a_slug_that_is_none(self, shell: Shell, migrated: Path):
        del migrated
        shell("organisations", "create", "Bonn am Rhein", "--name", "Bonn", "--kind", "provider").refused(2, "slug")


class TestMembers:
    def test_adds_one_with_a_role(self, shell: Shell, migrated: Path):
        assert shell("members", "add", "mainz", "Anna@Mainz.example", "--role", "publisher").code == 0
        query = "SELECT email, role FROM people JOIN memberships ON person_id = people.id"
        assert rows(migrated, query) == [("anna@mainz.example", "publisher")]

    def test_refuses_one_who_is_a_member_already(self, shell: Shell, migrated: Path):
        del migrated
        shell("members", "add", "mainz", "anna@mainz.example", "--role", "owner")
        shell("members", "add", "mainz", "ANNA@mainz.example", "--role", "owner").refused(1, "anna@mainz.example")

    def test_refuses_what_is_no_address_and_an_unknown_organisation(self, shell: Shell, migrated: Path):
        shell("members", "add", "mainz", "anna", "--role", "owner").refused(2, "anna")
        shell("members", "add", "nowhere", "anna@mainz.example", "--role", "owner").refused(1, "nowhere")
        assert rows(migrated, "SELECT email FROM people") == []
