"""Put it together: the application, and the console script."""

import atexit
import gc
import os
import re
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import click
import structlog
from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from prometheus_client import Counter, Histogram
from typing_extensions import override
from werkzeug.datastructures import Headers
from werkzeug.http import remove_entity_headers

from registry import web
from registry.accounts import service as account_service
from registry.api import (
    about,
    accounts,
    adoption,
    catalogue,
    door,
    journal,
    oauth,
    openapi,
    people,
    problems,
    releases,
    trusted,
)
from registry.authz.actor import operator
from registry.cli import commands
from registry.config import Resources, Settings, SettingsError
from registry.kit import logs, trace
from registry.kit.idempotency import Memory
from registry.kit.tally import Tally
from registry.releases import service as release_service
from registry.sign_in import service as sign_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger("registry.request")

_REQUESTS = Counter("registry_requests", "Requests answered.", ["endpoint", "method", "status"])
_SECONDS = Histogram("registry_request_seconds", "How long an answer took to make.", ["endpoint"])
_ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
_BY_TLS = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_PLACE = re.compile(r"<(?:(\w+)(?:\(.*?\))?:)?(\w+)>")
#: The sorts of places in a path that only slugs and versions fit.
_NAMING = frozenset({"slug", "version"})
_SANE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:")

_NO_SESSION = NullSession()


class _NoSessions(SessionInterface):
    """The API knows bearer tokens alone; Flask would look for a signed cookie in every request."""

    @override
    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Open none, but say that there is one that holds nothing and takes nothing."""
        return _NO_SESSION


class _Response(Response):
    @override
    def get_app_iter(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        """Hand over at once what is there already: servers take a list much faster than something to go through."""
        if self.direct_passthrough or self._on_close or not self.is_sequence:
            return super().get_app_iter(environ)
        if environ["REQUEST_METHOD"] == "HEAD" or self.status_code in {204, 304}:
            return []
        return list(self.iter_encoded())

    @override
    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Say them as they are: werkzeug would copy them all, for the sake of addresses that may need a correction."""
        headers = self.headers
        if "Location" in headers or self.status_code == 204:
            return super().get_wsgi_headers(environ)
        if self.status_code == 304:
            remove_entity_headers(headers)
        elif self.is_sequence:
            headers.setdefault("Content-Length", str(sum(map(len, self.iter_encoded()))))
        return headers


class _App(Flask):
    response_class = _Response
    session_interface = _NoSessions()
    #: The headers of every answer.
    always: tuple[tuple[str, str], ...] = _ALWAYS

    @override
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: none of ours is a coroutine, and to ask each one takes its time."""
        return func

    @override
    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer; note how long it took, and say with every answer what holds for all."""
        said = environ.get("HTTP_X_REQUEST_ID", "")
        identifier = said if 0 < len(said) <= 128 and _SANE.issuperset(said) else secrets.token_hex(16)
        trace.begin(identifier)
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            _observe(environ["werkzeug.request"], int(status[:3]), time.perf_counter() - began, identifier)
            return start_response(status, [*headers, ("X-Request-Id", identifier), *self.always], exc_info)

        return super().wsgi_app(environ, start)


@cache
def _metrics(endpoint: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return _REQUESTS.labels(endpoint, method, status), _SECONDS.labels(endpoint)


def _observe(asked: Request, status: int, seconds: float, identifier: str) -> None:
    endpoint = asked.endpoint or "none"
    # Whoever makes up methods must not make up metrics.
    answered, lasted = _metrics(endpoint, asked.method if asked.method in _METHODS else "other", status)
    answered.inc()
    lasted.observe(seconds)
    why = trace.problem()
    log.info(
        "request",
        method=asked.method,
        path=_path(asked),
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=identifier,
        **({"problem": why} if why else {}),
    )


def _path(asked: Request) -> str | None:
    """Return the path as far as it names things of ours; what else somebody wrote there may be personal, or secret."""
    if asked.url_rule is None:
        return None
    return _shape(asked.url_rule.rule).format_map(asked.view_args or {})


@cache
def _shape(rule: str) -> str:
    return _PLACE.sub(lambda it: f"{{{it[2]}}}" if it[1] in _NAMING else "…", rule)


def create_app(resources: Resources) -> Flask:
    """Return the WSGI application over an open database and storage."""
    app = _App("registry", static_folder="static", template_folder="templates")
    if resources.settings.base_url.startswith("https:"):
        app.always = (*_ALWAYS, *_BY_TLS)
    app.config["SECRET_KEY"] = resources.settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = door.JSON_LIMIT
    app.url_map.strict_slashes = False
    app.extensions["registry"] = resources
    app.extensions["memory"] = Memory(resources.settings.secret_key)
    app.extensions["downloads"] = _download_tally(resources)
    app.extensions["client_uses"] = _client_tally(resources)
    app.extensions["session_uses"] = _use_tally(resources)
    # No count outlives its database.
    resources.at_close += [app.extensions[tally].flush for tally in ("downloads", "client_uses", "session_uses")]
    problems.init_app(app)
    openapi.init_app(
        app,
        [
            accounts.blueprint,
            people.blueprint,
            catalogue.blueprint,
            releases.blueprint,
            trusted.blueprint,
            adoption.blueprint,
            journal.blueprint,
        ],
    )
    oauth.init_app(app)
    about.init_app(app)
    door.init_app(app)
    web.init_app(app, problems.status_of, about.known_problems)
    return app


def _download_tally(resources: Resources) -> Tally:
    def hand_on(counts: Mapping[uuid.UUID, int]) -> None:
        with resources.database.transaction() as session:
            release_service.add_downloads(session, operator("downloads"), counts)

    return Tally(hand_on)


def _client_tally(resources: Resources) -> Tally[str]:
    def hand_on(uses: Mapping[str, int]) -> None:
        with resources.database.transaction() as session:
            account_service.note_use(session, operator("uses"), list(uses))

    return Tally(hand_on)


def _use_tally(resources: Resources) -> Tally:
    def hand_on(uses: Mapping[uuid.UUID, int]) -> None:
        with resources.database.transaction() as session:
            sign_in.note_use(session, list(uses))

    return Tally(hand_on)


def open_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Return the application that the environment describes; what a WSGI server runs."""
    environ = os.environ if environ is None else environ
    logs.init()
    resources = Resources(Settings.read(environ), environ)
    atexit.register(resources.close)
    return _lasting(resources)


def _lasting(resources: Resources) -> Flask:
    """Return the application of a process that serves until it ends: what is loaded by now stays.

    So the garbage collector need not go through it again and again, which stops all requests for some milliseconds.
    """
    app = create_app(resources)
    gc.collect()
    gc.freeze()
    return app


def main() -> None:
    """Run the command line; errors are one sentence on stderr, exit 1 for "no", 2 for wrong use."""
    try:
        program = commands.Program(_lasting, openapi.document)
        commands.group(obj=program, prog_name="efa-registry", standalone_mode=False)
    except SettingsError as error:
        _leave(str(error), 2)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _leave(_sentence(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _sentence(error: click.ClickException) -> str:
    """Say in one line what click would say in three."""
    said = " ".join(error.format_message().split()).removesuffix(".")
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "efa-registry"
    return f"{said}; see: {command} --help"


def _leave(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)
