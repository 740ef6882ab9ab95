"""The catalogue and a service's own page."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask import Response, current_app
from markupsafe import Markup

from registry.accounts import service as accounts
from registry.adoption import service as adoption
from registry.adoption.models import AdoptionStatus
from registry.catalogue import licences
from registry.catalogue import service as catalogue
from registry.catalogue.models import Sort
from registry.catalogue.schemas import WantedSchema
from registry.catalogue.service import Wanted
from registry.kit.schemas import Slug
from registry.releases import service as releases
from registry.web import lists
from registry.web.door import actor, blueprint, page, session
from registry.web.speech import language
from registry.web.words import word

_SHOWN = 20
#: How many adopters and versions a service's page shows; there are pages for all of them.
_FEW = 10
#: In what other orders than that of the best match services are listed.
_SORTS = (Sort.UPDATED, Sort.ADOPTIONS, Sort.NAME)


class _FilterSchema(WantedSchema):
    """What the catalogue's page can be narrowed by; it takes the words of its address as they come."""

    adopted_by = Slug()


_FILTERS = _FilterSchema()


@lru_cache(maxsize=1024)
def _card(body: bytes, _language: str) -> Markup:
    parts: Any = current_app.jinja_env.get_template("catalogue/parts.html").module
    shown: Markup = parts.service_card(json.loads(body))
    return shown


def cards(services: Sequence[bytes]) -> list[Markup]:
    """Show services in a few lines each; the same representation looks the same, and is drawn once."""
    return [_card(body, language()) for body in services]


@blueprint.get("/services")
def services() -> Response:
    """Search the catalogue."""
    said = lists.asked(_FILTERS)
    narrowed = {name: value for name, value in said.items() if name not in {"q", "sort"}}
    sort = said.pop("sort", None)
    within = adoption.reused(adopted_by_slug=said.pop("adopted_by", None))
    found = catalogue.browse(
        session(), actor(), Wanted(**said, within=within), sort=sort, after=lists.after(), limit=_SHOWN
    )
    return page(
        "catalogue/services.html",
        area="services",
        wanted=said.get("q", ""),
        narrowed=narrowed,
        sort=sort or "",
        sorts=[("", word("sort", Sort.RELEVANCE)), *((each, word("sort", each)) for each in _SORTS)],
        services=cards(found.page.items),
        total=found.page.total,
        facets=found.facets,
        next=lists.following(found.page),
    )


@blueprint.get("/services/<slug:slug>")
def service(slug: str) -> Response:
    """Show a service: what it is, who runs it, how to get it."""
    told = json.loads(catalogue.rendering(session(), actor(), slug).body)
    own = actor().organisation
    mine = adoption.overview(session(), actor(), adoption.Wanted(service=slug, organisation=own)).items if own else []
    named = {told["originator"]}
    related = {told[key] for key in ("successor", "is_based_on") if told[key]}
    return page(
        "catalogue/service.html",
        area="services",
        service=told,
        names=accounts.names(session(), actor(), named),
        related=catalogue.names(session(), actor(), related),
        licences=[{"id": key, **licences.known()[key]} for key in licences.identifiers(told["licence"])],
        releases=releases.browse(session(), actor(), slug, limit=_FEW).map(json.loads),
        adopters=_adopters(slug),
        mine=mine[0] if mine else None,
    )


def _adopters(slug: str) -> list[dict[str, Any]]:
    """Return some of those who reuse a service, first of all those with whom it is live."""
    live = adoption.overview(
        session(), actor(), adoption.Wanted(service=slug, status=AdoptionStatus.LIVE), limit=_FEW
    ).items
    if len(live) == _FEW:
        return list(live)
    all_of_them = adoption.overview(session(), actor(), adoption.Wanted(service=slug), limit=2 * _FEW).items
    others = [one for one in all_of_them if one["status"] != AdoptionStatus.LIVE]
    return [*live, *others][:_FEW]
