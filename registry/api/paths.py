"""What may stand in a path: anything else is not found, before anybody is asked who he is."""

from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, PathConverter


class SlugConverter(BaseConverter):
    """The slug of a service or an organisation."""

    regex = r"[a-z0-9]+(?:-[a-z0-9]+)*"


class VersionConverter(BaseConverter):
    """A version, or `latest`; which versions there are the releases know."""

    regex = r"[0-9A-Za-z.+-]{1,64}"


class DigestConverter(BaseConverter):
    """The SHA-256 by which something is named."""

    regex = r"[0-9a-f]{64}"


class FileConverter(PathConverter):
    """A file's path inside a package."""

    regex = r"[^/\x00][^\x00]{0,1023}"


def schema(converter: BaseConverter) -> dict[str, Any]:
    """Say in the OpenAPI document what may stand there."""
    if isinstance(converter, FileConverter):
        return {"type": "string", "minLength": 1, "maxLength": 1024}
    return {"type": "string", "minLength": 1, "maxLength": 64, "pattern": f"^{converter.regex}$"}


def init_app(app: Flask) -> None:
    """Let routes use them."""
    app.url_map.converters |= {
        "slug": SlugConverter,
        "version": VersionConverter,
        "digest": DigestConverter,
        "file": FileConverter,
    }
