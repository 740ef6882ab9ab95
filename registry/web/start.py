"""The first page."""

import json

from flask import Response

from registry.accounts import service as accounts
from registry.adoption import service as adoption
from registry.catalogue import service as catalogue
from registry.catalogue.models import Sort
from registry.catalogue.service import Wanted
from registry.web.door import actor, blueprint, page, session

_SHOWN = 6


@blueprint.get("/")
def start() -> Response:
    """Say what this is, what is new, and what the reuse brings."""
    newest = catalogue.browse(session(), actor(), Wanted(), limit=_SHOWN)
    reused = catalogue.browse(session(), actor(), Wanted(), sort=Sort.ADOPTIONS, limit=_SHOWN)
    return page(
        "start.html",
        newest=[json.loads(body) for body in newest.page.items],
        reused=[json.loads(body) for body in reused.page.items],
        total=newest.page.total,
        topics=newest.facets["topic"],
        originators=accounts.count(session(), actor(), catalogue.originators()),
        adopters=accounts.count(session(), actor(), adoption.adopters()),
        live=adoption.live(session(), actor()),
    )
