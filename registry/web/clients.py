"""Programs that act for an organisation: set up, given a new secret, ended."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import ValidationError

from registry.accounts import representation
from registry.accounts import service as accounts
from registry.accounts.models import Client
from registry.accounts.schemas import ClientChangeSchema, NewClientSchema, RotationSchema
from registry.adoption import service as adoption
from registry.authz.actor import ROLE_SCOPES, Role, Scope
from registry.authz.policy import Permission, require
from registry.catalogue import service as catalogue
from registry.catalogue.models import Sort
from registry.catalogue.service import Wanted
from registry.kit import clock
from registry.sign_in.service import Visitor
from registry.web import forms
from registry.web.door import blueprint, page, resources, session
from registry.web.organisation import AHEAD, acting, ask

_HOME = "/organisation/clients"
_MOST = 200
#: How long a new program is meant to work unless its owner says otherwise.
_YEAR = timedelta(days=365)
_ZONE = ZoneInfo("Europe/Berlin")
_SCOPES = [scope for scope in Scope if scope in ROLE_SCOPES[Role.OWNER]]


@blueprint.get("/organisation/clients")
def clients() -> Response:
    """Show the programs that act for the organisation."""
    here, slug = acting()
    found = accounts.clients(session(), here.actor, slug, limit=_MOST)
    soon = clock.stamp(clock.now() + AHEAD)
    return page("accounts/clients.html", area="work", clients=_told(here, found.items), soon=soon)


def _told(here: Visitor, found: Any) -> list[dict[str, Any]]:
    slugs = catalogue.slugs(session(), here.actor, {UUID(one) for client in found for one in client.services or ()})
    return [representation.client(client, slugs) | {"secret": client.secret_hash is not None} for client in found]


@blueprint.get("/organisation/clients/new")
def new_client() -> Response:
    """Ask what a program shall be allowed to do."""
    return _form({}, {"scopes": [], "services": [], "expires_at": (clock.now() + _YEAR).date().isoformat()})


def _form(faults: forms.Faults, typed: dict[str, Any], status: int = 200) -> Response:
    here, slug = acting()
    require(here.actor, Permission.CLIENT_CREATE, accounts.find(session(), here.actor, slug))
    return page(
        "accounts/client_new.html",
        status,
        area="work",
        scopes=[scope for scope in _SCOPES if scope in here.actor.scopes],
        choices=_services(here, slug),
        typed=typed,
        faults=faults,
        today=clock.now().date().isoformat(),
    )


def _services(here: Visitor, slug: str) -> dict[str, str]:
    """Return the services that a program may be kept to: those that we publish, and those that we reuse."""
    own = catalogue.browse(session(), here.actor, Wanted(originator=slug), sort=Sort.NAME, limit=100)
    reused = adoption.of_organisation(session(), here.actor, slug, limit=100)
    names = {told["slug"]: told["name"]["de"] for told in map(json.loads, own.page.items)}
    return names | {
        told["service"]: names.get(told["service"], told["service"]) for told in map(json.loads, reused.items)
    }


@blueprint.post("/organisation/clients")
def create_client() -> Response:
    """Set up a program, and show its secret this once."""
    here, slug = acting()
    made: list[tuple[Client, str]] = []

    def act() -> str:
        said = NewClientSchema().load(_said())
        services = said["services"]
        if services is not None:
            services = catalogue.covered(session(), here.actor, slug, services, scopes=said["scopes"])
        made.append(accounts.create_client(session(), here.actor, slug, **said | {"services": services}))
        return f"{_HOME}/{made[0][0].client_id}?done=shown"

    lists = {name: request.form.getlist(name) for name in ("scopes", "services")}
    typed = request.form.to_dict() | lists
    return forms.sent(act, lambda faults: _form(_by_field(faults), typed, 422), shown=lambda: _secret(*made[0]))


def _said() -> dict[str, Any]:
    """Return what the form says, as JSON would say it: a day ends when it is over in Germany."""
    said = forms.said(("name",)) | {"scopes": request.form.getlist("scopes")[:100]}
    if "name" not in said:
        raise ValidationError({"name": ["Missing data for required field."]})
    if chosen := request.form.getlist("services")[:1_000]:
        said["services"] = chosen
    if day := request.form.get("expires_at", "").strip():
        said["expires_at"] = _end_of(day).isoformat()
    return said


def _end_of(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), _ZONE)
    except ValueError:
        raise ValidationError({"expires_at": ["Not a valid date."]}) from None


def _by_field(faults: forms.Faults) -> forms.Faults:
    """Say of a list as a whole what is wrong with one of its values."""
    return {name.partition(".")[0]: told for name, told in reversed([*faults.items()])}


def _secret(client: Client, secret: str) -> Response:
    base = resources().settings.base_url
    return page("accounts/secret.html", area="work", client=client, secret=secret, base=base)


@blueprint.get("/organisation/clients/<slug:client_id>")
def client(client_id: str) -> Response:
    """Show a program."""
    return _client(client_id, {})


def _client(client_id: str, faults: forms.Faults, status: int = 200) -> Response:
    here, slug = acting()
    found = accounts.client(session(), here.actor, slug, client_id)
    return page(
        "accounts/client.html",
        status,
        area="work",
        client=_told(here, [found])[0],
        now=clock.stamp(clock.now()),
        last_day=found.expires_at.astimezone(_ZONE).date().isoformat() if found.expires_at else "",
        typed=request.form,
        faults=faults,
    )


@blueprint.post("/organisation/clients/<slug:client_id>")
def change_client(client_id: str) -> Response:
    """Give a program another name or end."""
    here, slug = acting()

    def act() -> str:
        day = request.form.get("expires_at", "").strip()
        said = forms.said(("name",)) | {"expires_at": _end_of(day).isoformat() if day else None}
        accounts.change_client(session(), here.actor, slug, client_id, ClientChangeSchema().load(said))
        return f"{_HOME}/{client_id}?done=changed"

    return forms.sent(act, lambda faults: _client(client_id, faults, 422))


@blueprint.post("/organisation/clients/<slug:client_id>/rotate")
def rotate_client(client_id: str) -> Response:
    """Give a program a new secret, and show it this once."""
    here, slug = acting()
    made: list[tuple[Client, str]] = []

    def act() -> str:
        said = RotationSchema().load({"overlap": forms.number(request.form.get("overlap", ""))})
        until = timedelta(seconds=said["overlap"])
        made.append(accounts.rotate(session(), here.actor, slug, client_id, overlap=until))
        return f"{_HOME}/{client_id}?done=shown"

    return forms.sent(act, lambda faults: _client(client_id, faults, 422), shown=lambda: _secret(*made[0]))


@blueprint.get("/organisation/clients/<slug:client_id>/end")
def ask_to_end_client(client_id: str) -> Response:
    """Say what it means to end a program, and ask whether it is meant."""
    here, slug = acting()
    name = accounts.client(session(), here.actor, slug, client_id).name
    return ask("client", name, f"{_HOME}/{client_id}")


@blueprint.post("/organisation/clients/<slug:client_id>/end")
def end_client(client_id: str) -> Response:
    """End a program, its secrets and all its tokens."""
    here, slug = acting()
    accounts.end_client(session(), here.actor, slug, client_id)
    return forms.lead_on(f"{_HOME}?done=ended")
