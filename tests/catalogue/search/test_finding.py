"""What is found, in which order, and counted how."""

import threading
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, MetaData, Table, Uuid, delete, insert, select, text

from registry.catalogue import search
from registry.catalogue.search import Field, bits, memory, models

services = Table("services", MetaData(), Column("id", Uuid, primary_key=True))


def add(database, wanted) -> dict[str, UUID]:
    """Index services by name, each with its marks; commit."""
    ids = {name: uuid4() for name in wanted}
    with database.transaction() as session:
        session.execute(insert(services), [{"id": identifier} for identifier in ids.values()])
        search.index_many(session, [(ids[name], {Field.NAME: [name]}, marks) for name, marks in wanted.items()])
    return ids


class TestOrder:
    def test_a_name_counts_more_than_keywords_and_they_more_than_a_description(self, put, look):
        deep = put("Erstes", description="Hund")
        keyword = put("Zweites", keywords="Hund")
        summary = put("Drittes", summary="Hund")
        name = put("Großer Hund")
        only = put("Hund")
        assert look("hund") == [only, name, keyword, summary, deep]

    def test_the_word_itself_comes_before_words_that_hold_it(self, put, look):
        inside = put("Blindenhund vorführen")
        beginning = put("Hundesteuer zahlen")
        itself = put("Hund anmelden")
        assert look("hund") == [itself, beginning, inside]

    def test_equals_stand_as_they_were_registered(self, put, look):
        first, second, third = (put("Hund") for _ in range(3))
        assert look("hund") == [first, second, third]


class TestPages:
    def test_pages_hold_everything_once_while_others_write(self, shelf, put):
        there = [put("Hund" if number % 3 else "Hundesteuer zahlen") for number in range(20)]
        seen: list[UUID] = []
        after = None
        while True:
            with shelf.reading() as session:
                page = search.find(session, "hund", limit=3, after=after)
            seen += page.services
            put("Hund")
            put("Hund", identifier=there[1], description="Neues")
            if page.next is None:
                break
            after = page.next
        assert [each for each in seen if each in there] == list(dict.fromkeys(each for each in seen if each in there))
        assert set(there) <= set(seen)

    def test_a_page_of_nothing_counts_all(self, shelf, put):
        put("Hund")
        with shelf.reading() as session:
            page = search.find(session, limit=0)
        assert (page.services, page.total, page.next) == ([], 1, None)

    def test_the_last_page_has_no_next(self, shelf, put):
        put("Hund")
        with shelf.reading() as session:
            assert search.find(session, "hund", limit=1).next is None


class TestMarks:
    def test_facets_count_the_whole_result(self, shelf):
        add(shelf, {"Hund A": {"topic": ["X"]}, "Hund B": {"topic": ["X", "Y"]}, "Katze": {"topic": ["Y"]}})
        with shelf.reading() as session:
            found = search.find(session, "hund", facets=["topic", "none"], limit=1)
        assert found.total == 2
        assert found.facets == {"topic": [("X", 2), ("Y", 1)], "none": []}

    def test_where_asks_for_one_value_of_each_kind(self, shelf):
        ids = add(
            shelf,
            {"A": {"topic": ["X"], "state": ["1"]}, "B": {"topic": ["Y"], "state": ["1"]}, "C": {"topic": ["X"]}},
        )
        with shelf.reading() as session:
            one = search.find(session, where={"topic": ["X"], "state": ["1"]})
            either = search.find(session, where={"topic": ["X", "Y"]})
            none = search.find(session, where={"topic": []})
        assert one.services == [ids["A"]]
        assert either.services == list(ids.values())
        assert none.total == 0

    def test_a_mark_is_no_word(self, shelf, look):
        add(shelf, {"A": {"topic": ["Hund"]}})
        assert look("hund") == look("topic=Hund") == []

    def test_a_mark_may_hold_anything(self, shelf):
        ids = add(shelf, {"A": {"topic": ["a=b, c 'ß'"]}})
        with shelf.reading() as session:
            found = search.find(session, where={"topic": ["a=b, c 'ß'"]}, facets=["topic"])
        assert found.services == [ids["A"]]
        assert found.facets == {"topic": [("a=b, c 'ß'", 1)]}

    def test_within_narrows_to_any_choice(self, shelf):
        ids = add(shelf, {"Hund A": {}, "Hund B": {}})
        with shelf.reading() as session:
            found = search.find(session, "hund", within=select(services.c.id).where(services.c.id == ids["Hund B"]))
        assert found.services == [ids["Hund B"]]


