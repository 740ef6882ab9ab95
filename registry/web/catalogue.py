"""The catalogue and a service's own page."""

import json
from typing import Any

from flask import Response, request
from marshmallow import ValidationError

from registry.accounts import service as accounts
from registry.adoption import service as adoption
from registry.catalogue import licences
from registry.catalogue import service as catalogue
from registry.catalogue.models import Sort
from registry.catalogue.schemas import WantedSchema
from registry.catalogue.service import Wanted
from registry.kit import cursors
from registry.kit.paging import Place
from registry.kit.schemas import Slug
from registry.releases import service as releases
from registry.web.door import actor, blueprint, page, resources, session
from registry.web.words import word

_SHOWN = 20


class _FilterSchema(WantedSchema):
    """What the catalogue's page can be narrowed by; it takes the words of its address as they come."""

    adopted_by = Slug()


_FILTERS = _FilterSchema()


def _said() -> dict[str, Any]:
    """Return what is looked for; what cannot be meant is left out, since people shorten and mistype addresses."""
    given = {name: value for name, value in request.args.items() if value and name in _FILTERS.fields}
    try:
        said: dict[str, Any] = _FILTERS.load(given)
    except ValidationError as error:
        return error.valid_data if isinstance(error.valid_data, dict) else {}
    return said


def _place(of: str) -> Place | None:
    cursor = request.args.get("cursor", "")[:4000]
    return cursors.read(resources().settings.secret_key, of, cursor) if cursor else None


@blueprint.get("/services")
def services() -> Response:
    """Search the catalogue."""
    said = _said()
    narrowed = {name: value for name, value in said.items() if name not in {"q", "sort"}}
    of = f"services?{sorted((name, str(value)) for name, value in said.items())}"
    sort = said.pop("sort", None)
    within = adoption.reused(adopted_by_slug=said.pop("adopted_by", None))
    found = catalogue.browse(
        session(), actor(), Wanted(**said, within=within), sort=sort, after=_place(of), limit=_SHOWN
    )
    following = found.page.next
    return page(
        "catalogue/services.html",
        area="services",
        wanted=said.get("q", ""),
        narrowed=narrowed,
        sort=sort or (Sort.RELEVANCE if said.get("q") else Sort.UPDATED),
        sorts=[(each, word("sort", each)) for each in Sort if each is not Sort.RELEVANCE or said.get("q")],
        services=[json.loads(body) for body in found.page.items],
        total=found.page.total,
        facets=found.facets,
        next=cursors.write(resources().settings.secret_key, of, following) if following else None,
    )


@blueprint.get("/services/<slug:slug>")
def service(slug: str) -> Response:
    """Show a service: what it is, who runs it, how to get it."""
    told = json.loads(catalogue.rendering(session(), actor(), slug).body)
    adopters = adoption.of_service(session(), actor(), slug, limit=10).map(json.loads)
    known = {told["originator"], *(one["organisation"] for one in adopters.items)}
    return page(
        "catalogue/service.html",
        area="services",
        service=told,
        names=accounts.names(session(), actor(), known),
        licences=[{"id": key, **licences.known()[key]} for key in licences.identifiers(told["licence"])],
        releases=releases.browse(session(), actor(), slug, limit=10).map(json.loads),
        adopters=adopters,
    )
