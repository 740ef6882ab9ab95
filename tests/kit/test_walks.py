"""Walks through lists whose order changes meanwhile, on both databases."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from registry.accounts.models import Organisation, OrganisationKind
from registry.kit import walks
from registry.kit.paging import PlaceError
from registry.kit.walks import Move

ORDER = (Organisation.name_key, Organisation.id)
QUERY = select(Organisation.slug, *ORDER).where(Organisation.slug.startswith("x-"))
LETTERS = "abcdefgh"


def make(session, number, letter):
    session.add(
        Organisation(
            slug=f"x-{number}", name="x", name_key=letter, kind=OrganisationKind.ASSOCIATION, body=b"", etag=""
        )
    )
    session.flush()


def move(session, slug, letter):
    found = session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
    found.name_key = letter
    walks.note(session, found, Organisation.name_key)
    session.flush()


def page(session, after, limit, *, descending=False):
    return walks.read(session, QUERY, ORDER, total=0, after=after, limit=limit, descending=descending)


@pytest.mark.parametrize("seed", range(40))
def test_a_walk_tells_everything_once_and_in_the_order_of_its_beginning(resources, seed):
    chance = random.Random(seed)
    descending, limit, count = chance.random() < 0.5, chance.randint(1, 5), chance.randint(1, 12)
    with resources.database.transaction() as writing:
        for number in range(count):
            make(writing, number, chance.choice(LETTERS))
    with resources.database.reading() as reading:
        whole = page(reading, None, 200, descending=descending).items
    after, told, fresh = None, [], count
    while after is not None or not told:
        with resources.database.reading() as reading:
            read = page(reading, after, limit, descending=descending)
        told += read.items
        after = read.next
        for _ in range(chance.randint(0, 3)):
            with resources.database.transaction() as writing:
                for _ in range(chance.randint(1, 3)):
                    move(writing, f"x-{chance.randrange(fresh)}", chance.choice(LETTERS))
                if chance.random() < 0.2:
                    make(writing, fresh, chance.choice(LETTERS))
                    fresh += 1
    assert [slug for slug in told if int(slug[2:]) < count] == whole
    assert len(set(told)) == len(told)


def test_what_was_moved_while_the_first_page_was_read_is_told_where_it_stood(resources):
    with resources.database.transaction() as writing:
        for number, letter in enumerate("abcd"):
            make(writing, number, letter)
    with resources.database.transaction() as writing:
        move(writing, "x-3", "A")
        move(writing, "x-0", "z")
        with resources.database.reading() as reading:
            first = page(reading, None, 2)
    assert first.items == ["x-0", "x-1"]
    with resources.database.reading() as reading:
        assert page(reading, first.next, 9).items == ["x-2", "x-3"]
        assert page(reading, None, 9).items == ["x-3", "x-1", "x-2", "x-0"]


def test_a_walk_that_began_more_than_a_day_ago_is_over(resources):
    with resources.database.transaction() as writing:
        make(writing, 0, "a")
        make(writing, 1, "b")
    with resources.database.reading() as reading:
        after = page(reading, None, 1).next
        assert page(reading, after, 1).items == ["x-1"]
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)), pytest.raises(PlaceError):
            page(reading, after, 1)


def test_notes_that_no_walk_needs_are_forgotten(resources):
    with resources.database.transaction() as writing:
        make(writing, 0, "a")
        move(writing, "x-0", "b")
    with resources.database.transaction() as writing:
        walks.forget_old(writing)
        assert writing.scalar(select(func.count()).select_from(Move)) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)), resources.database.transaction() as writing:
        walks.forget_old(writing)
        assert writing.scalar(select(func.count()).select_from(Move)) == 0
        # Numbers are not given twice, so a cursor from before still tells what came after it.
        move(writing, "x-0", "c")
        assert (writing.scalar(select(Move.number)) or 0) > 1


def test_what_did_not_move_leaves_no_note(resources):
    with resources.database.transaction() as writing:
        make(writing, 0, "a")
        move(writing, "x-0", "a")
        assert writing.scalar(select(func.count()).select_from(Move)) == 0


@pytest.mark.parametrize("mark", [7, "x", "", "1:2", "1:2:3:4", "-1", "1;2;", None])
@pytest.mark.parametrize("began", [2**40, "soon", None])
def test_what_is_no_place_of_a_walk_is_refused(session, mark, began):
    with pytest.raises(PlaceError):
        page(session, ("a", "0" * 32, mark, began), 1)


def test_a_place_of_the_other_kind_of_database_is_refused(session):
    mark = "5" if session.get_bind().dialect.name == "postgresql" else "5:7:"
    with pytest.raises(PlaceError):
        page(session, ("a", "0" * 32, mark, 2**40), 1)


@pytest.mark.parametrize("after", [(), ("a",), ("a", "b"), ("a", "b", "c")])
def test_a_place_that_is_too_short_is_refused(session, after):
    with pytest.raises(PlaceError):
        page(session, after, 1)
