"""The chain vouches for the journal: what is changed, taken out, put in or exchanged afterwards is found."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from registry.authz.actor import Actor, ActorKind
from registry.authz.errors import ScopeMissingError, TokenMissingError
from registry.cli import working
from registry.journal import service as journal
from registry.journal.models import Entry, Link
from registry.journal.service import Head, Verdict, Verification
from registry.journal.service.chaining import GENESIS
from registry.kit import trace
from tests.cast import OPERATOR

ANNA = uuid.uuid4()
BERND = uuid.uuid4()
PERSON = Actor(ActorKind.PERSON, str(ANNA), None, "kiel")


@pytest.fixture
def database(resources):
    return resources.database


def write(database, *subjects, actor=OPERATOR):
    with database.transaction() as session:
        return [
            journal.record(session, actor, "service.updated", subject=it, service="a38", data={"ä": [1, 2.5, None]})
            for it in subjects
        ]


def chain(database):
    count = 0
    while True:
        with database.transaction() as session:
            done = journal.chain(session, OPERATOR, limit=7)
        if not done:
            return count
        count += done


def verify(database, anchor=None):
    with database.reading() as session:
        run = Verification(journal.head(session, OPERATOR))
        found = [
            (serial, verdict) for serial, verdict in journal.verify(session, OPERATOR, run, anchor=anchor) if verdict
        ]
        return found, run


def tamper(database, statement, **values):
    with database.transaction() as session:
        assert session.execute(text(statement), values).rowcount


@pytest.fixture
def serials(database):
    """A journal with gaps, chained."""
    write(database, *(f"service:{number}" for number in range(4)))

    def fail():
        with database.transaction() as session:
            journal.record(session, OPERATOR, "service.updated", subject="gone")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(database, *(f"service:{number}" for number in range(4, 20)))
    chain(database)
    with database.reading() as session:
        return [*session.scalars(select(Entry.serial).order_by(Entry.serial))]


def test_a_journal_that_nobody_touched_is_whole(database, serials):
    found, run = verify(database)
    assert found == []
    assert (run.checked, run.waiting, run.upto.serial) == (len(serials), 0, serials[-1])
    assert chain(database) == 0


def test_an_empty_journal_is_whole(database):
    found, run = verify(database)
    assert found == []
    assert run.upto == Head(0, GENESIS)
    assert run.waiting > 0


@pytest.mark.parametrize(
    "change",
    [
        "type = 'service.changed'",
        "at = '2020-01-01 00:00:00.000000'",
        "actor_kind = 'client'",
        "actor_id = 'somebody'",
        "actor_id = NULL",
        "actor_organisation = 'kiel'",
        "organisation = 'kiel'",
        "service = 'a39'",
        "subject = 'service:other'",
        "data = '{}'",
        "before = '{\"a\": 1}'",
        "after = '{\"a\": 1}'",
        "request_id = 'x'",
        "public = NOT public",
    ],
)
def test_a_changed_field_is_found(database, serials, change):
    victim = serials[-10]
    tamper(database, f"UPDATE journal SET {change} WHERE serial = :serial", serial=victim)
    assert verify(database)[0] == [(victim, Verdict.CHANGED)]


@pytest.mark.parametrize("place", [0, 9, -1])
def test_a_missing_entry_is_found(database, serials, place):
    tamper(database, "DELETE FROM journal WHERE serial = :serial", serial=serials[place])
    assert verify(database)[0] == [(serials[place], Verdict.MISSING)]


@pytest.mark.parametrize("place", [0, 9, -2])
def test_an_entry_that_is_missing_with_its_link_is_found(database, serials, place):
    for table in ("journal", "journal_chain"):
        tamper(database, f"DELETE FROM {table} WHERE serial = :serial", serial=serials[place])
    assert verify(database)[0] == [(serials[place:][1], Verdict.BROKEN)]


def test_an_entry_that_was_put_into_a_gap_is_found(database, serials):
    # SQLite leaves no gaps: there, in front of all.
    gap = next((serial for serial in range(serials[0], serials[-1]) if serial not in serials), -5)
    names = "type, at, actor_kind, subject, data, before, after, public"
    tamper(
        database,
        f"INSERT INTO journal (serial, {names}) SELECT :gap, {names} FROM journal WHERE serial = :serial",
        gap=gap,
        serial=serials[0],
    )
    assert verify(database)[0] == [(gap, Verdict.INSERTED)]


def test_entries_that_changed_places_are_found(database, serials):
    first, second = serials[-9], serials[-8]
    for table in ("journal", "journal_chain"):
        for old, new in ((first, -1), (second, first), (-1, second)):
            tamper(database, f"UPDATE {table} SET serial = :new WHERE serial = :old", old=old, new=new)
    found = dict(verify(database)[0])
    assert first in found
    assert second in found


def test_a_cut_end_is_found_by_who_kept_the_head(database, serials):
    with database.reading() as session:
        kept = journal.head(session, OPERATOR)
    write(database, "service:more")
    chain(database)
    assert verify(database, kept)[0] == []
    for table in ("journal", "journal_chain"):
        tamper(database, f"DELETE FROM {table} WHERE serial >= :serial", serial=serials[-3])
    assert verify(database)[0] == []
    assert verify(database, kept)[0] == [(kept.serial, Verdict.CUT)]


def test_an_erased_person_leaves_the_chain_whole(database):
    trace.begin("request-1")
    write(database, "service:1", f"member:{BERND}", actor=PERSON)
    trace.begin(None)
    chain(database)
    assert verify(database)[0] == []
    with database.transaction() as session:
        fields = journal.forget_person(session, ANNA)
        journal.record(session, OPERATOR, "person.erased", subject="person:erased", after={"fields": fields})
    chain(database)
    found, run = verify(database)
    assert found == []
    assert run.erased == fields == 4
    with database.reading() as session:
        left = session.scalars(select(Entry.subject).where(Entry.actor_kind == ActorKind.PERSON)).all()
        assert [*left] == ["service:1", f"member:{BERND}"]
        assert session.scalars(select(Entry.actor_id).where(Entry.actor_kind == ActorKind.PERSON)).all() == [None, None]
        assert "request-1" not in session.scalars(select(Entry.request_id)).all()


def test_a_person_that_something_was_done_to_is_forgotten_alone(database):
    write(database, f"member:{BERND}", actor=PERSON)
    chain(database)
    with database.transaction() as session:
        fields = journal.forget_person(session, BERND)
        journal.record(session, OPERATOR, "person.erased", subject="person:erased", after={"fields": fields})
    assert verify(database)[0] == []
    with database.reading() as session:
        assert session.scalar(select(Entry.subject).where(Entry.actor_id == str(ANNA))) == "member:erased"


def test_another_person_cannot_be_put_in_the_place_of_one(database):
    (serial,) = write(database, "service:1", actor=PERSON)
    chain(database)
    tamper(database, "UPDATE journal SET actor_id = :other WHERE serial = :serial", other=str(BERND), serial=serial)
    assert verify(database)[0] == [(serial, Verdict.CHANGED)]
    tamper(database, "UPDATE journal_chain SET salts = '{}' WHERE serial = :serial", serial=serial)
    assert (serial, Verdict.CHANGED) in verify(database)[0]


def test_who_erases_without_saying_so_is_found(database):
    (serial,) = write(database, "service:1", actor=PERSON)
    chain(database)
    with database.transaction() as session:
        journal.forget_person(session, ANNA)
    assert verify(database)[0] == [(serial, Verdict.UNACCOUNTED)]


def test_an_erasure_before_the_chain_needs_no_salt(database):
    write(database, f"member:{BERND}", actor=PERSON)
    with database.transaction() as session:
        assert journal.forget_person(session, ANNA) == journal.forget_person(session, BERND) == 0
    chain(database)
    found, run = verify(database)
    assert (found, run.erased) == ([], 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_entry_waits_for_an_earlier_one_that_is_not_committed_yet(database):
    chain(database)
    wrote, go = threading.Event(), threading.Event()

    def slow():
        with database.transaction() as session:
            journal.record(session, OPERATOR, "service.updated", subject="slow")
            session.flush()
            wrote.set()
            go.wait(20)

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    write(database, "quick")
    assert chain(database) == 0
    go.set()
    thread.join(20)
    assert chain(database) == 2
    assert verify(database)[0] == []


def test_many_writers_and_many_workers_make_one_chain_without_a_gap(database):
    done = threading.Event()

    def work():
        while not done.is_set():
            chain(database)

    def some(number):
        for turn in range(15):
            write(database, f"service:{number}-{turn}", f"member:{ANNA}", actor=PERSON)

    with ThreadPoolExecutor(7) as pool:
        workers = [pool.submit(work) for _ in range(3)]
        writers = [pool.submit(some, number) for number in range(4)]
        try:
            for one in writers:
                one.result(60)
        finally:
            done.set()
        for one in workers:
            one.result(60)
    chain(database)
    found, run = verify(database)
    assert found == []
    with database.reading() as session:
        assert run.checked == session.scalar(select(func.count()).select_from(Entry))


def test_the_database_itself_keeps_the_chain_from_forking(database, serials):
    with database.reading() as session:
        link = session.get_one(Link, serials[-1])
    with pytest.raises(Exception, match=r"(?i)unique"), database.transaction() as session:
        session.add(Link(serial=serials[-1] + 1, previous=link.previous, hash="0" * 64, digests={}, salts={}))


def test_the_worker_chains_what_is_there(database, resources):
    write(database, "service:1")
    working._chain(resources)
    found, run = verify(database)
    assert (found, run.waiting) == ([], 0)
    assert run.checked > 1


@pytest.mark.parametrize(
    ("actor", "error"), [(PERSON, ScopeMissingError), (Actor(ActorKind.NOBODY), TokenMissingError)]
)
def test_only_the_operator_chains_and_verifies(database, actor, error):
    with database.transaction() as session:
        for ask in (
            lambda: journal.chain(session, actor),
            lambda: journal.head(session, actor),
            lambda: [*journal.verify(session, actor, Verification(Head(0, GENESIS)))],
        ):
            with pytest.raises(error):
                ask()
