"""Organisations, their members, machine clients and mandates."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, g, request
from flask.views import MethodView
from marshmallow import fields, validate

from registry.accounts import representation
from registry.accounts import service as accounts
from registry.accounts.errors import MandateNotFoundError
from registry.accounts.keys import STATES
from registry.accounts.models import Client as ClientModel
from registry.accounts.models import Mandate as MandateModel
from registry.accounts.models import Organisation as OrganisationModel
from registry.accounts.models import OrganisationKind
from registry.accounts.schemas import (
    ClientChangeSchema,
    ClientSchema,
    ClientWithSecretSchema,
    LeakedSecretsSchema,
    LimitsChangeSchema,
    LimitsSchema,
    MandateSchema,
    NewClientSchema,
    NewOrganisationSchema,
    OrganisationChangeSchema,
    OrganisationSchema,
    RotationSchema,
)
from registry.accounts.service import Quota
from registry.adoption import service as adoption
from registry.api import conditional, lists
from registry.api.door import Blueprint, actor, may, resources, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.actor import Scope
from registry.authz.policy import Permission
from registry.catalogue import service as catalogue
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


def _limits(said: Mapping[Quota, int]) -> Rendering:
    return render(
        {str(Quota.PACKAGE_MB): resources().settings.max_package_mb} | {str(name): n for name, n in said.items()}
    )


def _limits_etag(_organisation: OrganisationModel, slug: str) -> str:
    return _limits(accounts.limits_of(session(), actor(), slug)).etag


@blueprint.route("/organisations/<slug:slug>/limits")
class LimitsOf(MethodView):
    """How much an organisation may have."""

    @may(Permission.LIMITS_READ, accounts.find)
    @blueprint.response(200, LimitsSchema)
    def get(self, slug: str) -> Response:
        """Read how much an organisation may have."""
        return conditional.answer(_limits(accounts.limits_of(session(), actor(), slug)))

    @may(Permission.LIMITS_CHANGE, find_locked, changes=_limits_etag)
    @blueprint.arguments(LimitsChangeSchema)
    @blueprint.response(200, LimitsSchema)
    def patch(self, said: dict[str, Any], slug: str) -> Response:
        """Let an organisation have more or less; null: as usual."""
        changes = {Quota(name): number for name, number in said.items()}
        return conditional.answer(_limits(accounts.change_limits(session(), actor(), slug, changes)))


@blueprint.route("/organisations/<slug:slug>/clients")
class Clients(MethodView):
    """The machine clients of an organisation."""

    @may(Permission.CLIENT_READ, accounts.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(ClientSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List machine clients, the oldest first; what was ended is not among them."""
        after = lists.place_of(query.get("cursor"))
        page = accounts.clients(session(), actor(), slug, after=after, limit=query["limit"])
        slugs = _slugs(page.items)
        return lists.answer_dicts(page.map(lambda it: representation.client(it, slugs)))

    @may(Permission.CLIENT_CREATE, accounts.find)
    @blueprint.arguments(NewClientSchema)
    @blueprint.response(201, ClientWithSecretSchema)
    def post(self, said: dict[str, Any], slug: str) -> Response:
        """Set up a machine client; its secret is shown this once."""
        scopes: list[Scope] = said["scopes"]
        services = _covered(slug, said["services"], scopes)
        client, secret = accounts.create_client(
            session(),
            actor(),
            slug,
            name=said["name"],
            scopes=scopes,
            services=services,
            expires_at=said["expires_at"],
        )
        answer = _with_secret(client, secret, 201)
        answer.headers["Location"] = f"/api/v1/organisations/{slug}/clients/{client.client_id}"
        return answer


def _covered(slug: str, services: list[str] | None, scopes: Collection[Scope]) -> list[UUID] | None:
    return None if services is None else catalogue.covered(session(), actor(), slug, services, scopes=scopes)


