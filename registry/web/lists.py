"""What lists on pages share: by what their address narrows them, and where the next part begins."""

from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from registry.kit import cursors
from registry.kit.paging import Page, Place
from registry.web.door import here, resources


def asked(schema: Schema) -> dict[str, Any]:
    """Return what is looked for; what cannot be meant is left out, since people shorten and mistype addresses."""
    given = {name: value for name, value in request.args.items() if value and name in schema.fields}
    try:
        said: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        return error.valid_data if isinstance(error.valid_data, dict) else {}
    return said


def after() -> Place | None:
    """Return where this part of the list begins; PlaceError where this list did not say so."""
    cursor = request.args.get("cursor", "")[:4000]
    return cursors.read(resources().settings.secret_key, _of(), cursor) if cursor else None


def following(page: Page[Any]) -> str | None:
    """Return the cursor of the next part; None on the last."""
    return cursors.write(resources().settings.secret_key, _of(), page.next) if page.next else None


def _of() -> str:
    return here(cursor=None)
