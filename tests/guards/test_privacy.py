"""What is stored about people is told, erased and forgotten, and the documentation says so."""

from pathlib import Path

from registry.accounts.models import Person
from registry.kit import limits
from registry.kit.db import Base
from registry.privacy.records import RECORDS
from registry.privacy.retention import RETENTION

DOCUMENT = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text()
#: Tables with an end that is not one of keeping: what ends there goes on to be told.
STAYS = {"adoptions": "a claim that is stale is still a claim", "clients": "the journal names it"}


def test_every_column_that_names_a_person_is_told_and_erased():
    naming = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "people" for key in column.foreign_keys)
    }
    assert naming
    assert naming <= {(record.model.__tablename__, record.column.key) for record in RECORDS}


def test_people_themselves_come_last():
    assert RECORDS[-1].model is Person


def test_whatever_has_an_end_is_forgotten_after_it():
    ending = {table.name for table in Base.metadata.sorted_tables if "expires_at" in table.columns}
    assert ending - STAYS.keys() <= {name for rule in RETENTION for name in rule.tables}


def test_the_rules_name_tables_that_there_are():
    assert {name for rule in RETENTION for name in rule.tables} <= Base.metadata.tables.keys()


def test_the_documentation_has_every_table_and_every_rule():
    named = {record.model.__tablename__ for record in RECORDS} | {name for rule in RETENTION for name in rule.tables}
    assert [name for name in sorted(named) if f"`{name}`" not in DOCUMENT] == []
    assert [rule.kept for rule in RETENTION if rule.kept["en"] not in DOCUMENT] == []


def test_people_are_told_how_long_counts_are_kept():
    [told] = [rule.kept for rule in RETENTION if rule.tables == ("rate_counts",)]
    hours = limits.KEPT.total_seconds() / 3600
    assert told == {"de": f"höchstens {hours:g} Stunden", "en": f"{hours:g} hours at most"}
