"""Lists: a page of items, how many there are, and an opaque cursor to the next page."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request
from marshmallow import fields, validate

from registry.kit.paging import LIMIT_DEFAULT, LIMIT_MAX, Page, Place, PlaceError
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


def _seal(written: bytes) -> bytes:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, _filters().encode() + b"\0" + written, hashlib.sha256)[:9]


def place_of(cursor: str | None) -> Place | None:
    """Read a cursor; PlaceError where this list, with these filters, did not give it."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
        seal, written = raw[:9], raw[9:]
        if not hmac.compare_digest(seal, _seal(written)):
            raise PlaceError
        return tuple(json.loads(written))
    except (ValueError, TypeError):
        raise PlaceError from None


def cursor_of(place: Place) -> str:
    """Write the place where the next page begins."""
    written = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    written += b" " * (-len(written) % 3)  # so that no "=" is needed in a URL
    return base64.b64encode(_seal(written) + written, altchars=b"-_").decode()


def answer(page: Page[bytes], more: Mapping[str, Any] | None = None) -> Response:
    """Send a page of items that are JSON already."""
    cursor = None if page.next is None else cursor_of(page.next)
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
