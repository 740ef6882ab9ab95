"""OAuth 2 for machine clients: tokens, revocation (RFC 7009), introspection (RFC 7662), metadata (RFC 8414).

Pipelines that are trusted exchange their issuer's token for one of ours (RFC 7523).
"""

from collections.abc import Collection
from typing import Any

import structlog
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import Blueprint, Flask, Response, json, request
from typing_extensions import override

from registry.accounts import assertions
from registry.accounts import service as accounts
from registry.accounts.errors import GrantInvalidError, TargetInvalidError
from registry.accounts.models import Client as ClientModel
from registry.accounts.service import Introspection
from registry.accounts.service.tokens import LIFETIME, find_client
from registry.api.door import bare, caller, receive, resources, session, spend, used
from registry.authz.actor import Scope
from registry.catalogue import service as catalogue
from registry.kit.jwks import IssuerUnavailableError
from registry.kit.schemas import SLUG

blueprint = Blueprint("oauth", __name__)

log = structlog.get_logger("registry.oauth")

METHODS = ["client_secret_basic", "client_secret_post"]
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SERVICES = "/api/v1/services/"


class OAuthClient(ClientMixin):
    """A machine client, as Authlib wants to ask it."""

    def __init__(self, client: ClientModel) -> None:
        self.client = client

    @override
    def get_client_id(self) -> str:
        return self.client.client_id

    @override
    def check_client_secret(self, client_secret: str) -> bool:
        return accounts.client_by_credentials(session(), self.client.client_id, client_secret) is not None

    @override
    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in METHODS

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"

    @override
    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        held = set(self.client.scopes)
        wanted = set(scope.split() if isinstance(scope, str) else scope) or held
        if not wanted <= held:
            raise InvalidScopeError
        return " ".join(sorted(wanted))


def _query_client(client_id: str) -> OAuthClient | None:
    found = None if "\0" in client_id else find_client(session(), client_id)
    return OAuthClient(found) if found else None


def _generate_token(
    grant_type: str, client: OAuthClient, user: Any = None, scope: str | None = None, **_options: Any
) -> dict[str, Any]:
    del grant_type, user
    granted = client.get_allowed_scope(scope or "").split()
    token = accounts.issue(session(), client.client, map(Scope, granted))
    used(client.client.client_id)
    return {
        "token_type": "Bearer",
        "access_token": token,
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(granted),
    }


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """A program asks for a token with its own secret."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class Revocation(RevocationEndpoint):
    """A client ends a token of its organisation."""

    CLIENT_AUTH_METHODS = METHODS

    @override
    def query_token(self, token_string: str, token_type_hint: str | None) -> str:
        return token_string

    @override
    def authenticate_token(self, request: Any, client: OAuthClient) -> str:
        self.check_params(request, client)
        return str(request.form["token"])

    @override
    def revoke_token(self, token: str, request: Any) -> None:
        accounts.revoke(session(), request.client.client, token)


class IntrospectionOf(IntrospectionEndpoint):
    """A client asks about a token of its organisation."""

    CLIENT_AUTH_METHODS = METHODS

    @override
    def authenticate_token(self, request: Any, client: OAuthClient) -> Introspection | None:
        self.check_params(request, client)
        return accounts.introspect(session(), client.client, str(request.form["token"]))

    @override
    def create_introspection_payload(self, token: Introspection | None) -> dict[str, Any]:
        if token is None:
            return {"active": False}
        return {"active": True, **self.introspect_token(token)}

    @override
    def introspect_token(self, token: Introspection) -> dict[str, Any]:
        actor = token.actor
        named = {} if actor.services is None else catalogue.slugs(session(), actor, actor.services)
        return {
            "client_id": actor.id,
            "sub": actor.organisation,
            "scope": " ".join(sorted(actor.scopes)),
            "services": None if actor.services is None else sorted(named.values()),
            "token_type": "Bearer",
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
            "iss": resources().settings.base_url,
        }


_server: Any = AuthorizationServer()


@blueprint.post("/oauth/token")
@bare
def token() -> Response:
    """Give a client a token for its secret, or a pipeline one for its issuer's word."""
    spend("token", caller())
    receive()
    if request.form.get("grant_type") == JWT_BEARER:
        # The issuer may have to be asked for its keys, which no transaction waits for.
        return _answer(_exchange())
    with resources().database.transaction():
        return _answer(_server.create_token_response())


