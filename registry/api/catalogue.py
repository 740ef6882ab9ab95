"""Services, topics and licences."""

import json
from functools import partial
from typing import Any

from flask import Response
from flask.views import MethodView

from registry.adoption import service as adoption
from registry.adoption.schemas import MaturityAtLeast
from registry.api import conditional, lists
from registry.api.door import Blueprint, actor, may, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.policy import Permission
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service as ServiceModel
from registry.catalogue.schemas import (
    ContactSchema,
    CreatedServiceSchema,
    LicenceSchema,
    NewServiceSchema,
    ServiceChangeSchema,
    ServiceSchema,
    TopicSchema,
    WantedSchema,
)
from registry.catalogue.service import Similar, Wanted
from registry.kit.rendering import Rendering
from registry.kit.schemas import Slug

blueprint = Blueprint("catalogue", __name__, url_prefix="/api/v1", description="What cities offer for reuse.")

find_locked = partial(catalogue.find, lock=True)


def etag(service: ServiceModel, **_path: str) -> str:
    """Return the entity tag that a change of the service must name."""
    return service.etag


class ServicesQuerySchema(WantedSchema, ListQuerySchema):
    """What to look for, and which part of what is found."""

    maturity = MaturityAtLeast()
    adopted_by = Slug()


@blueprint.route("/services")
class Services(MethodView):
    """The catalogue."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.arguments(ServicesQuerySchema, location="query")
    @blueprint.response(200, list_of(ServiceSchema, facets=True))
    def get(self, query: dict[str, Any]) -> Response:
        """List services: search, filter, count by facet."""
        limit, cursor, sort = query.pop("limit"), query.pop("cursor", None), query.pop("sort", None)
        within = adoption.reused(adopted_by_slug=query.pop("adopted_by", None), maturity=query.pop("maturity", None))
        found = catalogue.browse(
            session(),
            actor(),
            Wanted(**query, within=within),
            sort=sort,
            after=lists.place_of(cursor),
            limit=limit,
        )
        facets = {
            kind: [{"value": value, "count": count} for value, count in counted]
            for kind, counted in found.facets.items()
        }
        return lists.answer(found.page, {"facets": facets})

    @may(Permission.SERVICE_CREATE)
    @blueprint.arguments(NewServiceSchema)
    @blueprint.response(201, CreatedServiceSchema)
    def post(self, said: dict[str, Any]) -> Response:
        """Put a service into the catalogue, as a draft until its first release."""
        made, alike = catalogue.create(session(), actor(), **said)
        warnings = [_warning(alike)] if alike else []
        body = made.body[:-1] + b',"warnings":' + json.dumps(warnings, ensure_ascii=False).encode() + b"}"
        answer = conditional.answer(Rendering(body, made.etag), 201)
        answer.headers["Location"] = f"/api/v1/services/{made.slug}"
        return answer


def _warning(alike: list[Similar]) -> dict[str, Any]:
    return {
        "code": "similar-service",
        "message": {
            "de": "Ähnliche Online-Dienste gibt es schon. Vielleicht lässt sich einer davon nachnutzen.",
            "en": "There are similar services already. Perhaps one of them can be reused.",
        },
        "services": [
            {"service": one.slug, "name": one.name, "reason": one.reason, "url": f"/api/v1/services/{one.slug}"}
            for one in alike
        ],
    }


@blueprint.route("/services/<slug:slug>")
class Service(MethodView):
    """One service."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, ServiceSchema)
    def get(self, slug: str) -> Response:
        """Read a service."""
        return conditional.answer(catalogue.rendering(session(), actor(), slug))

    @may(Permission.SERVICE_CHANGE, find_locked, changes=etag)
    @blueprint.arguments(ServiceChangeSchema)
    @blueprint.response(200, ServiceSchema)
    def patch(self, said: dict[str, Any], slug: str) -> Response:
        """Change what is said of a service."""
        changed = catalogue.change(session(), actor(), slug, said)
        return conditional.answer(Rendering(changed.body, changed.etag))


@blueprint.route("/services/<slug:slug>/contacts")
class Contacts(MethodView):
    """Whom to ask about a service."""

    @may(Permission.CONTACTS_READ, catalogue.find)
    @blueprint.response(200, list_of(ContactSchema))
    def get(self, slug: str) -> Response:
        """Read all contacts, also those that are not shown to everybody."""
        return lists.whole(catalogue.contacts(session(), actor(), slug))


@blueprint.route("/topics")
class Topics(MethodView):
    """The topic areas."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, list_of(TopicSchema))
    def get(self) -> Response:
        """List the fourteen OZG topic areas."""
        return lists.whole(catalogue.topics(session(), actor()))


@blueprint.route("/licences")
class Licences(MethodView):
    """The licences."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, list_of(LicenceSchema))
    def get(self) -> Response:
        """List the licences that may be declared (SPDX)."""
        return lists.whole(catalogue.licences(session(), actor()))
