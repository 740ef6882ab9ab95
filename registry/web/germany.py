"""The map of Germany: the shapes of the states, drawn once in no more detail than can be seen, and where a place is.

The picture is a Mercator projection, so two numbers each way put any place on it.
"""

import math
import re
from functools import cache
from typing import Any

from flask import Flask

from registry.web.assets import STATIC

WIDTH, HEIGHT = 586, 793
_PATH = re.compile(r'id="([a-z]{2})"[^>]*?\bd="([^"]*)"', re.DOTALL)
#: What lies nearer than this to a straight line is drawn as one; in units of the picture.
_DETAIL = 1.6

Point = tuple[float, float]


@cache
def shapes() -> dict[str, str]:
    """Return the outlines of the states as paths, by their ISO 3166-2 codes."""
    drawn = (STATIC / "vendor" / "germany" / "germany.svg").read_text()
    return {f"DE-{name.upper()}": _path(said) for name, said in sorted(_PATH.findall(drawn))}


def place(lat: float, lon: float) -> Point | None:
    """Return where a place is on the picture; None for one that is not on it."""
    if not -85 < lat < 85:
        return None
    x = 64.0 * lon - 375.4
    y = -64.8 * math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))) + 4281
    return (round(x, 1), round(y, 1)) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None


def _path(said: str) -> str:
    """Draw rings, of which each goes on from the last one's beginning by steps, in absolute and fewer points."""
    here, rings = (0.0, 0.0), []
    for ring in said.split("z"):
        steps = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", ring)]
        points = []
        for x, y in steps:
            here = (here[0] + x, here[1] + y)
            points.append(here)
        if points:
            here = points[0]
            rings.append(points)
    kept = [_coarse(ring) for ring in rings]
    return "".join(
        "M" + " ".join(f"{x:.0f},{y:.0f}" for x, y in ring) + "z" for ring in kept if len(ring) > 3 or len(kept) == 1
    )


def _coarse(points: list[Point]) -> list[Point]:
    """Leave out points that hardly differ from the line without them (Douglas and Peucker)."""
    first, last = points[0], points[-1]
    far, where = max(((_apart(point, first, last), number) for number, point in enumerate(points)), default=(0.0, 0))
    if far <= _DETAIL or len(points) < 3:
        return [first, last]
    return _coarse(points[: where + 1])[:-1] + _coarse(points[where:])


def _apart(point: Point, first: Point, last: Point) -> float:
    """Return how far a point lies from the line through two others, or from the one point that they are."""
    width, height = last[0] - first[0], last[1] - first[1]
    length = math.hypot(width, height)
    if length < 0.01:
        return math.dist(point, first)
    return abs(width * (first[1] - point[1]) - height * (first[0] - point[0])) / length


def init_app(app: Flask) -> None:
    """Let templates draw the map."""
    said: dict[str, Any] = {"germany": shapes, "place": place}
    app.jinja_env.globals |= said
