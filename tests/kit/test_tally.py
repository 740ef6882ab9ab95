"""Counting in memory."""

import threading
import time
from typing import Any
from uuid import uuid4

from registry.kit.tally import Tally


def test_what_was_counted_is_handed_on_in_one_go():
    first, second = uuid4(), uuid4()
    handed: list[Any] = []
    tally = Tally(handed.append, interval=60)
    for identifier in (first, second, first):
        tally.count(identifier)
    assert handed == []
    tally.flush()
    tally.flush()
    assert handed == [{first: 2, second: 1}]


def test_it_hands_on_by_itself_after_a_while():
    handed, done = [], threading.Event()

    def hand_on(counts):
        handed.append(dict(counts))
        done.set()

    identifier = uuid4()
    tally = Tally(hand_on, interval=0.05)
    tally.count(identifier)
    assert done.wait(5)
    done.clear()
    tally.count(identifier)
    assert done.wait(5)
    assert handed == [{identifier: 1}] * 2


def test_what_cannot_be_handed_on_is_kept_for_the_next_time():
    handed, broken, identifier = [], [True], uuid4()

    def hand_on(counts):
        if broken:
            broken.clear()
            raise RuntimeError
        handed.append(dict(counts))

    tally = Tally(hand_on, interval=60)
    tally.count(identifier)
    tally.flush()
    tally.count(identifier)
    tally.flush()
    assert handed == [{identifier: 2}]


def test_what_could_not_be_handed_on_is_tried_again_without_another_count():
    handed, done, broken, identifier = [], threading.Event(), [True, True], uuid4()

    def hand_on(counts):
        if broken:
            broken.pop()
            raise RuntimeError
        handed.append(dict(counts))
        done.set()

    tally = Tally(hand_on, interval=0.01)
    tally.count(identifier)
    tally.count(identifier)
    assert done.wait(5)
    assert handed == [{identifier: 2}]


def test_nothing_is_lost_where_many_count_at_once():
    total, identifier = [], uuid4()
    tally = Tally(lambda counts: total.append(counts[identifier]), interval=0.001)

    def count():
        for _ in range(500):
            tally.count(identifier)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.flush()
    ends = time.monotonic() + 2
    while sum(total) < 4000 and time.monotonic() < ends:
        time.sleep(0.01)
    assert sum(total) == 4000
