"""A value is made once in a while, and nobody waits for a new one where an old one is there."""

import itertools
import threading

from registry.kit.memo import Memo


def test_a_value_is_made_once_while_it_is_young():
    memo = Memo(itertools.count(1).__next__, 60)
    assert [memo.get(), memo.get()] == [1, 1]


def test_an_old_value_is_made_anew():
    memo = Memo(itertools.count(1).__next__, 0)
    assert [memo.get(), memo.get()] == [1, 2]


def test_while_one_makes_it_others_get_the_old_one():
    begun, go_on, made = threading.Event(), threading.Event(), []

    def make():
        made.append(1)
        if len(made) > 1:
            begun.set()
            go_on.wait(10)
        return len(made)

    memo = Memo(make, 0)
    memo.get()
    maker = threading.Thread(target=memo.get)
    maker.start()
    begun.wait(10)
    assert memo.get() == 1
    go_on.set()
    maker.join()


def test_one_that_cannot_be_made_can_be_tried_again():
    answers = iter([RuntimeError("not now"), 7])

    def make():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    memo = Memo(make, 60)
    try:
        memo.get()
    except RuntimeError:
        assert memo.get() == 7
