"""Strong entity tags: who has it already gets 304, who changes says what he changes (RFC 9110, section 13)."""

from flask import Response, request

from registry.api.problems import PreconditionFailedError, PreconditionMissingError
from registry.kit.errors import text
from registry.kit.rendering import Rendering


def _names(header: str, etag: str) -> bool:
    """Whether a list of entity tags names this one; a weak tag never does."""
    return header.strip() == "*" or any(tag.strip() == f'"{etag}"' for tag in header.split(","))


def is_known(etag: str) -> bool:
    """Whether the one who asks has the representation already; weak tags count too (RFC 9110, 13.1.2)."""
    said = request.environ.get("HTTP_IF_NONE_MATCH")
    return said is not None and _names(said.replace("W/", ""), etag)


def answer(rendering: Rendering, status: int = 200, content_type: str = "application/json") -> Response:
    """Send a stored representation, or 304 to who has it."""
    headers = {"Content-Type": content_type, "ETag": f'"{rendering.etag}"', "Cache-Control": "no-cache"}
    if status == 200 and is_known(rendering.etag):
        return Response(status=304, headers=headers)
    return Response(rendering.body, status, headers)


def check(etag: str | None) -> None:
    """Hold a change against the present state of what it changes; None where there is nothing yet.

    Raises PreconditionMissingError, PreconditionFailedError.
    """
    said = request.headers.get("If-Match")
    if etag is None:
        if said is not None:
            raise PreconditionFailedError(
                text("Was Sie ändern wollen, gibt es nicht.", "What you want to change does not exist.")
            )
        return
    if said is None:
        raise PreconditionMissingError(
            text("Diese Änderung braucht die Kopfzeile `If-Match`.", "This change needs the header `If-Match`.")
        )
    if not _names(said, etag):
        raise PreconditionFailedError(
            text(
                "Die Ressource ist nicht mehr die, die Sie gelesen haben.",
                "The resource has changed since you read it.",
            )
        )