class TestAudience:
    def test_only_what_the_audience_may_see_is_found_and_counted(self, put, look):
        shown, hidden = put("Hund"), put("Hund", audience="mainz")
        assert look("hund", audience=["all"]) == [shown]
        assert look("hund", audience=["all", "mainz"]) == look("hund") == [shown, hidden]
        assert look("hund", audience=[]) == []

    def test_what_others_hide_does_not_tell_how_a_word_is_spelt(self, put, look):
        shown = put("Wunschkennzeichen")
        put("Kenzeichen", audience="mainz")
        assert look("kenzeichen", audience=["all"]) == [shown]


class TestInOtherOrders:
    @pytest.mark.parametrize("count", [40, 700])
    def test_the_choice_in_sql_is_what_is_found(self, shelf, count):
        ids = add(shelf, {f"Hund {number}": {"topic": [str(number % 2)]} for number in range(count)} | {"Katze": {}})
        with shelf.reading() as session:
            for query, where in [("hund", {}), ("", {"topic": ["1"]}), ("hund 7", {}), ("nichts", {}), ("", {})]:
                found = set(search.find(session, query, where=where, limit=1000).services)
                listed = set(session.scalars(search.match(session, query, where=where)))
                chosen = search.among(session, services.c.id, query, where=where)
                assert listed == found == set(session.scalars(select(services.c.id).where(chosen)))
        assert len(ids) == count + 1

    def test_a_service_written_after_the_choice_was_made_is_none_of_it(self, shelf, put):
        add(shelf, {f"Hund {number}": {} for number in range(600)})
        with shelf.reading() as session:
            chosen = search.among(session, services.c.id, "hund")
        put("Hund")
        with shelf.reading() as session:
            assert len(session.scalars(select(services.c.id).where(chosen)).all()) == 600


