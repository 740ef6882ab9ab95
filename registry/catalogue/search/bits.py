"""Sets of small numbers as the bits of one integer: to intersect and count them costs no step per member."""

import re
from collections.abc import Iterable, Iterator

_NOT_EMPTY = re.compile(rb"[^\0]")


def of(numbers: Iterable[int]) -> int:
    """Make the set of these numbers."""
    there = list(numbers)
    if not there:
        return 0
    # Not `bits |= 1 << number`: that would copy the whole set once per member.
    room = bytearray((max(there) >> 3) + 1)
    for number in there:
        room[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(room, "little")


def members(bits: int) -> Iterator[int]:
    """Give the set's numbers, the smallest first."""
    held = bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
    # Few of a large set's bytes hold anything, and a pattern passes over the others faster than a loop.
    for found in _NOT_EMPTY.finditer(held):
        for bit in range(8):
            if held[found.start()] >> bit & 1:
                yield (found.start() << 3) + bit


def after(bits: int, number: int) -> int:
    """Leave out this number and all before it."""
    behind = max(number + 1, 0)
    return bits >> behind << behind
