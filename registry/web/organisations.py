"""Organisations as everybody sees them: who they are, what they publish, and what they reuse."""

import json
from typing import Any

from flask import Response
from marshmallow import fields, validate

from registry.accounts import service as accounts
from registry.accounts.keys import STATES
from registry.accounts.models import OrganisationKind
from registry.adoption import service as adoption
from registry.adoption.service import Dot, Spread, Wanted
from registry.authz.policy import Permission, can
from registry.catalogue import service as catalogue
from registry.catalogue.models import Sort
from registry.kit.schemas import Schema, String
from registry.web import lists
from registry.web.door import actor, blueprint, page, session
from registry.web.words import word

_SHOWN = 30


class _FilterSchema(Schema):
    """What the list of organisations can be narrowed by."""

    q = String(200)
    state = fields.String(validate=validate.OneOf(sorted(STATES.values())))
    kind = fields.Enum(OrganisationKind, by_value=True)
    has = fields.String(validate=validate.OneOf(("services", "adoptions")))


_FILTERS = _FilterSchema()


@blueprint.get("/organisations")
def organisations() -> Response:
    """Search the organisations."""
    said = lists.asked(_FILTERS)
    among = {"services": catalogue.originators, "adoptions": adoption.adopters}.get(said.get("has", ""))
    wanted = {name: value for name, value in said.items() if name != "has"}
    found = accounts.browse(
        session(), actor(), **wanted, among=among() if among else None, after=lists.after(), limit=_SHOWN
    )
    states = sorted((word("state", state), state) for state in STATES.values())
    return page(
        "organisations/organisations.html",
        area="organisations",
        said=said,
        organisations=found.map(json.loads),
        states=[(state, name) for name, state in states],
        kinds=[(kind, word("kind", kind)) for kind in OrganisationKind],
        has=[(value, word("has", value)) for value in ("services", "adoptions")],
        next=lists.following(found),
    )


@blueprint.get("/organisations/<slug:organisation>")
def organisation_page(organisation: str) -> Response:
    """Show an organisation."""
    told = json.loads(accounts.rendering(session(), actor(), organisation).body)
    published = catalogue.browse(
        session(), actor(), catalogue.Wanted(originator=organisation), sort=Sort.ADOPTIONS, limit=_SHOWN
    ).page.map(json.loads)
    reused = adoption.overview(session(), actor(), Wanted(organisation=organisation), after=lists.after(), limit=_SHOWN)
    mandates = None
    if can(actor(), Permission.MANDATES_READ, accounts.find(session(), actor(), organisation)):
        mandates = accounts.mandates(session(), actor(), organisation, limit=200).items
    named = {one["declared_by"] for one in reused.items} | ({told["parent"]} if told["parent"] else set())
    return page(
        "organisations/organisation.html",
        area="organisations",
        organisation=told,
        published=published,
        reused=reused,
        mandates=mandates,
        spread=_on_the_map(told),
        names=accounts.names(session(), actor(), named),
        next=lists.following(reused),
    )


def _on_the_map(told: dict[str, Any]) -> Spread:
    """Return the one place of an organisation."""
    at = told["location"]
    return Spread({}, [Dot(told["slug"], told["name"], at["lat"], at["lon"], live=True)] if at else [])