class TestWriting:
    def test_what_is_indexed_again_is_found_by_its_new_words_alone(self, put, look):
        service = put("Hund")
        put("Katze", identifier=service)
        assert look("hund") == []
        assert look("katze") == [service]

    def test_what_is_forgotten_is_found_no_more_and_may_come_back(self, shelf, put, look):
        service = put("Hund")
        assert look("hund") == [service]
        with shelf.transaction() as session:
            search.forget(session, service)
            search.forget(session, uuid4())
        assert look("hund") == look("") == []
        put("Hund", identifier=service)
        assert look("hund") == look("") == [service]

    def test_what_is_saved_as_it_was_is_not_written(self, shelf, put):
        service = put("Hund")
        put("Hund", identifier=service)
        with shelf.reading() as session:
            assert len(session.execute(select(models.changes)).all()) == 1

    def test_what_is_saved_as_it_was_locks_nobody_out(self, open_database):
        database = open_database("postgresql")
        (service,) = add(database, {"Hund": {}}).values()
        locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        with database.transaction() as session:
            search.index(session, service, {Field.NAME: ["Hund"]})
            assert session.scalar(locks) == 0
            search.index(session, service, {Field.NAME: ["Katze"]})
            assert session.scalar(locks) == 1

    def test_a_deleted_service_is_not_named(self, shelf, put, look):
        service = put("Hund")
        with shelf.transaction() as session:
            session.execute(delete(services).where(services.c.id == service))
        assert look("hund") == []

    def test_old_changes_are_not_kept(self, shelf, put, look, monkeypatch):
        monkeypatch.setattr("registry.catalogue.search.writing._CHANGES_KEPT", 3)
        there = [put("Hund") for _ in range(3)]
        assert look("hund") == there
        there += [put("Hund") for _ in range(6)]
        assert look("hund") == there
        with shelf.reading() as session:
            assert len(session.execute(select(models.changes)).all()) == 3

    def test_writers_at_once_neither_clash_nor_lose(self, shelf, look):
        def write(place: int) -> None:
            for number in range(10):
                add(shelf, {f"Hund gemeinsam{number} eigen{place}x{number}": {"topic": [str(number)]}})

        threads = [threading.Thread(target=write, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(look("hund")) == 40
        assert len(look("gemeinsam7")) == 4
        with shelf.reading() as session:
            versions = session.scalars(select(models.changes.c.version)).all()
            numbers = session.scalars(select(models.documents.c.number)).all()
        assert sorted(versions) == list(range(1, 41))
        assert sorted(numbers) == list(range(40))


class TestMemory:
    """What is remembered must never differ from what a process that has just begun would find."""

    QUERIES = ("hund", "hunde", "hudn", "steuer", "hundesteuer", "stuer", "katze", "tierheim", "a", "")

    def check(self, look):
        remembered = [look(query) for query in self.QUERIES]
        memory._memory.cache_clear()
        assert remembered == [look(query) for query in self.QUERIES]

    def test_it_follows_every_change(self, shelf, put, look):
        names = ["Hund", "Katze", "Steuer für Hunde", "Hundesteuer", "Tierheim", "Steuern", "Hunt", "Heim für ein Tier"]
        there = []
        for name in names:
            there.append(put(name))
            self.check(look)
        for service, name in zip(there, reversed(names), strict=True):
            put(name, identifier=service)
            self.check(look)
        for service in there:
            with shelf.transaction() as session:
                search.forget(session, service)
            self.check(look)

    def test_it_follows_many_changes_at_once(self, shelf, put, look):
        first = put("Hund")
        assert look("hund") == [first]
        add(shelf, {f"Hund {number}": {} for number in range(700)})
        with shelf.reading() as session:
            assert search.find(session, "hund").total == 701

    def test_what_was_undone_was_never_there(self, shelf, put, look):
        there = put("Hund")
        with shelf.transaction() as session:
            undone = uuid4()
            session.execute(insert(services), [{"id": undone}])
            search.index(session, undone, {Field.NAME: ["Hund und Tierheim"]})
            assert search.find(session, "hund").total == 2
            session.rollback()
        assert look("hund") == [there]
        other = put("Hund und Katze")
        assert look("hund") == [there, other]
        assert look("tierheim") == []

    def test_a_writer_sees_what_it_wrote_and_readers_what_is_committed(self, shelf, put):
        put("Hund")
        with shelf.transaction() as writing:
            service = uuid4()
            writing.execute(insert(services), [{"id": service}])
            search.index(writing, service, {Field.NAME: ["Hund"]})
            for _ in range(2):
                assert search.find(writing, "hund").total == 2
                with shelf.reading() as reading:
                    assert search.find(reading, "hund").total == 1

    def test_one_that_breaks_off_begins_anew(self, put, look, monkeypatch):
        there = [put("Hund")]
        for query in ("hund", "tierheim"):
            assert look(query) == (there if query == "hund" else [])
        there.append(put("Hund im Tierheim"))
        for broken in ("Vocabulary.learn", "Memory._drop"):
            with monkeypatch.context() as patch:
                patch.setattr(f"registry.catalogue.search.memory.{broken}", None)
                with pytest.raises(TypeError):
                    look("hund")
            assert look("hund") == there
            assert look("tierheim") == there[1:]
            there.append(put("Hund im Tierheim am Hundesteg"))

    def test_it_takes_no_more_room_than_it_may(self, shelf, put, look, monkeypatch):
        services_there = [put(f"Hund wort{number:02}") for number in range(30)]
        monkeypatch.setattr(memory, "BYTES_MAX", 3_000)
        monkeypatch.setattr(memory, "_NAMED_MAX", 5)
        monkeypatch.setattr(memory, "_CUT_MAX", 5)
        for number, service in enumerate(services_there):
            assert look(f"wort{number:02}") == [service]
            assert look(f"abcdefgh{'x' * number}") == []
        with shelf.reading() as session:
            mind = memory.of(session)
        assert mind._size <= 3_000
        assert mind._size == sum(sets.size for sets in mind._sets.values())

    def test_threads_may_search_while_others_write(self, put, look):
        there = [put("Hund") for _ in range(3)]
        failures = []

        def read() -> None:
            for _ in range(30):
                found = look("hund")
                if not set(there) <= set(found):
                    failures.append(found)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(15):
            put(f"Hund {number}")
        for thread in threads:
            thread.join()
        assert not failures
        assert len(look("hund")) == 18


class TestBits:
    def test_a_set_gives_back_its_members_in_order(self):
        assert list(bits.members(bits.of([70, 3, 0, 8, 80]))) == [0, 3, 8, 70, 80]
        assert list(bits.members(bits.of([]))) == []
        assert list(bits.members(bits.of([10]))) == [10]

    @pytest.mark.parametrize(("place", "left"), [(-7, [0, 3]), (-1, [0, 3]), (2, [3]), (3, []), (10**30, [])])
    def test_any_number_is_a_place(self, place, left):
        assert list(bits.members(bits.after(bits.of([0, 3]), place))) == left

    def test_what_comes_after_a_member_leaves_it_out(self):
        assert list(bits.members(bits.after(bits.of([0, 3, 8]), 3))) == [8]
