"""How often one may do something."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from registry.kit import limits
from registry.kit.limits import TooManyRequestsError

#: The beginning of a window.
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def moment():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def spend(resources):
    def act(who="c", action="write", limit=5):
        with resources.database.counting() as counting:
            limits.spend(counting, action, who, limit, MINUTE)

    return act


def taken(spend, **said):
    """Spend as often as it is taken; return how often, and after how many seconds to go on."""
    count = 0
    while True:
        try:
            spend(**said)
        except TooManyRequestsError as refused:
            return count, refused.retry_after
        count += 1


def test_no_more_than_the_limit_is_taken(spend, moment):
    assert taken(spend)[0] == 5
    assert taken(spend)[0] == 0


def test_each_is_counted_for_each_action_alone(spend, moment):
    taken(spend)
    assert taken(spend, who="another")[0] == 5
    assert taken(spend, action="mail", limit=2)[0] == 2


def test_the_window_slides(spend, moment):
    assert taken(spend)[0] == 5
    moment.shift(timedelta(seconds=60))
    assert taken(spend)[0] == 0
    moment.shift(timedelta(seconds=30))
    assert taken(spend)[0] == 2
    moment.shift(timedelta(seconds=90))
    assert taken(spend)[0] == 5


@pytest.mark.parametrize("passed", [0, 1, 17, 30, 59])
@pytest.mark.parametrize("limit", [1, 5, 7])
def test_who_waits_as_he_is_told_is_taken_again_and_not_earlier(spend, moment, passed, limit):
    moment.shift(timedelta(seconds=passed))
    for _ in range(4):
        count, seconds = taken(spend, limit=limit)
        assert count <= limit
        assert 1 <= seconds <= 120
        if seconds > 1:
            moment.shift(timedelta(seconds=seconds - 1, milliseconds=-1))
            assert taken(spend, limit=limit)[0] == 0
            moment.shift(timedelta(seconds=1, milliseconds=1))
        else:
            moment.shift(timedelta(seconds=1))
        assert taken(spend, limit=limit)[0] >= 1


def test_what_is_refused_does_not_count(spend, moment):
    taken(spend)
    for _ in range(50):
        assert taken(spend)[0] == 0
    moment.shift(timedelta(seconds=120))
    assert taken(spend)[0] == 5


def test_a_node_whose_clock_is_a_little_behind_counts_with_the_others(spend, moment):
    moment.shift(timedelta(seconds=61))
    assert taken(spend, limit=3)[0] == 3
    moment.shift(timedelta(seconds=-2))
    assert taken(spend, limit=3)[0] == 0


def test_those_who_count_at_once_share_the_limit(resources):
    taken_by_all = []

    def work():
        for _ in range(10):
            try:
                with resources.database.counting() as counting:
                    limits.spend(counting, "write", "c", 25, limits.LONGEST)
            except TooManyRequestsError:
                return
            taken_by_all.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken_by_all) == 25


def test_what_counts_no_more_is_forgotten(spend, session, moment):
    spend()
    moment.shift(timedelta(seconds=119))
    assert limits.forget_old(session) == 0
    moment.shift(timedelta(seconds=1))
    assert limits.forget_old(session) == 1


def test_no_count_is_kept_for_longer_than_people_are_told(session, moment):
    moment.shift(limits.LONGEST - timedelta(seconds=1))
    limits.spend(session, "late", "c", 5, limits.LONGEST)
    moment.move_to(NOW)
    limits.spend(session, "early", "c", 5, limits.LONGEST)
    moment.move_to(NOW + limits.KEPT)
    assert limits.forget_old(session) == 2
    with pytest.raises(ValueError, match="2:00:00"):
        limits.spend(session, "write", "c", 5, limits.LONGEST + timedelta(seconds=1))


def test_an_address_is_counted_under_a_name_that_does_not_tell_it():
    asking = {"REMOTE_ADDR": "192.0.2.7"}
    name = limits.caller(asking, proxies=0, key="k" * 32)
    assert name == limits.caller(asking, proxies=0, key="k" * 32) != limits.caller(asking, proxies=0, key="x" * 32)
    assert "192" not in name


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "192.0.2.1", "10.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.9, 192.0.2.1,10.0.0.2", "192.0.2.1"),
        (2, "192.0.2.1", "192.0.2.1"),
        (1, None, "10.0.0.1"),
        (2, None, "10.0.0.1"),
    ],
)
def test_who_asks_is_whom_the_outermost_proxy_of_ones_own_saw(proxies, forwarded, address):
    said = {"REMOTE_ADDR": "10.0.0.1"} | ({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})
    wanted = limits.caller({"REMOTE_ADDR": address}, proxies=0, key="k")
    assert limits.caller(said, proxies=proxies, key="k") == wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::8", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
    ],
)
def test_all_addresses_of_one_ipv6_connection_are_counted_as_one(one, other, same):
    names = [limits.caller({"REMOTE_ADDR": address}, proxies=0, key="k" * 32) for address in (one, other)]
    assert (names[0] == names[1]) is same
