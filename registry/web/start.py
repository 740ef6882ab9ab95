"""The first page."""

from flask import Response

from registry.web.door import blueprint, page


@blueprint.get("/")
def start() -> Response:
    """Say what this is, and where to go."""
    return page("start.html")
