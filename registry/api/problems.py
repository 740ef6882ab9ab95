"""Every failure as an RFC 9457 problem, in the language that is asked for; the only map from failures to statuses."""

import logging
from collections.abc import Iterator, Sequence
from json import JSONDecodeError
from typing import Any

from flask import Flask, Response, current_app, json, request
from sqlalchemy.exc import OperationalError
from typing_extensions import override
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from registry.http.failures import HttpError, MalformedError, MediaTypeError, TooLargeError, refuse
from registry.kit import trace
from registry.kit.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RegistryError,
    Text,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
    text,
)

log = logging.getLogger(__name__)


class PreconditionMissingError(HttpError):
    """A change must say what it changes."""

    status, slug = 428, "precondition-required"
    title = text("If-Match fehlt", "If-Match is missing")
    remedy = text(
        "Lesen Sie die Ressource und senden Sie ihren `ETag` als `If-Match`; `If-Match: *` heißt „wie auch immer sie "
        "jetzt ist“.",
        "Read the resource and send its `ETag` as `If-Match`; `If-Match: *` says “whatever it is now”.",
    )


class PreconditionFailedError(HttpError):
    """The resource has changed since it was read."""

    status, slug = 412, "precondition-failed"
    title = text("Inzwischen geändert", "Changed meanwhile")
    remedy = text(
        "Lesen Sie die Ressource neu, führen Sie Ihre Änderung darauf nach und senden Sie den neuen `ETag`.",
        "Read the resource again, apply your change to it, and send the new `ETag`.",
    )


class BusyError(UnavailableError):
    """The database could not take the change in time."""

    slug = "busy"
    title = text("Überlastet", "Busy")
    remedy = text(
        "Versuchen Sie es gleich noch einmal, mit demselben `Idempotency-Key`.",
        "Try again in a moment, with the same `Idempotency-Key`.",
    )


_KINDS: tuple[tuple[type[RegistryError], int], ...] = (
    (UnauthenticatedError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (InvalidError, 422),
    (TooManyError, 429),
    (UnavailableError, 503),
)

#: What the router and the server themselves refuse, by status.
PLAIN: dict[int, tuple[str, Text, Text]] = {
    400: ("malformed", MalformedError.title, MalformedError.remedy),
    404: (
        "not-found",
        text("Nicht gefunden", "Not found"),
        text("Prüfen Sie die Adresse; `/docs` listet alle Pfade.", "Check the address; `/docs` lists all paths."),
    ),
    405: (
        "method-not-allowed",
        text("Methode nicht erlaubt", "Method not allowed"),
        text("Die Kopfzeile `Allow` nennt die Methoden.", "The header `Allow` names the methods."),
    ),
    406: (
        "not-acceptable",
        text("Format nicht verfügbar", "Not acceptable"),
        text("Fragen Sie nach `application/json`.", "Ask for `application/json`."),
    ),
    413: (TooLargeError.slug, TooLargeError.title, TooLargeError.remedy),
    415: (MediaTypeError.slug, MediaTypeError.title, MediaTypeError.remedy),
    416: (
        "range-not-satisfiable",
        text("Bereich nicht lieferbar", "Range not satisfiable"),
        text("`Content-Range` nennt die Größe.", "`Content-Range` tells the size."),
    ),
    500: (
        "internal",
        text("Fehler im Register", "The registry failed"),
        text(
            "Es liegt nicht an Ihrer Anfrage. Nennen Sie dem Betrieb die `request_id`.",
            "It is not your request's fault. Tell the operator the `request_id`.",
        ),
    ),
}


def language() -> str:
    """Return the language to answer in: `de` where German is preferred, else `en`."""
    return request.accept_languages.best_match(["en", "de"], "en")


def status_of(error: RegistryError) -> int:
    """Return the status that a failure has outside."""
    if isinstance(error, HttpError):
        return error.status
    return next(status for kind, status in _KINDS if isinstance(error, kind))


def kinds() -> Iterator[type[RegistryError]]:
    """Name every failure that has a problem page."""

    def below(kind: type[RegistryError]) -> Iterator[type[RegistryError]]:
        for each in kind.__subclasses__():
            yield from below(each)
            if hasattr(each, "slug"):
                yield each

    yield from below(RegistryError)


def problem(
    status: int,
    slug: str,
    title: Text,
    detail: Text,
    *,
    faults: Sequence[Fault] = (),
    extra: dict[str, Any] | None = None,
) -> Response:
    """Answer with a problem."""
    trace.refuse(slug)
    speech = language()
    body: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": title[speech],
        "status": status,
        "detail": detail[speech],
        "instance": request.path,
        "request_id": trace.request_id(),
    }
    if faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": fault.detail[speech]} for fault in faults]
    told = json.dumps(body | (extra or {}), ensure_ascii=False)
    # A field may be named by half a character, which UTF-8 does not know.
    answer = Response(told.encode(errors="replace"), status, content_type="application/problem+json")
    answer.headers["Content-Language"] = speech
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _registry_error(error: RegistryError) -> Response:
    status = status_of(error)
    answer = problem(
        status, error.slug, error.title, error.detail, faults=error.faults, extra=getattr(error, "extra", None)
    )
    if status == 401:
        reason = ', error="invalid_token"' if error.slug == "token-invalid" else ""
        answer.headers["WWW-Authenticate"] = f'Bearer realm="efa-registry"{reason}'
    elif error.slug == "scope-missing":
        answer.headers["WWW-Authenticate"] = 'Bearer realm="efa-registry", error="insufficient_scope"'
    elif status == 503:
        answer.headers["Retry-After"] = "5"
    elif isinstance(error, TooManyError):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


