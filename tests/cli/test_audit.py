import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.cli import working
from registry.config import Resources, Settings
from tests.cli.conftest import Shell


def change(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "registry.db")) as database:
        assert database.execute(statement).rowcount
        database.commit()


@pytest.fixture
def chained(seeded: Path) -> Path:
    environ = {"REGISTRY_DATA_DIR": str(seeded)}
    opened = Resources(Settings.read(environ), environ)
    working._chain(opened)
    opened.close()
    return seeded


@pytest.mark.usefixtures("chained")
def test_a_whole_journal_is_told_with_an_anchor(shell: Shell):
    done = shell("audit", "verify")
    assert done.code == 0
    counted, anchor = done.out.splitlines()
    assert re.fullmatch(r"\d+ entries checked, 0 not chained yet, 0 personal fields erased", counted)
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", anchor)
    assert shell("audit", "verify", "--anchor", anchor).code == 0


def test_a_changed_entry_is_named(shell: Shell, chained: Path):
    change(chained, "UPDATE journal SET organisation = 'kiel' WHERE serial = 40")
    done = shell("audit", "verify")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "changed: 40\n" in done.out


def test_a_missing_entry_is_named(shell: Shell, chained: Path):
    change(chained, "DELETE FROM journal WHERE serial = 41")
    assert "missing: 41\n" in shell("audit", "verify").out


def test_a_cut_end_is_found_by_the_anchor(shell: Shell, chained: Path):
    anchor = shell("audit", "verify").out.splitlines()[-1]
    for table in ("journal", "journal_chain"):
        change(chained, f"DELETE FROM {table} WHERE serial > 100")
    assert shell("audit", "verify").code == 0
    done = shell("audit", "verify", "--anchor", anchor)
    assert done.code == 1
    assert f"cut: {anchor.partition(':')[0]}\n" in done.out


def test_a_wholly_wrong_journal_is_not_told_entry_by_entry(shell: Shell, chained: Path):
    change(chained, "UPDATE journal SET subject = 'x'")
    done = shell("audit", "verify")
    assert done.code == 1
    assert done.out.count("\n") == 100


@pytest.mark.parametrize("anchor", ["x", "12", "12:abc", "12:" + "g" * 64])
@pytest.mark.usefixtures("migrated")
def test_what_is_no_anchor_is_refused(shell: Shell, anchor: str):
    shell("audit", "verify", "--anchor", anchor).refused(2, "SERIAL:HASH")


@pytest.mark.usefixtures("seeded")
def test_it_is_printed_as_lines_or_table(shell: Shell):
    lines = [json.loads(line) for line in shell("audit", "export").out.splitlines()]
    serials = [line["serial"] for line in lines]
    assert serials == sorted(set(serials))
    table = [*csv.DictReader(io.StringIO(shell("audit", "export", "--format", "csv").out))]
    assert [int(row["serial"]) for row in table] == serials
    mine = [json.loads(line) for line in shell("audit", "export", "moenchengladbach", "--since", "20").out.splitlines()]
    assert mine
    assert all("moenchengladbach" in {line["organisation"], line["actor"]["organisation"]} for line in mine)
    assert min(line["serial"] for line in mine) > 20


@pytest.mark.usefixtures("migrated")
def test_an_unknown_organisation_is_refused(shell: Shell):
    shell("audit", "export", "gibt-es-nicht").refused(1, "gibt-es-nicht")
