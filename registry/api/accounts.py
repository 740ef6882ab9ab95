"""Organisations, their members, machine clients and mandates."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, g, request
from flask.views import MethodView
from marshmallow import fields, validate

from registry.accounts import representation
from registry.accounts import service as accounts
from registry.accounts.errors import MandateNotFoundError
from registry.accounts.keys import STATES
from registry.accounts.models import Mandate as MandateModel
from registry.accounts.models import Organisation as OrganisationModel
from registry.accounts.models import OrganisationKind
from registry.accounts.schemas import (
    ClientSchema,
    MandateSchema,
    MemberSchema,
    NewClientSchema,
    NewOrganisationSchema,
    OrganisationChangeSchema,
    OrganisationSchema,
)
from registry.adoption import service as adoption
from registry.api import conditional, lists
from registry.api.door import Blueprint, actor, may, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.actor import Scope
from registry.authz.policy import Permission
from registry.catalogue import service as catalogue
from registry.kit.clock import stamp
from registry.kit.rendering import Rendering, render
from registry.kit.schemas import String

blueprint = Blueprint("accounts", __name__, url_prefix="/api/v1", description="Organisations and who acts for them.")

find_locked = partial(accounts.find, lock=True)


def etag(organisation: OrganisationModel, **_path: str) -> str:
    """Return the entity tag that a change of the organisation must name."""
    return organisation.etag


class OrganisationsQuerySchema(ListQuerySchema):
    """What organisations to list."""

    q = String(200, metadata={"description": "Words of the name."})
    state = fields.String(validate=validate.OneOf(sorted(STATES.values())))
    kind = fields.Enum(OrganisationKind, by_value=True)
    ars = fields.String(validate=validate.Regexp(r"\A[0-9]{2,12}\Z"), metadata={"description": "Or how it begins."})
    has = fields.String(validate=validate.OneOf(("services", "adoptions")))


@blueprint.route("/organisations")
class Organisations(MethodView):
    """All organisations."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.arguments(OrganisationsQuerySchema, location="query")
    @blueprint.response(200, list_of(OrganisationSchema))
    def get(self, query: dict[str, Any]) -> Response:
        """List organisations by name."""
        among = {"services": catalogue.originators, "adoptions": adoption.adopters}.get(query.pop("has", ""))
        after = lists.place_of(query.pop("cursor", None))
        return lists.answer(accounts.browse(session(), actor(), **query, among=among() if among else None, after=after))

    @may(Permission.ORGANISATION_CREATE)
    @blueprint.arguments(NewOrganisationSchema)
    @blueprint.response(201, OrganisationSchema)
    def post(self, said: dict[str, Any]) -> Response:
        """Take in an organisation."""
        made = accounts.onboard(session(), actor(), **said)
        answer = conditional.answer(Rendering(made.body, made.etag), 201)
        answer.headers["Location"] = f"/api/v1/organisations/{made.slug}"
        return answer


@blueprint.route("/organisations/<slug:slug>")
class Organisation(MethodView):
    """One organisation."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, OrganisationSchema)
    def get(self, slug: str) -> Response:
        """Read an organisation."""
        return conditional.answer(accounts.rendering(session(), actor(), slug))

    @may(Permission.ORGANISATION_CHANGE, find_locked, changes=etag)
    @blueprint.arguments(OrganisationChangeSchema)
    @blueprint.response(200, OrganisationSchema)
    def patch(self, said: dict[str, Any], slug: str) -> Response:
        """Change what is known of an organisation; who it is only the operator may change."""
        changed = accounts.change(session(), actor(), slug, said)
        catalogue.originator_changed(session(), changed)
        return conditional.answer(Rendering(changed.body, changed.etag))


@blueprint.route("/organisations/<slug:slug>/members")
class Members(MethodView):
    """The people of an organisation."""

    @may(Permission.MEMBERS_READ, accounts.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(MemberSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List an organisation's members."""
        after = lists.place_of(query.get("cursor"))
        page = accounts.members(session(), actor(), slug, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(representation.member))


@blueprint.route("/organisations/<slug:slug>/clients")
class Clients(MethodView):
    """The machine clients of an organisation."""

    @may(Permission.CLIENT_CREATE, accounts.find)
    @blueprint.arguments(NewClientSchema)
    @blueprint.response(201, ClientSchema)
    def post(self, said: dict[str, Any], slug: str) -> Response:
        """Set up a machine client; its secret is shown this once."""
        scopes: list[Scope] = said["scopes"]
        expires_at: datetime | None = said["expires_at"]
        services: list[str] | None = said["services"]
        covered = None if services is None else catalogue.covered(session(), actor(), slug, services, scopes=scopes)
        client, secret = accounts.create_client(
            session(), actor(), slug, name=said["name"], scopes=scopes, services=covered, expires_at=expires_at
        )
        g.secret = True
        told = {
            "client_id": client.client_id,
            "client_secret": secret,
            "name": client.name,
            "scopes": client.scopes,
            "services": services and sorted(set(services)),
            "expires_at": None if expires_at is None else stamp(expires_at),
        }
        answer = Response(render(told).body, 201, content_type="application/json")
        answer.headers["Cache-Control"] = "no-store"
        return answer


@blueprint.route("/organisations/<slug:slug>/mandates")
class Mandates(MethodView):
    """The mandates that an organisation has given and holds."""

    @may(Permission.MANDATES_READ, accounts.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(MandateSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List mandates given and held."""
        after = lists.place_of(query.get("cursor"))
        page = accounts.mandates(session(), actor(), slug, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(representation.mandate))


def _giver(session: Any, actor: Any, slug: str, other: str) -> OrganisationModel:
    del slug
    return accounts.find(session, actor, other, lock=request.method not in {"GET", "HEAD"})


def _present(_giver: OrganisationModel, slug: str, other: str) -> str | None:
    known = accounts.mandate(session(), actor(), slug, other)
    return None if known is None else _rendered(known).etag


def _rendered(mandate: MandateModel) -> Rendering:
    return render(representation.mandate(mandate))


@blueprint.route("/organisations/<slug:slug>/mandates/<slug:other>")
class Mandate(MethodView):
    """The mandate that the provider `slug` holds of the organisation `other`."""

    @may(Permission.MANDATES_READ, _giver)
    @blueprint.response(200, MandateSchema)
    def get(self, slug: str, other: str) -> Response:
        """Read a mandate."""
        known = accounts.mandate(session(), actor(), slug, other)
        if known is None:
            raise MandateNotFoundError(slug, other)
        return conditional.answer(_rendered(known))

    @may(Permission.MANDATE_CHANGE, _giver, changes=_present, body=False)
    @blueprint.response(200, MandateSchema)
    def put(self, slug: str, other: str) -> Response:
        """Let the provider `slug` adopt and report for `other`."""
        return conditional.answer(_rendered(accounts.give_mandate(session(), actor(), slug, other)))

    @may(Permission.MANDATE_CHANGE, _giver, changes=_present, body=False)
    @blueprint.response(204)
    def delete(self, slug: str, other: str) -> Response:
        """Withdraw a mandate."""
        accounts.withdraw_mandate(session(), actor(), slug, other)
        return Response(status=204)