#: Where programs alone ask; elsewhere a browser gets a page.
_FOR_PROGRAMS = ("/api/", "/oauth/", "/.well-known/")


def _plain(status: int) -> Response:
    slug, title, remedy = PLAIN[status]
    wanted = request.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
    if wanted == "text/html" and not request.path.startswith(_FOR_PROGRAMS):
        trace.refuse(slug)
        page: Response = current_app.extensions["failure_page"](status, slug, title, remedy)
        return page
    return problem(status, slug, title, remedy)


def _http_exception(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    status = error.code if error.code in PLAIN else 500 if (error.code or 500) >= 500 else 400
    answer = _plain(status)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _crash(error: Exception) -> Response:
    if isinstance(error, OperationalError) and ("locked" in str(error.orig) or "timeout" in str(error.orig)):
        busy = text("Die Datenbank ist gerade überlastet.", "The database is overloaded at the moment.")
        return _registry_error(BusyError(busy))
    log.error("request failed", exc_info=error)
    return _plain(500)


class Parser(FlaskParser):
    """Reads input as every route does: unreadable is refused before invalid."""

    DEFAULT_UNKNOWN_BY_LOCATION = {}

    @override
    def load_json(self, req: Any, _schema: Any) -> Any:
        """Return the parsed body; no body at all is an empty object."""
        raw = req.get_data(cache=True)
        if not raw and not req.content_type:
            return {}
        if not req.is_json:
            raise MediaTypeError(text("Erwartet wird JSON.", "JSON is expected."))
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            where = f" ({error})" if isinstance(error, JSONDecodeError) else ""
            raise MalformedError(
                text(f"Der Inhalt ist kein JSON in UTF-8{where}.", f"The body is no JSON in UTF-8{where}.")
            ) from None

    @override
    def load_querystring(self, req: Any, schema: Any) -> Any:
        """Return what is asked for; whoever asks for one thing twice means neither, or does not know what is meant."""
        twice = {name: ["Given more than once."] for name, said in req.args.lists() if len(said) > 1}
        if twice:
            refuse({"query": twice})
        return super().load_querystring(req, schema)

    @override
    def handle_error(self, error: Any, *_args: Any, **_kwargs: Any) -> Any:
        """Refuse with every place that is wrong."""
        refuse(error.messages)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def init_app(app: Flask) -> None:
    """Let every failure of the application be answered as a problem."""
    app.register_error_handler(RegistryError, _registry_error)
    app.extensions["problem"] = _registry_error
    app.register_error_handler(HTTPException, _http_exception)
    app.register_error_handler(Exception, _crash)
