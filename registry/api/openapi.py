"""The OpenAPI document, made from the code."""

import re
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
from registry.kit.schemas import KEYWORDS, Schema
from registry.releases.schemas import MetadataSchema

PROBLEM = "application/problem+json"
_BODY = "#/components/schemas/"
#: The problems that operations answer with, by status; any other is one too (`default`).
PROBLEMS = {
    "400": ("Malformed", "The request is not readable."),
    "401": ("Unauthenticated", "There is no token, or it is not good."),
    "403": ("Forbidden", "The token lacks the scope, or acts for another organisation."),
    "404": ("NotFound", "There is no such thing, or it is not for you to see."),
    "409": ("Conflict", "What is there already does not allow this."),
    "412": ("PreconditionFailed", "The resource is not the one that `If-Match` names."),
    "413": ("TooLarge", "The content is larger than what is taken."),
    "415": ("UnsupportedMediaType", "The content is of a type that is not understood here."),
    "422": ("Invalid", "The request is understood and not valid; `errors` points to the places."),
    "428": ("PreconditionRequired", "`If-Match` is missing."),
    "429": ("TooMany", "Too many changes in a short time; `Retry-After` says when to come again."),
    "default": ("Problem", "A problem (RFC 9457)."),
}
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
        for name, sentence in PROBLEMS.values():
            self.spec.components.response(
                name, {"description": sentence, "content": {PROBLEM: {"schema": self.ERROR_SCHEMA}}}
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
    for name, required, sentence in (
        ("IfMatch", True, "The `ETag` of what is changed, or `*`."),
        ("IfMatchExisting", False, "The `ETag` of what is changed, or `*`. Required for what exists already."),
    ):
        said = {"name": "If-Match", "required": required, "description": sentence, "schema": {"type": "string"}}
        spec.components.parameter(name, "header", said)
    spec.components.parameter(
        "IdempotencyKey",
        "header",
        {
            "name": "Idempotency-Key",
            "required": False,
            "description": "Any text of yours for this request; sending it again repeats the first answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
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
    for path, method, operation in operations(made):
        conditional = operation.pop(CONDITIONAL, False)
        operation["operationId"] = _operation_id(path, method)
        if method == "post":
            _refer(operation, "IdempotencyKey")
        if conditional:
            _refer(operation, "IfMatchExisting" if method == "put" else "IfMatch")
        for kind in operation.pop(AS_FILE, ()):
            operation["responses"]["200"]["content"][kind] = {"schema": {"type": "string"}}
        body = operation.get("requestBody")
        if body and not any(_demands(made, content["schema"]) for content in body["content"].values()):
            body["required"] = False
        for status in _problems(path, method, operation, conditional=conditional):
            operation["responses"][status] = {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}
    return cast("dict[str, Any]", _portable(made))


def _operation_id(path: str, method: str) -> str:
    """Name an operation for generated clients, by its path: `getServicesSlugReleases`."""
    return method + "".join(word.capitalize() for word in re.findall("[a-z]+", path.removeprefix("/api/v1")))


def _refer(operation: dict[str, Any], parameter: str) -> None:
    operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{parameter}"})


def _demands(made: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether anything must be said in such a body."""
    name = schema.get("$ref", "").removeprefix(_BODY)
    return bool(made["components"]["schemas"].get(name, schema).get("required"))


def _problems(path: str, method: str, operation: dict[str, Any], *, conditional: bool) -> list[str]:
    """Name the statuses of the problems that an operation may answer with."""
    found = {"default"} | ({"422"} & operation["responses"].keys())
    if {} not in operation["security"]:
        found |= {"401", "403"}
    if "{" in path:
        found.add("404")
    if method != "get":
        found |= {"409", "429"}
    if "requestBody" in operation:
        found |= {"400", "413", "415", "422"}
    if conditional:
        found |= {"412", "428"}
    return sorted(found)


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


def _keywords(_converter: object, field: fields.Field[Any], **_options: object) -> dict[str, Any]:
    return {name: said for name, said in field.metadata.items() if name in KEYWORDS}


def init_app(app: Flask, blueprints: list[SmorestBlueprint]) -> Api:
    """Give the application its API, of these groups of routes."""
    app.config.update(SETTINGS)
    paths.init_app(app)
    api = Api(app)
    api.ma_plugin.converter.add_attribute_function(_keywords)
    for kind in (SlugConverter, VersionConverter, DigestConverter, FileConverter):
        api.register_converter(kind, paths.schema)
    describe(api.spec)
    # Sent as a part of a form, which flask-smorest does not describe by itself.
    api.spec.components.schema("Metadata", schema=MetadataSchema)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    return api
