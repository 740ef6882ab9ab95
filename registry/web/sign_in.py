"""Coming in and going out."""

from datetime import timedelta
from typing import Any

import structlog
from flask import Response, json, redirect, request, url_for
from marshmallow import ValidationError

from registry.kit.errors import Text, text
from registry.kit.limits import TooManyRequestsError
from registry.kit.schemas import Email
from registry.sign_in import service as sign_in
from registry.sign_in.service import Party
from registry.web import demo
from registry.web.door import (
    blueprint,
    browser,
    come_in,
    come_in_as,
    first,
    go_out,
    own_path,
    page,
    pseudonym,
    resources,
    session,
    signed_in,
    spend,
    visitor,
)

log = structlog.get_logger("registry.sign_in")

SECRET_LIMIT = 100
HOUR = timedelta(hours=1)
#: How often one address may try to sign in within an hour.
ATTEMPTS = 60
NO_ADDRESS = text(
    "Geben Sie eine E-Mail-Adresse an, zum Beispiel team@stadt.example.",
    "Enter an e-mail address, for example team@city.example.",
)


def party() -> Party:
    """Return the registry as authenticators know it."""
    return Party(resources().settings.base_url)


def said_json() -> dict[str, Any]:
    """Return what a script of ours sent; an empty object for anything else."""
    try:
        said = request.get_json(silent=True)
    except RecursionError:  # nested deeper than anybody means
        return {}
    return said if isinstance(said, dict) else {}


def address() -> str | None:
    """Return the e-mail address that the form gives; None where it gives none."""
    try:
        return Email().deserialize(request.form.get("email", ""))
    except ValidationError:
        return None


def _count_mail() -> None:
    """Keep one browser from sending many mails, and many from sending them to one address."""
    _count("sign-in-mail", 20)
    to = address()
    if to is not None:
        _count("sign-in-mail-to", 6, who=pseudonym(to))


def _count_attempt() -> None:
    _count("sign-in", ATTEMPTS)


def _count(action: str, most: int, *, who: str | None = None) -> None:
    try:
        spend(action, most, HOUR, who=who)
    except TooManyRequestsError:
        log.warning("sign-in refused", reason="too often", way=action)
        raise


@blueprint.get("/sign-in")
def sign_in_page() -> Response:
    """Show the ways in."""
    to = own_path(request.args.get("next"))
    return _ways_in(to)


def _ways_in(to: str, status: int = 200, *, fault: Text | None = None, email: str = "") -> Response:
    cast, providers = demo.CAST if resources().settings.demo else (), resources().providers
    return page("sign_in/sign_in.html", status, next=to, cast=cast, providers=list(providers), fault=fault, email=email)


@blueprint.post("/sign-in")
@first(_count_mail)
def ask_for_link() -> Response:
    """Send a sign-in link; the answer is the same for every address."""
    to = own_path(request.form.get("next"))
    said = address()
    if said is None:
        return _ways_in(to, 422, fault=NO_ADDRESS, email=request.form.get("email", "")[:254])
    base = resources().settings.base_url
    sign_in.ask_for_link(session(), said, browser=browser(), base_url=base, to=to)
    return page("sign_in/link_sent.html", email=said)


@blueprint.get("/sign-in/link")
def link_page() -> Response:
    """Ask for a click: mail scanners open links, but press no buttons."""
    return page("sign_in/link.html", secret=request.args.get("secret", "")[:SECRET_LIMIT])


@blueprint.post("/sign-in/link")
@first(_count_attempt)
def open_link() -> Response:
    """Sign in by a link."""
    secret = request.form.get("secret", "")[:SECRET_LIMIT]
    person, to = sign_in.open_link(session(), secret, browser=browser())
    return come_in_as(person, strong=False, to=own_path(to))


@blueprint.get("/first-operator")
def first_operator_page() -> Response:
    """Welcome the one who installed the registry."""
    return page(
        "sign_in/first_operator.html", secret=request.args.get("secret", "")[:SECRET_LIMIT], fault=None, email=""
    )


@blueprint.post("/first-operator")
@first(_count_attempt)
def become_first_operator() -> Response:
    """Make the holder of the start-up link the operator, and sign her in."""
    secret, said = request.form.get("secret", "")[:SECRET_LIMIT], address()
    if said is None:
        typed = request.form.get("email", "")[:254]
        return page("sign_in/first_operator.html", 422, secret=secret, fault=NO_ADDRESS, email=typed)
    person = sign_in.become_first_operator(session(), secret, email=said)
    return come_in_as(person, strong=False)


@blueprint.post("/sign-in/demo")
def sign_in_to_demo() -> Any:
    """Sign in as one of the demo's roles, with one click; there is no such way in outside the demo."""
    person = demo.person(session(), resources().settings, request.form.get("who", ""))
    if person is None:
        return redirect(url_for("web.sign_in_page"), 303)
    return come_in_as(person, strong=True, to=own_path(request.form.get("next")))


@blueprint.post("/sign-in/passkey/options")
def passkey_options() -> Response:
    """Tell the browser's script what to ask an authenticator for."""
    return json.jsonify(sign_in.ask_to_sign_in(session(), party(), browser=browser()))


@blueprint.post("/sign-in/passkey")
@first(_count_attempt)
def sign_in_with_passkey() -> Response:
    """Sign in by a passkey; who is signed in already confirms that it is her."""
    here, answer = visitor(), said_json()
    if here is None:
        person = sign_in.sign_in_with_passkey(session(), party(), answer=answer, browser=browser())
        come = come_in_as(person, strong=True)
    else:
        sign_in.confirm(session(), here.actor, here, party(), answer=answer, browser=browser())
        come = come_in(sign_in.renew(session(), here.actor, here))
    come.status_code = 200  # the script goes on by itself
    return come


@blueprint.get("/confirm")
def confirm_page() -> Response:
    """Ask for the second factor."""
    signed_in()
    return page("sign_in/confirm.html", next=own_path(request.args.get("next")))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Sign out in this browser, and at the provider by which one came in."""
    left = None
    with resources().database.transaction():
        here = visitor()
        if here is not None:
            left = sign_in.farewell(session(), here.actor, here)
            sign_in.end(session(), here.actor, here.person_id, here.session_id)
    return go_out(resources().providers.way_out(*left) if left else None)
