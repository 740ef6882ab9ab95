"""The map: every state is drawn, places lie in their states, and it stays small."""

import re

import pytest

from registry.accounts.keys import STATES
from registry.web import germany

TOWNS = {
    "DE-SH": (54.3218, 10.1373),
    "DE-HH": (53.5507, 9.9970),
    "DE-NI": (51.5333, 9.9354),
    "DE-NW": (50.9381, 6.9571),
    "DE-HE": (51.3147, 9.4952),
    "DE-RP": (49.7576, 6.6380),
    "DE-BW": (48.5221, 9.0578),
    "DE-BY": (48.1377, 11.5760),
    "DE-SL": (49.2366, 6.9955),
    "DE-BE": (52.5177, 13.4055),
    "DE-BB": (53.1206, 13.4991),
    "DE-MV": (54.0885, 12.1360),
    "DE-SN": (51.3383, 12.3779),
    "DE-ST": (52.1262, 11.6327),
    "DE-TH": (50.9808, 11.3297),
}


def is_within(point, path):
    """Say whether a point lies within a path, by how often a line to the right of it crosses its edges."""
    x, y = point
    crossings = 0
    for ring in re.findall(r"M([^z]+)z", path):
        corners = [tuple(map(float, corner.split(","))) for corner in ring.split()]
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossings += 1
    return crossings % 2 == 1


def test_every_state_is_drawn_in_few_points():
    assert set(germany.shapes()) == set(STATES.values())
    assert sum(map(len, germany.shapes().values())) < 20_000


@pytest.mark.parametrize("state", TOWNS)
def test_a_town_lies_in_its_state(state):
    at = germany.place(*TOWNS[state])
    assert [name for name, path in germany.shapes().items() if is_within(at, path)][:1] in ([state], ["DE-BB"])
    assert is_within(at, germany.shapes()[state])


def test_what_is_elsewhere_is_not_on_it():
    assert germany.place(48.8566, 2.3522) is None
    assert germany.place(90, 10) is None
