"""Who is trusted without a secret: pipelines that publish a service, and keys by which an organisation signs."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from registry.accounts import representation as accounts_representation
from registry.accounts import service as accounts
from registry.accounts.models import Organisation
from registry.accounts.schemas import NewSigningKeySchema, SigningKeySchema
from registry.api import conditional, lists
from registry.api.door import Blueprint, actor, may, resources, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.policy import Permission
from registry.catalogue import representation
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.catalogue.schemas import NewPublisherSchema, PublisherSchema
from registry.kit.rendering import Rendering, render

blueprint = Blueprint("trusted", __name__, url_prefix="/api/v1", description="Publishing without secrets, and signing.")


def _created(rendering: Rendering, location: str) -> Response:
    answer = conditional.answer(rendering, 201)
    answer.headers["Location"] = location
    return answer


def _publisher(slug: str, identifier: UUID) -> Rendering:
    return render(representation.publisher(catalogue.publisher(session(), actor(), slug, identifier)))


def _publisher_etag(_service: Service, slug: str, identifier: UUID) -> str:
    return _publisher(slug, identifier).etag


def _service(session: Any, actor: Any, slug: str, identifier: UUID) -> Service:
    del identifier
    return catalogue.find(session, actor, slug)


@blueprint.route("/services/<slug:slug>/trusted-publishers")
class Publishers(MethodView):
    """The pipelines that a service trusts."""

    @may(Permission.PUBLISHERS_READ, catalogue.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(PublisherSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List the pipelines that may publish a service by their issuer's word."""
        after = lists.place_of(query.get("cursor"))
        page = catalogue.publishers(session(), actor(), slug, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(representation.publisher))

    @may(Permission.PUBLISHER_ADD, catalogue.find)
    @blueprint.arguments(NewPublisherSchema)
    @blueprint.response(201, PublisherSchema)
    def post(self, said: dict[str, Any], slug: str) -> Response:
        """Trust a pipeline to publish a service."""
        added = catalogue.add_publisher(session(), actor(), slug, resources().issuers, **said)
        place = f"/api/v1/services/{slug}/trusted-publishers/{added.id}"
        return _created(render(representation.publisher(added)), place)


@blueprint.route("/services/<slug:slug>/trusted-publishers/<uuid:identifier>")
class Publisher(MethodView):
    """A pipeline that a service trusts."""

    @may(Permission.PUBLISHERS_READ, _service)
    @blueprint.response(200, PublisherSchema)
    def get(self, slug: str, identifier: UUID) -> Response:
        """Read a trusted publisher."""
        return conditional.answer(_publisher(slug, identifier))

    @may(Permission.PUBLISHER_REMOVE, _service, changes=_publisher_etag, body=False)
    @blueprint.response(204)
    def delete(self, slug: str, identifier: UUID) -> Response:
        """Trust a pipeline no more; its tokens end at once."""
        catalogue.remove_publisher(session(), actor(), slug, identifier)
        return Response(status=204)


def _organisation(session: Any, actor: Any, slug: str, keyid: str) -> Organisation:
    del keyid
    return accounts.find(session, actor, slug)


def _key(slug: str, keyid: str) -> Rendering:
    return render(accounts_representation.signing_key(accounts.signing_key(session(), actor(), slug, keyid)))


def _key_etag(_organisation: Organisation, slug: str, keyid: str) -> str:
    return _key(slug, keyid).etag


@blueprint.route("/organisations/<slug:slug>/keys")
class Keys(MethodView):
    """The keys by which an organisation signs."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(SigningKeySchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List an organisation's keys, also those that it has withdrawn."""
        after = lists.place_of(query.get("cursor"))
        page = accounts.signing_keys(session(), actor(), slug, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(accounts_representation.signing_key))

    @may(Permission.SIGNING_KEY_ADD, accounts.find)
    @blueprint.arguments(NewSigningKeySchema)
    @blueprint.response(201, SigningKeySchema)
    def post(self, said: dict[str, Any], slug: str) -> Response:
        """Register a key by which the organisation signs."""
        added = accounts.add_signing_key(session(), actor(), slug, **said)
        place = f"/api/v1/organisations/{slug}/keys/{added.keyid}"
        return _created(render(accounts_representation.signing_key(added)), place)


@blueprint.route("/organisations/<slug:slug>/keys/<digest:keyid>")
class Key(MethodView):
    """A key by which an organisation signs."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, SigningKeySchema)
    def get(self, slug: str, keyid: str) -> Response:
        """Read a key."""
        return conditional.answer(_key(slug, keyid))

    @may(Permission.SIGNING_KEY_WITHDRAW, _organisation, changes=_key_etag, body=False)
    @blueprint.response(204)
    def delete(self, slug: str, keyid: str) -> Response:
        """Withdraw a key: it stays listed, and nothing more is accepted that it signed."""
        accounts.withdraw_signing_key(session(), actor(), slug, keyid)
        return Response(status=204)
