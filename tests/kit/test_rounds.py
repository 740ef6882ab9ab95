"""The worker's rounds are noted, and seldom."""

from datetime import timedelta

import pytest
import time_machine

from registry.cli import working
from registry.kit import clock, rounds


def _told(resources):
    with resources.database.reading() as session:
        return {one.job: (one.done_at, one.failed_at, one.is_failing) for one in rounds.rounds(session)}


def test_a_round_is_noted_once_a_minute_and_a_failure_at_once(resources):
    start = clock.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        rounds.note(resources.database, "chain", failed=False)
    with time_machine.travel(start + timedelta(seconds=30), tick=False):
        rounds.note(resources.database, "chain", failed=False)
        assert _told(resources) == {"chain": (start, None, False)}
        rounds.note(resources.database, "chain", failed=True)
        assert _told(resources) == {"chain": (start, clock.now(), True)}
    with time_machine.travel(start + timedelta(seconds=40), tick=False):
        rounds.note(resources.database, "chain", failed=False)
        assert _told(resources)["chain"] == (clock.now(), start + timedelta(seconds=30), False)


@pytest.mark.parametrize("fails", [True, False])
def test_the_worker_notes_what_it_does(resources, fails, caplog):
    def _try(_resources):
        if fails:
            raise ValueError

    working._do(_try, resources)
    assert _told(resources)["try"][2] is fails
