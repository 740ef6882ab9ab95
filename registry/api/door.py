"""What every route passes: who asks, whether he may, one transaction, and no acting twice."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, make_response, request
from flask_smorest import Blueprint as SmorestBlueprint
from sqlalchemy.orm import Session
from typing_extensions import override

from registry.accounts import service as accounts
from registry.accounts.errors import TokenInvalidError
from registry.api import conditional
from registry.api.problems import Parser
from registry.authz import policy
from registry.authz.actor import NOBODY, Actor
from registry.authz.policy import POLICY, Permission
from registry.config import Resources
from registry.http.failures import MalformedError, TooLargeError
from registry.kit import db, limits
from registry.kit.errors import ReadOnlyError, text
from registry.kit.idempotency import Answer, Memory
from registry.kit.schemas import Schema
from registry.kit.tally import Tally

View = TypeVar("View", bound=Callable[..., Any])

#: The most that a JSON body may have; packages have a bound of their own.
JSON_LIMIT = 1_000_000
KEY_LIMIT = 200
MINUTE = timedelta(minutes=1)
#: Marks an operation that changes what exists, until the document is finished.
CONDITIONAL = "x-conditional"
#: Names the media types of the files that an operation may answer with in place of JSON, until then.
AS_FILE = "x-as-file"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: What may be done although the registry only reads: it ends what could do harm.
_ENDING = frozenset({Permission.LEAK_REPORT})
#: Where the environment of a request names who asks.
_ACTOR = "registry.actor"
#: The headers that a repeated answer has again.
_KEPT = frozenset({"Content-Type", "ETag", "Location", "Cache-Control"})


def bare(view: View) -> View:
    """Say that a view opens what it needs by itself, whoever asks."""
    view.bare = True  # type: ignore[attr-defined]  # read when the views are wrapped
    return view


def resources() -> Resources:
    """Return what the application was opened with."""
    return cast("Resources", current_app.extensions["registry"])


def session() -> Session:
    """Return the session of this request."""
    return db.session()


def actor() -> Actor:
    """Return who asks; TokenInvalidError where a token is shown that is not good."""
    # Kept in the environment of the request itself: to get at it by Flask's `g` would take longer each time.
    environ = request.environ
    header = environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return NOBODY
    found: Actor | None = environ.get(_ACTOR)
    if found is None:
        found = environ[_ACTOR] = _authenticate(header, environ["REQUEST_METHOD"])
    return found


def _authenticate(header: str, method: str) -> Actor:
    kind, _, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or len(token) > 512 or not token.isascii():
        raise TokenInvalidError
    if method in _SAFE:
        found = accounts.authenticate(session(), token)
    else:
        with resources().database.reading() as reading:
            found = accounts.authenticate(reading, token)
    used(found.id)
    return found


def used(client_id: str | None) -> None:
    """Take note that a machine client is in use; it is written down with others, later."""
    if client_id is not None:
        uses: Tally[str] = current_app.extensions["client_uses"]
        uses.note(client_id)


class _CheckingParser(Parser):
    """Holds `If-Match` against the resource when the body was read and before what it says is judged."""

    @override
    def pre_load(self, location_data: Any, *, schema: Any, req: Any, location: str) -> Any:
        """Check the precondition of the route, if it has one."""
        del schema, req
        if location == "json":
            check_precondition()
        return location_data


def check_precondition() -> None:
    """Hold `If-Match` against what the route said that it changes, once."""
    checked = g.pop("precondition", None)
    if checked is not None:
        conditional.check(checked[0])


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest is not typed
    """A group of routes; pages are cut by us, not by flask-smorest."""

    ARGUMENTS_PARSER = _CheckingParser()
    PAGINATION_HEADER_NAME = None

    @override
    def arguments(self, schema: type[Schema], **given: Any) -> Any:
        """Take what the schema describes; it is made once, and not for every request."""
        return super().arguments(schema(), **given)

    @override
    def response(self, *given: Any, **more: Any) -> Callable[[View], View]:
        """Describe what is answered; the views make their answers themselves."""
        return partial(_described, super().response(*given, **more))


def _described(describe: Callable[[View], View], view: View) -> View:
    """Take over what flask-smorest notes of a view, but not the function that it puts around it."""
    vars(view)["_apidoc"] = vars(describe(view))["_apidoc"]
    return view


def may(
    permission: Permission,
    find: Callable[..., Any] | None = None,
    *,
    changes: Callable[..., str | None] | None = None,
    body: bool = True,
    late: bool = False,
) -> Callable[[View], View]:
    """Guard a route: who lacks token or scope, or may not see or touch the thing, learns nothing else.

    `find(session, actor, **path)` returns the thing that the policy is asked about; `changes(thing, **path)` the
    entity tag that `If-Match` must name (None: it does not exist yet). `body` says that the route reads one,
    after which alone the precondition is checked. `late` routes receive large bodies and begin their own transaction.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **path: Any) -> Any:
            asking = actor()
            policy.require_scope(asking, permission)
            if late:
                with resources().database.reading() as reading:
                    policy.require(asking, permission, find(reading, asking, **path) if find else None)
                return view(*args, **path)
            thing = find(session(), asking, **path) if find else None
            policy.require(asking, permission, thing)
            g.found = thing
            if changes is not None:
                g.precondition = (changes(thing, **path),)
                if not body:
                    check_precondition()
            if request.method == "POST" and "Idempotency-Key" in request.headers:
                fingerprint = hashlib.sha256(request.full_path.encode() + b"\0" + request.get_data()).hexdigest()
                return once(lambda: view(*args, **path), fingerprint)
            return view(*args, **path)

        scope = POLICY[permission][0]
        documented = SmorestBlueprint.doc(**_documentation(permission, scope is not None, changes is not None))
        vars(guarded).update(permission=permission, late=late)
        return _described(documented, cast("View", guarded))

    return guard


