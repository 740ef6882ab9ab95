"""The first page."""

from dataclasses import dataclass

from flask import Flask, Response, current_app

from registry.accounts import service as accounts
from registry.adoption import service as adoption
from registry.adoption.service import Spread
from registry.authz.actor import NOBODY
from registry.catalogue import service as catalogue
from registry.catalogue.models import Sort
from registry.catalogue.service import Wanted
from registry.kit.memo import Memo
from registry.web.catalogue import cards
from registry.web.door import actor, blueprint, page, session

_SHOWN = 6
#: How many places the map has at most: the page is to stay small.
_DOTS = 300
#: How old the figures may be, in seconds: to count all adoptions takes a while.
_AGE = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """How many publish, how many reuse, in how many places something is live, and where, for all to see."""

    originators: int
    adopters: int
    live: int
    spread: Spread


@blueprint.get("/")
def start() -> Response:
    """Say what this is, what is new, and what the reuse brings."""
    newest = catalogue.browse(session(), actor(), Wanted(), limit=_SHOWN)
    reused = catalogue.browse(session(), actor(), Wanted(), sort=Sort.ADOPTIONS, limit=_SHOWN)
    figures: Memo[Figures] = current_app.extensions["figures"]
    return page(
        "start.html",
        newest=cards(newest.page.items),
        reused=cards(reused.page.items),
        total=newest.page.total,
        topics=newest.facets["topic"],
        figures=figures.get(),
    )


def _count() -> Figures:
    return Figures(
        originators=accounts.count(session(), NOBODY, catalogue.originators()),
        adopters=accounts.count(session(), NOBODY, adoption.adopters()),
        live=adoption.live(session(), NOBODY),
        spread=adoption.spread(session(), NOBODY, dots=_DOTS),
    )


def init_app(app: Flask) -> None:
    """Remember the figures for a while."""
    app.extensions["figures"] = Memo(_count, _AGE)
