"""Pages of a list, by keyset, on both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.accounts.models import Organisation, OrganisationKind
from registry.kit import paging
from registry.kit.paging import Page, PlaceError

BY_NAME = (Organisation.name_key, Organisation.id)
BY_TIME = (Organisation.created_at, Organisation.id)
MOMENT = datetime(2026, 5, 4, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def names(session):
    """Organisations of which many sort alike."""
    for number in range(12):
        session.add(
            Organisation(
                slug=f"x-{number}",
                name="x",
                name_key=f"x{number // 4}",
                kind=OrganisationKind.ASSOCIATION,
                created_at=MOMENT + timedelta(microseconds=number // 4),
                body=b"",
                etag="",
            )
        )
    session.flush()
    return session


def follow(session, order, limit, *, descending=False):
    query = select(Organisation.slug, *order).where(Organisation.slug.startswith("x-"))
    after = None
    found: list[str] = []
    while True:
        page = paging.read(session, query, order, after=after, limit=limit, descending=descending)
        found += page.items
        assert page.total == 12
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", [BY_NAME, BY_TIME], ids=["name", "time"])
@pytest.mark.parametrize("limit", [1, 3, 4, 5, 11, 12, 13])
def test_pages_put_together_are_the_whole_list_also_where_items_sort_alike(names, order, limit, descending):
    whole = follow(names, order, 200, descending=descending)
    assert follow(names, order, limit, descending=descending) == whole
    assert len(set(whole)) == 12


def test_the_last_page_has_no_next(names):
    query = select(Organisation.slug, *BY_NAME).where(Organisation.slug.startswith("x-"))
    assert paging.read(names, query, BY_NAME, after=None, limit=12).next is None
    assert paging.read(names, query, BY_NAME, after=None, limit=11).next is not None


def test_a_place_that_is_no_longer_there_is_still_a_place(names):
    query = select(Organisation.slug, *BY_NAME).where(Organisation.slug.startswith("x-"))
    page = paging.read(names, query, BY_NAME, after=None, limit=5)
    rest = paging.read(names, query, BY_NAME, after=page.next, limit=20).items
    names.delete(names.scalars(select(Organisation).where(Organisation.slug == page.items[-1])).one())
    names.flush()
    assert paging.read(names, query, BY_NAME, after=page.next, limit=20).items == rest


@pytest.mark.parametrize(
    "place",
    [
        (),
        ("x",),
        ("x", "not a uuid"),
        (1, uuid4().hex),
        ("x", uuid4().hex, "more"),
        ("x", 5),
        ("x", None),
        (None, None),
        (["x"], uuid4().hex),
    ],
)
def test_what_is_no_place_of_this_list_is_refused(place):
    with pytest.raises(PlaceError):
        paging.behind(BY_NAME, place)


@pytest.mark.parametrize("moment", ["yesterday", "2026-99-01", 5, ""])
def test_what_is_no_moment_is_refused(moment):
    with pytest.raises(PlaceError):
        paging.behind(BY_TIME, (moment, uuid4().hex))


@given(st.uuids(), st.datetimes(timezones=st.just(UTC)), st.text(), st.integers())
def test_a_place_is_written_so_that_json_can_carry_it(identifier, moment, words, number):
    written = paging.place(identifier, moment, words, number)
    assert (UUID(hex=str(written[0])), datetime.fromisoformat(str(written[1]))) == (identifier, moment)
    assert written[2:] == (words, number)


def test_what_json_cannot_carry_is_no_part_of_a_place():
    with pytest.raises(TypeError, match="float"):
        paging.place(1.5)


def test_a_page_turns_its_items_into_something_else():
    assert Page([1, 2], 5, ("x",)).map(str) == Page(["1", "2"], 5, ("x",))
