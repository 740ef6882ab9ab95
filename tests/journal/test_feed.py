"""Who follows the serials of the change feed misses none, however its writers end."""

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from registry.journal import service as journal
from registry.journal.models import Entry
from registry.kit.db import Database
from tests.cast import OPERATOR

#: How long a writer may take between its entry and its commit, in seconds.
LONGEST = 0.02


@pytest.fixture
def database(resources):
    return resources.database


def write(session, subject, *, public=True):
    return journal.record(session, OPERATOR, "service.updated", subject=subject, service="a38", public=public)


def read(database: Database, since: int = 0) -> list[int]:
    with database.reading() as session:
        return [entry.serial for entry in journal.changes(session, OPERATOR, since=since, limit=200).items]


def test_only_public_changes_are_told_in_order(database):
    with database.transaction() as session:
        first = write(session, "one")
        write(session, "hidden", public=False)
        third = write(session, "three")
    assert read(database) == [first, third]
    assert read(database, since=first) == [third]


def test_what_is_rolled_back_is_never_told(database):
    def change_of_mind():
        with database.transaction() as session:
            write(session, "gone")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_of_mind()
    with database.transaction() as session:
        kept = write(session, "kept")
    assert read(database) == [kept]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_later_serial_waits_for_an_earlier_one_that_is_not_committed_yet(database, resources):
    wrote, go = threading.Event(), threading.Event()
    serials = {}

    def slow():
        with resources.database.transaction() as session:
            serials["slow"] = write(session, "slow")
            wrote.set()
            go.wait(20)

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    with database.transaction() as session:
        serials["quick"] = write(session, "quick")
    assert serials["quick"] > serials["slow"]
    assert read(database) == []
    go.set()
    thread.join(20)
    assert read(database) == [serials["slow"], serials["quick"]]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_very_first_entry_is_not_told_before_it_is_committed(database):
    with database.transaction() as session:
        write(session, "first")
        assert read(database) == []
    assert len(read(database)) == 1


def _write_some(database: Database, seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        with database.transaction() as session:
            write(session, uuid.uuid4().hex)
            time.sleep(chance.random() * LONGEST)
            if chance.random() < 0.3:
                write(session, uuid.uuid4().hex)


def _follow(database: Database, done: threading.Event) -> list[int]:
    told: list[int] = []
    while True:
        ended = done.is_set()
        new = read(database, since=told[-1] if told else 0)
        told += new
        if ended and not new:
            return told


def test_a_follower_sees_every_change_of_many_writers_once_and_in_order(database):
    writers, times, done = 6, 15, threading.Event()
    with ThreadPoolExecutor(writers + 1) as pool:
        following = pool.submit(_follow, database, done)
        writing = [pool.submit(_write_some, database, seed, times) for seed in range(writers)]
        try:
            for one in writing:
                one.result(60)
        finally:
            done.set()
        told = following.result(60)
    assert told == sorted(set(told))
    with database.reading() as session:
        assert told == [*session.scalars(select(Entry.serial).where(Entry.public).order_by(Entry.serial))]
    assert len(told) >= writers * times
