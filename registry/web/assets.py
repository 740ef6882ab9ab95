"""Style sheets, scripts, fonts and pictures under an address that changes with them, so that browsers keep them."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, request

from registry.kit.errors import NotFoundError, text

STATIC = Path(__file__).parent.parent / "static"
blueprint = Blueprint("assets", __name__)
_PACKABLE = frozenset({".css", ".js", ".svg"})
_YEAR = "public, max-age=31536000, immutable"


class AssetNotFoundError(NotFoundError):
    """There is no such file among those of the pages."""

    slug = "asset-not-found"
    title = text("Nicht gefunden", "Not found")
    remedy = text("Laden Sie die Seite neu.", "Reload the page.")

    def __init__(self) -> None:
        super().__init__(text("Diese Datei gibt es nicht.", "There is no such file."))


class Asset(NamedTuple):
    """A file as it is sent: plain, and packed where that makes it smaller."""

    content: bytes
    packed: bytes | None
    content_type: str


@cache
def edition() -> str:
    """Return what names all files as they are now; pictures and fonts that a style sheet names move with it."""
    whole = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            whole.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]


def address(name: str) -> str:
    """Return the address of a file."""
    return f"/assets/{edition()}/{name}"


@cache
def _names() -> frozenset[str]:
    return frozenset(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())


@cache
def _asset(name: str) -> Asset:
    content = (STATIC / name).read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if Path(name).suffix in _PACKABLE else None
    kind = "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0] or "text/plain"
    return Asset(content, packed, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)


@blueprint.get("/assets/<said>/<path:name>")
def asset(said: str, name: str) -> Response:
    """Send a file; an older edition's address gives the file of today, which is not kept."""
    if name not in _names():
        raise AssetNotFoundError
    found = _asset(name)
    packed = found.packed is not None and request.accept_encodings["gzip"] > 0
    answer = Response(found.packed if packed else found.content, content_type=found.content_type)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    if found.packed is not None:
        answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _YEAR if said == edition() else "no-store"
    return answer


def init_app(app: Flask) -> None:
    """Add the route, and let templates name addresses."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = address
