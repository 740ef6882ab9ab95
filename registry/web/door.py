"""What every page passes: which browser, who is signed in, one transaction, and no form that another site sent.

Two cookies, both `__Host-`: `visit` knows a browser again, `session` knows who is signed in. Forms carry a token
derived from the first, so that no other site can send them.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import Blueprint, Flask, Response, current_app, g, redirect, render_template, request
from sqlalchemy.orm import Session

from registry.accounts.models import Person
from registry.authz.actor import NOBODY, Actor
from registry.config import Resources
from registry.kit import db, limits
from registry.kit.errors import ReadOnlyError
from registry.kit.tally import Tally
from registry.sign_in import service as sign_in
from registry.sign_in.service import Visitor
from registry.sign_in.service.sessions import LONGEST
from registry.web import assets, markdown, speech, words
from registry.web.refusals import ForeignFormError, SignInNeededError

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("web", __name__)
blueprint.before_request(speech.begin)

VISIT = "__Host-visit"
SESSION = "__Host-session"
THEME = "theme"
#: How many forms one address may send in a minute.
FORMS = 120
#: How a page may look; any other looks as the device does.
_THEMES = ("light", "dark")
#: What of an address says how a page is shown, and is kept in cookies.
_SHOWING = frozenset({speech.COOKIE, THEME})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: These wait for others, an identity provider, a name server or who sends a package, which no transaction may do: they
#: open theirs themselves. The sign-in callback is the one GET that writes.
OWN_TRANSACTIONS = frozenset(
    {"web.go_to_provider", "web.come_from_provider", "web.prove", "web.publish", "web.sign_out"}
)
#: Forms that bring a package are read as they come: the token is a header, or their first part (`web/uploads.py`).
STREAMED = frozenset({"web.publish"})
#: What people may do although the registry only reads: come in, look around, and leave.
READING = frozenset(
    {
        *("web.ask_for_link", "web.open_link", "web.passkey_options", "web.sign_in_with_passkey", "web.go_to_provider"),
        *("web.sign_in_to_demo", "web.act_for", "web.end_session", "web.end_other_sessions", "web.sign_out"),
    }
)
_COOKIE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "Lax"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def resources() -> Resources:
    """Return what the application was opened with."""
    return cast("Resources", current_app.extensions["registry"])


def session() -> Session:
    """Return the database session of this request."""
    return db.session()


def visitor() -> Visitor | None:
    """Return who is signed in in this browser; None for nobody."""
    if "visitor" not in g:
        secret, known = request.cookies.get(SESSION, ""), resources().providers.by_name
        g.visitor = sign_in.resume(session(), secret, known) if 0 < len(secret) <= 100 else None
        if g.visitor is not None:
            uses: Tally = current_app.extensions["session_uses"]
            uses.count(g.visitor.session_id)
    return cast("Visitor | None", g.visitor)


def signed_in() -> Visitor:
    """Return who is signed in; SignInNeededError where nobody is."""
    found = visitor()
    if found is None:
        raise SignInNeededError
    return found


def actor() -> Actor:
    """Return who asks."""
    found = visitor()
    return found.actor if found else NOBODY


def browser() -> str:
    """Return by what this browser is known again; a page gives it that name."""
    if "browser" not in g:
        said = request.cookies.get(VISIT, "")
        g.browser = said if len(said) == 43 else secrets.token_urlsafe(32)
    return cast("str", g.browser)


def theme() -> str | None:
    """Return how this page looks; None: as the device does."""
    chosen = request.args.get(THEME) or request.cookies.get(THEME)
    return chosen if chosen in _THEMES else None


def here(**other: str | None) -> str:
    """Return the address of this page with other things asked for; None leaves something out.

    Another page of a list is another place: `cursor` goes with whatever else changes.
    """
    asked = g.get("asked")
    if asked is None:
        asked = g.asked = {key: urlencode({key: value}) for key, value in request.args.items() if key != "done"}
    shown = other.keys() <= _SHOWING
    kept = [
        said for key, said in asked.items() if key not in other and (key not in _SHOWING and (shown or key != "cursor"))
    ]
    kept += [urlencode({key: value}) for key, value in other.items() if value is not None]
    path = _path_above()
    return f"{path}?{'&'.join(kept)}" if kept else path


def page_above() -> str:
    """Return the page that is asked for, or the nearest one above what a form is sent to, where it stood."""
    return request.full_path.rstrip("?") if request.method in _SAFE else _path_above()


def _path_above() -> str:
    # What begins with two slashes would be another site's address.
    path = "/" + quote(request.path.lstrip("/\\"), safe="/-._~!$&'()*+,;=:@")
    if request.method in _SAFE:
        return path
    known = current_app.create_url_adapter(request)
    while known is not None and path and not known.test(unquote(path), "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


def csrf() -> str:
    """Return the token that the forms of this page must carry."""
    return _token(browser())


def page(template: str, status: int = 200, **about: Any) -> Response:
    """Answer with a page."""
    said = speech.language()
    told = {
        "language": said,
        "theme": theme(),
        "visitor": g.get("visitor"),
        "demo": resources().settings.demo,
    }
    answer = Response(render_template(template, **told, **about), status)
    if request.cookies.get(VISIT) != browser():
        answer.set_cookie(VISIT, browser(), **_COOKIE)
    for name, chosen in ((speech.COOKIE, said), (THEME, theme() or "auto")):
        if request.args.get(name) == chosen:
            answer.set_cookie(name, chosen, max_age=31_536_000, **_COOKIE)
    answer.headers["Content-Language"] = said
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


def come_in_as(person: Person, *, strong: bool, to: str = "/account") -> Response:
    """Sign a person in, in place of whoever was signed in in this browser, and go on."""
    return come_in(sign_in.begin(session(), person, device=device(), strong=strong, instead_of=former()), to)


def former() -> str:
    """Return the secret of the session that this browser has until now; empty for none."""
    return request.cookies.get(SESSION, "")[:100]


def come_in(secret: str, to: str = "/account") -> Response:
    """Go on as the person of a session that has begun just now."""
    answer = cast("Response", redirect(to, 303))
    answer.set_cookie(SESSION, secret, max_age=int(LONGEST.total_seconds()), **_COOKIE)
    return _renamed(answer)


def go_out(to: str | None = None) -> Response:
    """Go on as nobody, perhaps to a provider where one is still signed in."""
    g.pop("visitor", None)
    return forgotten(lead_away(to) if to else cast("Response", redirect("/", 303)))


def forgotten(answer: Response) -> Response:
    """Let the browser forget who was signed in."""
    answer.delete_cookie(SESSION, **_COOKIE)
    return _renamed(answer)


def lead_away(to: str) -> Response:
    """Lead to an identity provider.

    A redirection after a form would be held against `form-action`, each of those that may follow at the provider too.
    """
    answer = page("sign_in/lead_away.html", to=to)
    answer.headers["Refresh"] = f"0; url={to}"
    return answer


def _renamed(answer: Response) -> Response:
    """Give the browser a new name, so that forms of pages from before are worth nothing."""
    answer.set_cookie(VISIT, secrets.token_urlsafe(32), **_COOKIE)
    return answer


def own_path(said: str | None, default: str = "/account") -> str:
    """Return a path of ours to go on to; for anything else that was said, the default."""
    plain = said is not None and said.startswith("/") and not said.startswith(("//", "/\\")) and said.isprintable()
    return said if plain and said is not None and len(said) <= 500 else default


def device() -> str:
    """Say in a word or two what the browser is, for the list of sessions; more of it is not kept."""
    said = request.user_agent.string
    names = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad"}
    systems |= {"Mac OS": "macOS", "Linux": "Linux"}
    found = [next((shown for mark, shown in marks.items() if mark in said), "") for marks in (names, systems)]
    return ", ".join(filter(None, found)) or "?"


def _token(visit: str) -> str:
    key = resources().settings.secret_key.encode()
    return hmac.new(key, b"form:" + visit.encode(), "sha256").hexdigest()


def _check_form() -> None:
    # Browsers say where a form comes from; the oldest say only the origin, or nothing: the token is for these.
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.host
    # What is foreign is not even read: whoever makes others' browsers send it costs them, and us, as good as nothing.
    if foreign or VISIT not in request.cookies:
        raise ForeignFormError
    said = request.headers.get("X-CSRF-Token")
    if request.endpoint not in STREAMED:
        check_token(request.form.get("csrf") or said or "")
    elif said is not None:
        check_token(said)


def check_token(said: str) -> None:
    """Hold the token of a form against the one that pages of this browser carry; ForeignFormError for another."""
    if not hmac.compare_digest(_token(browser()).encode(), said.encode()):
        raise ForeignFormError
    g.form_is_ours = True


def spend(action: str, most: int, window: timedelta, *, who: str | None = None) -> None:
    """Count one more of what this browser's address, or `who`, does; TooManyRequestsError beyond `most` in a window."""
    settings = resources().settings
    known = who or limits.caller(request.environ, proxies=settings.proxies, key=settings.secret_key)
    with resources().database.counting() as counting:
        limits.spend(counting, action, known, most, window)