def found() -> Any:
    """Return the thing that the route's guard has found in this transaction."""
    return g.found


def _documentation(permission: Permission, needs_token: bool, has_precondition: bool) -> dict[str, Any]:
    scope = POLICY[permission][0]
    said: dict[str, Any] = {"security": [{"token": [str(scope)]}] if needs_token else [{}, {"token": []}]}
    if has_precondition:
        said[CONDITIONAL] = True
    return said


def once(act: Callable[[], Any], fingerprint: str) -> Response:
    """Act, or repeat the answer that the same request with this `Idempotency-Key` was given (24 hours)."""
    key = request.headers["Idempotency-Key"]
    if not 1 <= len(key) <= KEY_LIMIT or not key.isascii() or not key.isprintable():
        said = text("`Idempotency-Key` ist unlesbar.", "`Idempotency-Key` is not readable.")
        raise MalformedError(said)
    memory: Memory = current_app.extensions["memory"]
    asking = actor()
    who = f"{asking.organisation}:{asking.id}"
    known = memory.claim(session(), who, key, fingerprint)
    if known is not None:
        response = Response(known.body, known.status, headers=known.headers)
        response.headers["Idempotency-Replayed"] = "true"
        return response
    response = make_response(act())
    kept = {name: value for name, value in response.headers.items() if name in _KEPT}
    memory.keep(
        session(), who, key, Answer(response.status_code, kept, response.get_data(), secret=bool(g.get("secret")))
    )
    return response


def _in_transaction(view: Callable[..., Any], held: Resources) -> Callable[..., Any]:
    acts = _acts(view)

    @wraps(view)
    def wrapped(**path: Any) -> Any:
        act = acts.get(request.method, view)
        if request.method in _SAFE:
            with held.database.reading():
                return act(**path)
        # OAuth's own endpoints ask for no token: there clients show an `Authorization` of another kind. They also
        # work while the registry only reads: what takes a token can be read then, too, and tokens must be revoked in
        # an incident of all times.
        if hasattr(act, "permission"):
            asking = actor()
            policy.require_scope(asking, act.permission)
            if held.settings.read_only and act.permission not in _ENDING:
                raise ReadOnlyError
            spend("write", f"{asking.kind}:{asking.id}" if asking.is_known else caller())
        else:
            spend("token", caller())
        if getattr(act, "late", False):
            return act(**path)
        receive()
        with held.database.transaction():
            return act(**path)

    return wrapped


def spend(action: str, who: str) -> None:
    """Count one more writing request, whatever becomes of it; TooManyRequestsError where it is one too many."""
    with resources().database.counting() as counting:
        limits.spend(counting, action, who, resources().settings.writes_per_minute, MINUTE)


def caller() -> str:
    """Return under what name the other end of the connection is counted."""
    settings = resources().settings
    return limits.caller(request.environ, proxies=settings.proxies, key=settings.secret_key)


def _acts(view: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Return what answers each method, with the marks that `may` left; Flask would look for it in every request."""
    kind = getattr(view, "view_class", None)
    if kind is None:
        return {}
    made = kind()
    acts = {method: getattr(made, method.lower()) for method in kind.methods}
    return {"HEAD": acts["GET"], **acts} if "GET" in acts else acts


def receive() -> None:
    """Read the whole body, which is bounded, before any lock is taken."""
    if (request.content_length or 0) > JSON_LIMIT or len(request.get_data(cache=True)) > JSON_LIMIT:
        raise TooLargeError(
            text(f"Mehr als {JSON_LIMIT} Byte JSON werden nicht gelesen.", f"No more than {JSON_LIMIT} bytes are read.")
        )


def init_app(app: Flask) -> None:
    """Wrap every view of the API, once."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and not getattr(view, "bare", False):
            app.view_functions[endpoint] = _in_transaction(view, app.extensions["registry"])
