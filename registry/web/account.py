"""A person's own account: for whom she acts, where she is signed in, her passkeys, and what is stored about her."""

import json as jsonlib
from typing import Any
from uuid import UUID

from flask import Response, g, json, request, url_for
from marshmallow import ValidationError

from registry.kit import clock
from registry.kit.errors import InvalidError, text
from registry.kit.schemas import String
from registry.privacy import service as privacy
from registry.privacy.records import RECORDS
from registry.sign_in import service as sign_in
from registry.web import forms
from registry.web.door import blueprint, browser, come_in, forgotten, page, session, signed_in
from registry.web.sign_in import party, said_json

#: Where something is stored about people, as `word("stored", …)` tells it.
STORED = (*dict.fromkeys(record.model.__tablename__ for record in reversed(RECORDS)), "mails", "journal")


class PasskeyNameError(InvalidError):
    """A passkey needs a name of one line."""

    slug = "passkey-name"
    title = text("Name fehlt", "Name is missing")
    remedy = text("Nennen Sie das Gerät, zum Beispiel „Diensthandy“.", "Name the device, for example “work phone”.")


@blueprint.get("/account")
def account() -> Response:
    """Show a person what is known of her, and what she may end."""
    here = signed_in()
    return page(
        "sign_in/account.html",
        memberships=sign_in.memberships(session(), here.actor, here),
        sessions=sign_in.sessions(session(), here.actor, here.person_id),
        passkeys=sign_in.passkeys(session(), here.actor, here.person_id),
        stored=STORED,
        area="account",
    )


@blueprint.get("/account/export")
def export() -> Response:
    """Hand out everything that is stored about the person."""
    here = signed_in()
    told = privacy.export(session(), here.actor, here.person_id)
    return as_download(told, f"efa-registry-{clock.now():%Y-%m-%d}.json")


def as_download(told: dict[str, Any], name: str) -> Response:
    """Hand out JSON that people can read, as a file."""
    body = jsonlib.dumps(told, ensure_ascii=False, indent=2)
    answer = Response(body, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/account/erase")
def ask_to_erase() -> Response:
    """Say what it means to be erased, and ask whether it is meant."""
    return _erasing({})


def _erasing(faults: forms.Faults, status: int = 200) -> Response:
    here = signed_in()
    mine = sign_in.memberships(session(), here.actor, here)
    return page("sign_in/erase.html", status, memberships=mine, faults=faults, area="account")


@blueprint.post("/account/erase")
def erase() -> Response:
    """Erase the person who is signed in."""
    here = signed_in()

    def act() -> str:
        forms.sure()
        privacy.erase(session(), here.actor, here.person_id)
        return "/"

    return forms.sent(act, lambda faults: _erasing(faults, 422), shown=_erased)


def _erased() -> Response:
    g.pop("visitor", None)
    return forgotten(page("sign_in/erased.html"))


def _back(done: str) -> Response:
    return forms.lead_on(url_for("web.account", done=done))


@blueprint.post("/account/organisation")
def act_for() -> Response:
    """Act for another organisation from now on."""
    here = signed_in()
    sign_in.act_for(session(), here.actor, here, request.form.get("organisation", "")[:64])
    return _back("switched")


@blueprint.post("/account/sessions/<uuid:identifier>/end")
def end_session(identifier: UUID) -> Response:
    """Sign out in one browser."""
    here = signed_in()
    sign_in.end(session(), here.actor, here.person_id, identifier)
    return _back("ended")


@blueprint.post("/account/sessions/end-others")
def end_other_sessions() -> Response:
    """Sign out everywhere else."""
    here = signed_in()
    sign_in.end_others(session(), here.actor, here.person_id, here.session_id)
    return _back("ended-others")


@blueprint.post("/account/passkeys/options")
def registration_options() -> Response:
    """Tell the browser's script what passkey to have made."""
    here = signed_in()
    return json.jsonify(sign_in.ask_to_register(session(), here.actor, here, party(), browser=browser()))


@blueprint.post("/account/passkeys")
def register_passkey() -> Response:
    """Keep a passkey that the browser made."""
    here, said = signed_in(), said_json()
    answer, name = said.get("answer"), _name(said.get("name"))
    given = answer if isinstance(answer, dict) else {}
    sign_in.register(session(), here.actor, here, party(), answer=given, name=name, browser=browser())
    come = come_in(sign_in.renew(session(), here.actor, here))
    come.status_code = 201  # the script goes on by itself
    return come


def _name(said: object) -> str:
    try:
        return String(100).deserialize(said)
    except ValidationError:
        raise PasskeyNameError(text("Der Passkey braucht einen Namen.", "The passkey needs a name.")) from None


@blueprint.post("/account/passkeys/<uuid:identifier>/remove")
def remove_passkey(identifier: UUID) -> Response:
    """Forget a passkey."""
    here = signed_in()
    sign_in.remove_passkey(session(), here.actor, here.person_id, identifier)
    return _back("removed")