def _slugs(clients: Iterable[ClientModel]) -> dict[UUID, str]:
    return catalogue.slugs(session(), actor(), {UUID(one) for client in clients for one in client.services or ()})


def _told(client: ClientModel, **_path: str) -> Rendering:
    return render(representation.client(client, _slugs([client])))


def _with_secret(client: ClientModel, secret: str, status: int) -> Response:
    """Tell a client with its new secret, this once."""
    g.secret = True
    told = representation.client(client, _slugs([client])) | {"client_secret": secret}
    answer = Response(render(told).body, status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _client_etag(client: ClientModel, **_path: str) -> str:
    return _told(client).etag


find_client_locked = partial(accounts.client, lock=True)


@blueprint.route("/organisations/<slug:slug>/clients/<slug:client_id>")
class Client(MethodView):
    """One machine client."""

    @may(Permission.CLIENT_READ, accounts.client)
    @blueprint.response(200, ClientSchema)
    def get(self, slug: str, client_id: str) -> Response:
        """Read a machine client."""
        return conditional.answer(_told(accounts.client(session(), actor(), slug, client_id)))

    @may(Permission.CLIENT_CHANGE, find_client_locked, changes=_client_etag)
    @blueprint.arguments(ClientChangeSchema)
    @blueprint.response(200, ClientSchema)
    def patch(self, said: dict[str, Any], slug: str, client_id: str) -> Response:
        """Change a machine client; what it loses its tokens lose at once."""
        if "services" in said:
            known = accounts.client(session(), actor(), slug, client_id)
            said["services"] = _covered(slug, said["services"], said.get("scopes") or [*map(Scope, known.scopes)])
        return conditional.answer(_told(accounts.change_client(session(), actor(), slug, client_id, said)))

    @may(Permission.CLIENT_CHANGE, find_client_locked, changes=_client_etag, body=False)
    @blueprint.response(204)
    def delete(self, slug: str, client_id: str) -> Response:
        """End a machine client, its secrets and all its tokens at once."""
        accounts.end_client(session(), actor(), slug, client_id)
        return Response(status=204)


@blueprint.route("/organisations/<slug:slug>/clients/<slug:client_id>/rotate")
class Rotation(MethodView):
    """A machine client's secret, replaced."""

    @may(Permission.CLIENT_CHANGE, find_client_locked)
    @blueprint.arguments(RotationSchema)
    @blueprint.response(200, ClientWithSecretSchema)
    def post(self, said: dict[str, Any], slug: str, client_id: str) -> Response:
        """Give a machine client a new secret; the one it had stays good for `overlap` seconds (24 hours)."""
        overlap = timedelta(seconds=said["overlap"])
        return _with_secret(*accounts.rotate(session(), actor(), slug, client_id, overlap=overlap), 200)


@blueprint.route("/leaked-secrets")
class LeakedSecrets(MethodView):
    """Tokens and secrets that somebody found."""

    @may(Permission.LEAK_REPORT)
    @blueprint.arguments(LeakedSecretsSchema)
    @blueprint.response(204)
    def post(self, said: dict[str, Any]) -> Response:
        """End access tokens and client secrets that lay open; the answer is the same whether they are known or not."""
        accounts.revoke_leaked(session(), actor(), said["secrets"])
        return Response(status=204)


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
        givers = accounts.givers(session(), actor(), page.items)
        return lists.answer_dicts(page.map(lambda it: representation.mandate(it, givers)))


def _giver(session: Any, actor: Any, slug: str, other: str) -> OrganisationModel:
    del slug
    return accounts.find(session, actor, other, lock=request.method not in {"GET", "HEAD"})


def _present(_giver: OrganisationModel, slug: str, other: str) -> str | None:
    known = accounts.mandate(session(), actor(), slug, other)
    return None if known is None else _rendered(known).etag


def _rendered(mandate: MandateModel) -> Rendering:
    return render(representation.mandate(mandate, accounts.givers(session(), actor(), [mandate])))


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