def _exchange() -> Response:
    issuers, base = resources().issuers, resources().settings.base_url
    try:
        service = _resource(base)
        shown = request.form.getlist("assertion")
        if len(shown) != 1:
            return _refusal("invalid_request", "One `assertion` is needed: the ID token of the pipeline.")
        assertion = assertions.verify(shown[0], issuers, (base, f"{base}/oauth/token"))
        with resources().database.transaction() as writing:
            granted = catalogue.exchange(writing, assertion, service)
    except GrantInvalidError as problem:
        log.info("exchange refused", error=problem.error, reason=problem.reason)
        return _refusal(problem.error, str(problem))
    except IssuerUnavailableError as problem:
        log.warning("issuer unavailable", reason=str(problem))
        answer = _refusal(
            "temporarily_unavailable", "The keys of the issuer cannot be had. Try again in a minute.", 503
        )
        answer.headers["Retry-After"] = "60"
        return answer
    told = {
        "token_type": "Bearer",
        "access_token": granted.token,
        "expires_in": int(catalogue.TRUSTED_LIFETIME.total_seconds()),
        "scope": " ".join(catalogue.TRUSTED_SCOPES),
        "resource": f"{base}{SERVICES}{granted.service}",
    }
    return Response(json.dumps(told), content_type="application/json")


def _resource(base: str) -> str | None:
    """Return the slug of the service that is meant (RFC 8707), None where none is named."""
    said = request.form.getlist("resource")
    if not said:
        return None
    slug = said[0].removeprefix(f"{base}{SERVICES}")
    if len(said) > 1 or not SLUG.fullmatch(slug):
        message = f"`resource` must be the address of one service: {base}{SERVICES}…"
        raise TargetInvalidError(message)
    return slug


def _refusal(error: str, description: str, status: int = 400) -> Response:
    # RFC 6749 allows nothing but plain ASCII here; what the pipeline said of itself may be more.
    plain = description.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "/")
    told = {"error": error, "error_description": plain}
    return Response(json.dumps(told), status, content_type="application/json")


@blueprint.post("/oauth/revoke")
def revoke() -> Response:
    """End a token."""
    return _answer(_server.create_endpoint_response(Revocation.ENDPOINT_NAME))


@blueprint.post("/oauth/introspect")
def introspect() -> Response:
    """Tell whether a token is good, and what for."""
    return _answer(_server.create_endpoint_response(IntrospectionOf.ENDPOINT_NAME))


def _answer(answer: Any) -> Response:
    made: Response = answer
    made.headers["Cache-Control"] = "no-store"
    return made


def _metadata() -> Response:
    """Tell what this authorization server can do."""
    base = resources().settings.base_url
    told = {
        "issuer": base,
        "token_endpoint": f"{base}/oauth/token",
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint": f"{base}/oauth/revoke",
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint": f"{base}/oauth/introspect",
        "introspection_endpoint_auth_methods_supported": METHODS,
        "grant_types_supported": ["client_credentials", *([JWT_BEARER] if resources().issuers else [])],
        "response_types_supported": [],
        "scopes_supported": [str(scope) for scope in Scope],
        "service_documentation": f"{base}/docs",
    }
    return Response(json.dumps(told), content_type="application/json")


def init_app(app: Flask) -> None:
    """Add these routes."""
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": int(LIFETIME.total_seconds())}
    _server.init_app(app, query_client=_query_client, save_token=lambda *_args: None)
    _server.register_token_generator("default", _generate_token)
    _server.register_grant(ClientCredentialsGrant)
    _server.register_endpoint(Revocation)
    _server.register_endpoint(IntrospectionOf)
    app.add_url_rule("/.well-known/oauth-authorization-server", "oauth_metadata", bare(_metadata))
    app.register_blueprint(blueprint)
