import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from registry.cli.seeding import pack
from registry.kit import bundle
from tests.cli.conftest import Shell


def ask(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "registry.db")) as connection:
        return connection.execute(query).fetchall()


def content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    tables = ask(home, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: sorted(ask(home, f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}


def test_a_second_time_makes_nothing_new(shell: Shell, seeded: Path):
    before = content(seeded)
    done = shell("seed")
    assert (done.code, done.err) == (0, "")
    assert "(0 entries were new)" in done.out
    assert content(seeded) == before


def test_holds_what_others_rely_on(seeded: Path):
    slugs = {slug for (slug,) in ask(seeded, "SELECT slug FROM organisations")}
    assert slugs >= {"moenchengladbach", "wiesbaden", "mainz"}
    originator = "SELECT o.slug FROM services s JOIN organisations o ON o.id = s.originator_id WHERE s.slug = "
    assert ask(seeded, f"{originator}'passierschein-a38'") == [("moenchengladbach",)]


def test_both_others_live_on_the_passierschein_in_different_versions(seeded: Path):
    query = """SELECT o.slug, a.status, a.version FROM adoptions a JOIN organisations o ON o.id = a.organisation_id
        JOIN services s ON s.id = a.service_id
        WHERE s.slug = 'passierschein-a38' AND o.slug IN ('mainz', 'wiesbaden')"""
    found = ask(seeded, query)
    assert {(slug, status) for slug, status, _ in found} == {("mainz", "live"), ("wiesbaden", "live")}
    assert len({version for _, _, version in found}) == 2


def test_the_passierschein_has_three_versions(seeded: Path):
    query = "SELECT version FROM releases JOIN services s ON s.id = service_id WHERE s.slug = 'passierschein-a38'"
    assert {version for (version,) in ask(seeded, query)} == {"1.0.0", "1.1.0", "2.0.0"}


def test_everything_is_marked_as_demo_data(seeded: Path):
    for table in ("organisations", "services", "adoptions"):
        assert ask(seeded, f"SELECT count(*) FROM {table} WHERE NOT demo") == [(0,)]


def test_every_package_is_stored_whole(shell: Shell, seeded: Path):
    done = shell("storage", "verify")
    assert (done.code, done.out) == (0, "0 missing, 0 damaged, 0 orphan\n")
    (count,) = ask(seeded, "SELECT count(*) FROM releases")[0]
    assert int(count) >= 20


def test_the_same_files_always_give_the_same_bytes(tmp_path: Path):
    source = bundle.folder("seed") / "packages" / "passierschein-a38" / "1.0.0"
    pack(source, tmp_path / "one.zip")
    shutil.copytree(source, tmp_path / "copy")  # other times, perhaps another order in the folder
    for path in (tmp_path / "copy").rglob("*"):
        path.chmod(0o700)
    pack(tmp_path / "copy", tmp_path / "other.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_what_is_there_already_stays_as_it_is(shell: Shell, migrated: Path):
    assert shell("seed").code == 0
    # The cast's organisations were there before, with other data.
    assert ask(migrated, "SELECT demo, population FROM organisations WHERE slug = 'mainz'") == [(0, None)]


@pytest.mark.long
def test_continues_where_it_was_broken_off(shell: Shell, migrated: Path):
    shell("seed")
    with closing(sqlite3.connect(migrated / "registry.db")) as connection:
        connection.execute("DELETE FROM deployments")
        connection.execute("DELETE FROM adoptions")
        connection.commit()
    assert "(0 entries" not in shell("seed").out
    assert "(0 entries" in shell("seed").out
