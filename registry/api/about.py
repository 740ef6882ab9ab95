"""About the registry itself: health, metrics, known problems, the OpenAPI document and its reader."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from registry.api import conditional, openapi, problems
from registry.api.door import bare, resources
from registry.api.problems import PLAIN
from registry.inspection.codes import CODES
from registry.kit import clock
from registry.kit.errors import Text
from registry.kit.rendering import render

blueprint = Blueprint("about", __name__)


@blueprint.get("/healthz")
@bare
def healthz() -> Response:
    """Say that the process is alive."""
    return Response('{"status":"ok"}', content_type="application/json", headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
@bare
def readyz() -> Response:
    """Say whether the database, the storage and the migrations are as they should be; 503 where they are not."""
    told = resources().health()
    ready = all(told.values())
    body = json.dumps({"status": "ready" if ready else "not ready", "checks": told})
    answer = Response(body, 200 if ready else 503, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/.well-known/security.txt")
@bare
def security_txt() -> Response:
    """Say to whom to report a vulnerability (RFC 9116); half a year ahead, since whoever reads it asks again."""
    settings = resources().settings
    expires = (clock.now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {clock.stamp(expires)}",
        "Preferred-Languages: de, en",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/metrics")
@bare
def metrics() -> Response:
    """Tell Prometheus."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@cache
def _document() -> Any:
    return render(openapi.document(current_app))


@blueprint.get("/openapi.json")
@bare
def document() -> Response:
    """Send the OpenAPI document."""
    return conditional.answer(_document())


@blueprint.get("/docs")
@bare
def docs() -> Response:
    """Show the OpenAPI document to people."""
    answer = Response(render_template("about/docs.html"))
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return answer


def known_problems() -> Iterator[tuple[str, Text, Text]]:
    """Give slug, title and remedy of everything that the registry may find wrong."""
    told: dict[str, tuple[Text, Text]] = {slug: (title, remedy) for slug, title, remedy in PLAIN.values()}
    told |= {kind.slug: (kind.title, kind.remedy) for kind in problems.kinds()}
    told |= {slug: (code.title, code.explanation) for slug, code in CODES.items()}
    for slug, (title, remedy) in sorted(told.items()):
        yield slug, title, remedy


def init_app(app: Flask) -> None:
    """Add these routes."""
    app.register_blueprint(blueprint)