def pseudonym(address: str) -> str:
    """Return under what name to count what is done to an e-mail address, which is kept nowhere."""
    return hmac.new(resources().settings.secret_key.encode(), b"mail:" + address.lower().encode(), "sha256").hexdigest()


#: What is done before a form's transaction begins, by view.
_FIRST: dict[Callable[..., Any], Callable[[], None]] = {}


def first(act: Callable[[], None]) -> Callable[[View], View]:
    """Do this before a form's transaction begins, which rolls back what is refused: count, above all."""

    def mark(view: View) -> View:
        _FIRST[view] = act
        return view

    return mark


def _begin_form(view: Callable[..., Any]) -> None:
    # What another site had sent must not use up what the person may send; to refuse it asks no database.
    _check_form()
    spend("form", FORMS, timedelta(minutes=1))
    if resources().settings.read_only and request.endpoint not in READING:
        raise ReadOnlyError
    if view in _FIRST:
        _FIRST[view]()


def _form_checked(view: View) -> View:
    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if request.method not in _SAFE:
            _begin_form(view)
        return view(*args, **kwargs)

    return cast("View", wrapped)


def _in_transaction(view: View) -> View:
    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if request.method in _SAFE:
            with resources().database.reading():
                visitor()  # error pages, made after the session is closed, name her too
                return view(*args, **kwargs)
        _begin_form(view)
        with resources().database.transaction():
            visitor()
            return view(*args, **kwargs)

    return cast("View", wrapped)


@blueprint.after_request
def secure(answer: Response) -> Response:
    """Say what a page may do, and where it may be shown."""
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def init_app(app: Flask) -> None:
    """Wrap every page, once."""
    speech.init_app(app)
    assets.init_app(app)
    words.init_app(app)
    markdown.init_app(app)
    app.jinja_env.globals |= {"csrf": csrf, "here": here}
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{blueprint.name}."):
            guarded = _form_checked if endpoint in OWN_TRANSACTIONS else _in_transaction
            app.view_functions[endpoint] = guarded(view)
