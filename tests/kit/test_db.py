"""Lookups: what the driver is asked directly gives what SQLAlchemy would give, also after a connection broke."""

import pytest
from sqlalchemy import bindparam, select, text

from registry.accounts.models import Organisation, OrganisationKind
from registry.kit.db import Lookup

_QUERY = select(Organisation.id, Organisation.kind, Organisation.created_at, Organisation.parent_id).where(
    Organisation.slug == bindparam("slug"), Organisation.kind != OrganisationKind.PROVIDER
)


def test_a_lookup_gives_the_values_that_sqlalchemy_gives(resources):
    lookup = Lookup(_QUERY)
    for slug in ("mainz", "wiesbaden"):
        with resources.database.reading() as reading:
            row = lookup.first(reading, slug=slug)
            assert row == tuple(reading.execute(_QUERY, {"slug": slug}).one())
            assert [type(value) for value in row] == [
                type(value) for value in reading.execute(_QUERY, {"slug": slug}).one()
            ]


def test_a_lookup_of_what_does_not_fit_finds_nothing(resources):
    with resources.database.reading() as reading:
        assert Lookup(_QUERY).first(reading, slug="rechenzentrum") is None
        assert Lookup(_QUERY).first(reading, slug="nirgends") is None


def test_a_lookup_in_a_transaction_sees_what_it_changed(resources):
    lookup = Lookup(select(Organisation.name).where(Organisation.slug == bindparam("slug")))
    with resources.database.transaction() as session:
        session.scalars(select(Organisation).filter_by(slug="mainz")).one().name = "Mainz am Rhein"
        session.flush()
        assert lookup.first(session, slug="mainz") == ("Mainz am Rhein",)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_the_database_cut_is_replaced(resources):
    lookup = Lookup(_QUERY)
    with resources.database.reading() as reading:
        before = lookup.first(reading, slug="mainz")
    with resources.database.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    with resources.database.reading() as reading:
        assert lookup.first(reading, slug="mainz") == before
        assert lookup.first(reading, slug="mainz") == before
