"""Adoptions, deployments, and the fleet of a service."""

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import fields

from registry.accounts import service as accounts
from registry.accounts.service import Principal
from registry.adoption import representation
from registry.adoption import service as adoption
from registry.adoption.models import Adoption as AdoptionModel
from registry.adoption.models import AdoptionStatus, Relation
from registry.adoption.schemas import (
    AdoptionChangeSchema,
    AdoptionSchema,
    DeploymentSchema,
    FleetEntrySchema,
    NewDeploymentSchema,
)
from registry.adoption.service import Standing, Wanted
from registry.api import conditional, lists
from registry.api.door import Blueprint, actor, found, may, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.actor import Actor
from registry.authz.policy import Permission
from registry.catalogue import service as catalogue
from registry.catalogue.models import ReuseModel
from registry.kit.rendering import render
from registry.kit.schemas import Slug, String
from registry.releases import versions

blueprint = Blueprint("adoption", __name__, url_prefix="/api/v1", description="Who reuses what, in which version.")


def _principal(session: Any, actor: Actor, slug: str, organisation: str) -> Principal:
    service = catalogue.find(session, actor, slug)
    return accounts.principal(session, actor, organisation, service_id=service.id)


def _declared(_principal: Principal, slug: str, organisation: str) -> str | None:
    if adoption.declared(session(), actor(), slug, organisation) is None:
        return None
    return adoption.rendering(session(), actor(), slug, organisation).etag


def _standing(session: Any, actor: Actor, slug: str, organisation: str) -> Standing:
    return adoption.standing(session, actor, slug, organisation)


def _adoption(session: Any, actor: Actor, slug: str, organisation: str) -> AdoptionModel:
    return adoption.find(session, actor, slug, organisation)


class AdoptionsQuerySchema(ListQuerySchema):
    """Which adoptions to list."""

    service = Slug()
    organisation = Slug()
    status = fields.Enum(AdoptionStatus, by_value=True)
    relation = fields.Enum(Relation, by_value=True)
    model = fields.Enum(ReuseModel, by_value=True)
    version = String(versions.LIMIT)
    stale = fields.Boolean(truthy={"true", "1"}, falsy={"false", "0"})


@blueprint.route("/adoptions")
class Adoptions(MethodView):
    """All adoptions."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.arguments(AdoptionsQuerySchema, location="query")
    @blueprint.response(200, list_of(AdoptionSchema))
    def get(self, query: dict[str, Any]) -> Response:
        """List adoptions, the newest first."""
        after, limit = lists.place_of(query.pop("cursor", None)), query.pop("limit")
        return lists.answer(adoption.browse(session(), actor(), Wanted(**query), after=after, limit=limit))


@blueprint.route("/services/<slug:slug>/adoptions")
class AdoptionsOfService(MethodView):
    """Who reuses a service."""

    @may(Permission.SERVICE_READ, catalogue.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(AdoptionSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List who reuses a service."""
        after = lists.place_of(query.get("cursor"))
        return lists.answer(adoption.of_service(session(), actor(), slug, after=after, limit=query["limit"]))


@blueprint.route("/organisations/<slug:slug>/adoptions")
class AdoptionsOfOrganisation(MethodView):
    """What an organisation reuses."""

    @may(Permission.ORGANISATION_READ, accounts.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(AdoptionSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List what an organisation reuses."""
        after = lists.place_of(query.get("cursor"))
        return lists.answer(adoption.of_organisation(session(), actor(), slug, after=after, limit=query["limit"]))


@blueprint.route("/services/<slug:slug>/adoptions/<slug:organisation>")
class Adoption(MethodView):
    """An organisation's reuse of a service."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, AdoptionSchema)
    def get(self, slug: str, organisation: str) -> Response:
        """Read an adoption."""
        return conditional.answer(adoption.rendering(session(), actor(), slug, organisation))

    @may(Permission.ADOPTION_DECLARE, _principal, changes=_declared)
    @blueprint.arguments(AdoptionChangeSchema)
    @blueprint.response(200, AdoptionSchema)
    @blueprint.alt_response(201, schema=AdoptionSchema, description="Declared for the first time.")
    def put(self, said: dict[str, Any], slug: str, organisation: str) -> Response:
        """Declare or change an adoption; one that changes nothing confirms it."""
        _, created = adoption.declare(session(), actor(), slug, organisation, said)
        told = adoption.rendering(session(), actor(), slug, organisation)
        answer = conditional.answer(told, 201 if created else 200)
        if created:
            answer.headers["Location"] = f"/api/v1/services/{slug}/adoptions/{organisation}"
        return answer


@blueprint.route("/services/<slug:slug>/adoptions/<slug:organisation>/deployments")
class Deployments(MethodView):
    """What runs where."""

    @may(Permission.ADOPTION_READ, _adoption)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(DeploymentSchema))
    def get(self, query: dict[str, Any], slug: str, organisation: str) -> Response:
        """List what was reported, what occurred last first."""
        after = lists.place_of(query.get("cursor"))
        page = adoption.deployments(session(), actor(), slug, organisation, after=after, limit=query["limit"])
        return lists.answer_dicts(
            page.map(lambda it: representation.deployment(it, service=slug, organisation=organisation))
        )

    @may(Permission.DEPLOYMENT_REPORT, _standing)
    @blueprint.arguments(NewDeploymentSchema)
    @blueprint.response(201, DeploymentSchema)
    def post(self, said: dict[str, Any], slug: str, organisation: str) -> Response:
        """Report a deployment."""
        made = adoption.report(session(), actor(), slug, organisation, said, stood=found())
        told = representation.deployment(made, service=slug, organisation=organisation)
        return Response(render(told).body, 201, content_type="application/json")


@blueprint.route("/services/<slug:slug>/fleet")
class Fleet(MethodView):
    """Which version of a service runs where."""

    @may(Permission.SERVICE_READ, catalogue.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(FleetEntrySchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List by adopter the running version, and how far it is behind."""
        after = lists.place_of(query.get("cursor"))
        return lists.answer_dicts(adoption.fleet(session(), actor(), slug, after=after, limit=query["limit"]))
