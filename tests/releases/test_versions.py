import re
from functools import cmp_to_key
from itertools import pairwise

import pytest
import semver
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.releases import versions

#: Section 11 of the standard, and what sorts wrongly as text.
ASCENDING = [
    "0.0.0-0",
    "0.0.0",
    "0.0.1",
    "0.9.0",
    "0.10.0",
    "1.0.0-0",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-10.0",
    "1.0.0---",
    "1.0.0--1",
    "1.0.0-0A",
    "1.0.0-A",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-alpha-",
    "1.0.0-alpha0",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1-a",
    "1.0.2",
    "1.2.0",
    "1.10.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
    "10.0.0",
    "99999999999999999999.0.0",
    "100000000000000000000.0.0",
]

_number = st.integers(0, 10**12).map(str) | st.sampled_from(["0", "1", "9", "10", "99", "100"])
_letters = st.text("0123456789ABYZabyz-", min_size=1, max_size=6)
_identifier = _letters.filter(lambda said: not (said.isdigit() and len(said) > 1 and said[0] == "0"))
_pre = st.lists(_identifier, max_size=4).map(lambda parts: "-" + ".".join(parts) if parts else "")
_build = st.lists(_letters, max_size=2).map(lambda parts: "+" + ".".join(parts) if parts else "")
VERSIONS = st.builds(
    lambda major, minor, patch, pre, build: f"{major}.{minor}.{patch}{pre}{build}",
    *(_number, _number, _number, _pre, _build),
).filter(lambda said: len(said) <= versions.LIMIT)


def compared(one: str, other: str) -> int:
    return semver.Version.parse(one).compare(other)


def order(one: str, other: str) -> int:
    first, second = versions.precedence(one).encode(), versions.precedence(other).encode()
    return (first > second) - (first < second)


class TestPrecedence:
    def test_is_that_of_the_standard(self):
        descending = sorted(ASCENDING, key=versions.precedence, reverse=True)
        assert descending == [*reversed(ASCENDING)]
        for one, other in pairwise(ASCENDING):
            assert order(one, other) == compared(one, other) == -1, (one, other)

    def test_does_not_know_builds(self):
        assert versions.precedence("1.0.0+1") == versions.precedence("1.0.0+2") == versions.precedence("1.0.0")
        assert versions.precedence("1.0.0-rc.1+1") == versions.precedence("1.0.0-rc.1")

    @settings(max_examples=500, deadline=None, derandomize=True)
    @given(VERSIONS, VERSIONS)
    def test_of_any_two_is_that_of_the_semver_library(self, one: str, other: str):
        assert order(one, other) == compared(one, other)

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.lists(VERSIONS, max_size=12))
    def test_sorts_many_as_the_semver_library_does(self, many: list[str]):
        assert sorted(many, key=versions.precedence) == sorted(many, key=cmp_to_key(compared))

    @pytest.mark.parametrize("version", ASCENDING)
    def test_fits_where_it_is_kept(self, version: str):
        assert versions.precedence(version).isascii()


class TestParsing:
    @pytest.mark.parametrize(
        "said",
        [
            *("", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.00.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b", "1.0.0+"),
            *("-1.0.0", "1.0.0 ", " 1.0.0", "1.0.0\n", "1.0.0-ä", "1.0.0+ä", "1.0.0-a_b", "latest"),
            *("1.0.0-" + "a" * 60, "1٣.0.0", "1.0.0-1٣", "1.٣.0", "1.0.0-alpha.1٣"),
        ],
    )
    def test_refuses_what_the_standard_does_not_know(self, said: str):
        with pytest.raises(ValueError, match=r"."):
            versions.parse(said)

    @pytest.mark.parametrize("said", [*ASCENDING, "1.0.0+001", "1.0.0-0-0", "1.0.0-a+-", "1.0.0-" + "a" * 58])
    def test_takes_what_it_knows(self, said: str):
        assert str(versions.parse(said)) == said

    def test_knows_a_pre_release(self):
        assert versions.is_prerelease("2.0.0-rc.1+7")
        assert not versions.is_prerelease("2.0.0+rc.1")


@given(st.from_regex(r"\A[0-9a]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}([.+-][0-9a.+-]{0,6})?\Z"))
def test_the_pattern_describes_just_what_is_read(version):
    try:
        versions.parse(version)
    except ValueError:
        assert not re.search(versions.PATTERN, version)
    else:
        assert re.search(versions.PATTERN, version)
