"""Lists: a page of items, how many there are, and an opaque cursor to the next page."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request
from marshmallow import fields, validate

from registry.kit import cursors
from registry.kit.paging import LIMIT_DEFAULT, LIMIT_MAX, Page, Place
from registry.kit.schemas import Schema, String


class ListQuerySchema(Schema):
    """Which part of a list."""

    limit = fields.Integer(
        load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX), metadata={"description": "Items per page."}
    )
    cursor = String(4000, metadata={"description": "`next` of the previous page."})


@cache
def list_of(item: type[Schema], *, facets: bool = False) -> type[Schema]:
    """Make the schema of a list of these."""
    described: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "total": fields.Integer(required=True, metadata={"description": "How many there are on all pages."}),
        "next": fields.String(required=True, allow_none=True, metadata={"description": "Cursor, null on the last."}),
    }
    if facets:
        described["facets"] = fields.Dict(fields.String(), fields.List(fields.Nested(FacetSchema)), required=True)
    return type(item.__name__.removesuffix("Schema") + "ListSchema", (Schema,), described)


class FacetSchema(Schema):
    """How often a value occurs in the whole result."""

    value = fields.String(required=True)
    count = fields.Integer(required=True)


def _filters() -> str:
    said = sorted((name, value) for name, value in request.args.items(multi=True) if name not in {"cursor", "limit"})
    return f"{request.path}?{urlencode(said)}"


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


def place_of(cursor: str | None) -> Place | None:
    """Read a cursor; PlaceError where this list, with these filters, did not give it."""
    return None if cursor is None else cursors.read(_key(), _filters(), cursor)


def answer(page: Page[bytes], more: Mapping[str, Any] | None = None) -> Response:
    """Send a page of items that are JSON already."""
    cursor = None if page.next is None else cursors.write(_key(), _filters(), page.next)
    rest = json.dumps({"total": page.total, "next": cursor, **(more or {})}, ensure_ascii=False).encode()
    body = b'{"items":[' + b",".join(page.items) + b"]," + rest[1:]
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    if cursor is not None:
        arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        response.headers["Link"] = f'<{request.path}?{urlencode([*arguments, ("cursor", cursor)])}>; rel="next"'
    return response


def answer_dicts(page: Page[dict[str, Any]], more: Mapping[str, Any] | None = None) -> Response:
    """Send a page of items that are not JSON yet."""
    return answer(page.map(lambda item: json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()), more)


def whole(items: Sequence[dict[str, Any]]) -> Response:
    """Send a list that is short by nature, on one page."""
    return answer_dicts(Page(items, len(items), None))
