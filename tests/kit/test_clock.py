"""What time it is."""

from datetime import UTC, date, datetime, timedelta, timezone

import time_machine

from registry.kit import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)


def test_a_day_begins_in_utc():
    with time_machine.travel(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), tick=False) as travelling:
        assert clock.today() == date(2026, 12, 31)
        travelling.shift(1)
        assert clock.today() == date(2027, 1, 1)


def test_a_moment_is_written_to_the_second_in_utc():
    berlin = timezone(timedelta(hours=2))
    assert clock.stamp(datetime(2026, 5, 4, 1, 2, 3, 999_999, tzinfo=berlin)) == "2026-05-03T23:02:03Z"
