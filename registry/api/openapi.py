"""The OpenAPI document, made from the code."""

from collections.abc import Iterator
from typing import Any, cast

from apispec import APISpec
from flask import Flask
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import fields
from typing_extensions import override

import registry
from registry.api import paths
from registry.api.door import AS_FILE, CONDITIONAL
from registry.api.paths import DigestConverter, FileConverter, SlugConverter, VersionConverter
from registry.authz.actor import Scope
from registry.kit.schemas import Schema
from registry.releases.schemas import MetadataSchema

PROBLEM = "application/problem+json"
_PROBLEM_REFERENCE = {"$ref": "#/components/responses/Problem"}
SETTINGS = {
    "API_TITLE": "EfA Registry",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "One city's digital service becomes every city's: services, their releases, and who runs "
            "which version. Every error is a problem (RFC 9457); `POST` honours `Idempotency-Key`; changes need "
            "`If-Match`.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/"}],
    },
}


class FaultSchema(Schema):
    """One thing wrong with the input: where (a JSON pointer) and what."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """A problem as RFC 9457 describes it; `type` is a page that explains it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)
    errors = fields.List(fields.Nested(FaultSchema))


class Api(SmorestApi):  # type: ignore[misc]  # flask-smorest is not typed
    """Leaves errors to `problems`, and documents them as what they are."""

    ERROR_SCHEMA = ProblemSchema

    @override
    def _register_error_handlers(self) -> None:
        """Keep flask-smorest from answering every failure of the application, the pages' too."""

    @override
    def _register_responses(self) -> None:
        self.spec.components.response(
            "Problem",
            {
                "description": "A problem (RFC 9457).",
                "content": {PROBLEM: {"schema": self.ERROR_SCHEMA}},
            },
        )


def describe(spec: APISpec) -> None:
    """Add what every operation shares."""
    spec.components.security_scheme(
        "token",
        {
            "type": "oauth2",
            "description": "Bearer tokens, from `POST /oauth/token` or `efa-registry tokens issue`.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/oauth/token",
                    "scopes": {str(scope): f"Do {scope}." for scope in Scope},
                }
            },
        },
    )
    spec.components.parameter(
        "IfMatch",
        "header",
        {
            "name": "If-Match",
            "required": False,
            "description": "The `ETag` of what is changed, or `*`. Required for what exists already.",
            "schema": {"type": "string"},
        },
    )
    spec.components.parameter(
        "IdempotencyKey",
        "header",
        {
            "name": "Idempotency-Key",
            "required": False,
            "description": "Any text of yours for this request; sending it again repeats the first answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        },
    )


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give every operation of the document with its path and method."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield path, method, operation


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    made: dict[str, Any] = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    made["info"]["x-registry-version"] = registry.VERSION
    for _, method, operation in operations(made):
        responses = operation["responses"]
        responses |= dict.fromkeys(("422", "default") if "422" in responses else ("default",), _PROBLEM_REFERENCE)
        for kind in operation.pop(AS_FILE, ()):
            responses["200"]["content"][kind] = {"schema": {"type": "string"}}
        shared = ["IdempotencyKey"] if method == "post" else ["IfMatch"] if operation.pop(CONDITIONAL, False) else []
        for name in shared:
            operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{name}"})
    return cast("dict[str, Any]", _portable(made))


def _portable(part: Any) -> Any:
    """Write regular expressions as JSON Schema knows them, which has no `A` and `Z` anchors."""
    if isinstance(part, dict):
        return {
            name: value.replace(r"\A", "^").replace(r"\Z", "$")
            if name == "pattern" and isinstance(value, str)
            else _portable(value)
            for name, value in part.items()
        }
    return [_portable(each) for each in part] if isinstance(part, list) else part


def init_app(app: Flask, blueprints: list[SmorestBlueprint]) -> Api:
    """Give the application its API, of these groups of routes."""
    app.config.update(SETTINGS)
    paths.init_app(app)
    api = Api(app)
    for kind in (SlugConverter, VersionConverter, DigestConverter, FileConverter):
        api.register_converter(kind, paths.schema)
    describe(api.spec)
    # Sent as a part of a form, which flask-smorest does not describe by itself.
    api.spec.components.schema("Metadata", schema=MetadataSchema)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    return api
