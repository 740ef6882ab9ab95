"""What the registry's operator does in a browser: take organisations in, bound them, look after people and health."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import ValidationError, fields, validate

from registry import VERSION
from registry.accounts import service as accounts
from registry.accounts.models import OrganisationKind
from registry.accounts.schemas import LimitsChangeSchema, NewInvitationSchema, NewOrganisationSchema
from registry.accounts.service import Quota
from registry.authz.actor import Actor, Role
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.journal.representation import Form
from registry.journal.service import Filters
from registry.kit import clock, mail, migrations, rounds
from registry.kit.schemas import Email, Schema
from registry.privacy import service as privacy
from registry.privacy.errors import PersonNotFoundError
from registry.releases import service as releases
from registry.web import auditing, forms, lists
from registry.web.account import as_download
from registry.web.door import blueprint, first, page, resources, session, signed_in, spend
from registry.web.sign_in import HOUR
from registry.web.words import word

_HOME = "/operator/organisations"
_SHOWN = 50
#: The worker does something every second; so much later it is not at work.
_IDLE = timedelta(minutes=5)
_NEW = NewOrganisationSchema(only=("slug", "name", "kind", "ars", "website", "email"))


class _AskedSchema(Schema):
    q = fields.String(validate=validate.Length(max=200))


class _PersonSchema(Schema):
    email = Email(required=True)


def _operator() -> Actor:
    """Return who asks, if she runs the registry."""
    here = signed_in()
    require(here.actor, Permission.AUDIT_READ_ALL)
    return here.actor


@blueprint.get("/operator")
def health() -> Response:
    """Show how the registry is: what it needs, what the worker does, and what mail is owed."""
    asking = _operator()
    sealed = journal.head(session(), asking)
    waiting = journal.export(session(), asking, None, Filters(since=sealed.serial), limit=1)
    jobs = rounds.rounds(session())
    since = max((job.done_at for job in jobs if job.done_at), default=waiting[0][0].at if waiting else None)
    return page(
        "operator/health.html",
        area="operator",
        health=resources().health(),
        migration=migrations.current(session()),
        newest=migrations.head(),
        version=VERSION,
        dialect=resources().database.dialect,
        settings=resources().settings,
        sealed=sealed,
        jobs=jobs,
        idle_since=since if since and since < clock.now() - _IDLE else None,
        outbox=mail.outbox(session()),
        unverified=accounts.browse(session(), asking, unverified=True, limit=1).total,
    )


@blueprint.get("/operator/organisations")
def operated_organisations() -> Response:
    """Show the organisations that nobody vouches for yet, or those that are looked for."""
    asking, wanted = _operator(), lists.asked(_AskedSchema()).get("q")
    found = accounts.browse(session(), asking, q=wanted, unverified=wanted is None, after=lists.after(), limit=_SHOWN)
    return page(
        "operator/organisations.html",
        area="operator",
        organisations=found.map(json.loads),
        wanted=wanted,
        next=lists.following(found),
    )


@blueprint.get("/operator/organisations/new")
def new_organisation() -> Response:
    """Ask what an organisation is that is to be taken in."""
    return _new({})


def _new(faults: forms.Faults, status: int = 200) -> Response:
    _operator()
    kinds = [(kind, word("kind", kind)) for kind in OrganisationKind]
    return page("operator/new.html", status, area="operator", kinds=kinds, typed=request.form, faults=faults)


@blueprint.post("/operator/organisations")
def onboard() -> Response:
    """Take in an organisation."""
    asking = _operator()

    def act() -> str:
        made = accounts.onboard(session(), asking, **_NEW.load(forms.said(_NEW.fields)))
        return f"{_HOME}/{made.slug}?done=onboarded"

    return forms.sent(act, lambda faults: _new(faults, 422))


@blueprint.get("/operator/organisations/<slug:slug>")
def operated_organisation(slug: str) -> Response:
    """Show an organisation to the operator."""
    return _organisation(slug, {}, {})


def _organisation(slug: str, faults: forms.Faults, typed: Mapping[str, Any], status: int = 200) -> Response:
    asking = _operator()
    found = accounts.find(session(), asking, slug)
    said = {name: str(number) for name, number in (found.limits or {}).items()}
    return page(
        "operator/organisation.html",
        status,
        area="operator",
        told=json.loads(accounts.rendering(session(), asking, slug).body),
        used=accounts.used(session(), asking, found) | releases.used(session(), asking, found),
        limits=accounts.limits(session(), found.id),
        quotas=[*Quota],
        members=accounts.members(session(), asking, slug, limit=_SHOWN),
        invitations=accounts.invitations(session(), asking, slug, limit=_SHOWN),
        typed=said | dict(typed),
        faults=faults,
    )


def _again(slug: str) -> Any:
    return lambda faults: _organisation(slug, faults, request.form.to_dict(), 422)


@blueprint.post("/operator/organisations/<slug:slug>/verify")
def vouch(slug: str) -> Response:
    """Vouch for an organisation."""
    accounts.vouch(session(), _operator(), slug)
    return forms.lead_on(f"{_HOME}/{slug}?done=verified")


@blueprint.post("/operator/organisations/<slug:slug>/invitations")
@first(lambda: spend("invitation", 60, HOUR))
def invite_owner(slug: str) -> Response:
    """Invite an organisation's first owner."""
    asking = _operator()

    def act() -> str:
        said = NewInvitationSchema().load(forms.said(("email",)) | {"role": Role.OWNER})
        accounts.invite(session(), asking, slug, **said, base_url=resources().settings.base_url)
        return f"{_HOME}/{slug}?done=invited"

    return forms.sent(act, _again(slug))


@blueprint.post("/operator/organisations/<slug:slug>/limits")
def change_limits(slug: str) -> Response:
    """Let an organisation have more or less than usual."""
    asking = _operator()

    def act() -> str:
        typed = forms.said([*Quota], blank=True)
        said = LimitsChangeSchema().load({name: value and forms.number(value) for name, value in typed.items()})
        accounts.change_limits(session(), asking, slug, {Quota(name): number for name, number in said.items()})
        return f"{_HOME}/{slug}?done=limited"

    return forms.sent(act, _again(slug))


@blueprint.get("/operator/moderation")
def moderation() -> Response:
    """Say what the operator may do about a service, and what its originator alone may."""
    _operator()
    return page("operator/moderation.html", area="operator")


@blueprint.get("/operator/audit")
def operator_audit() -> Response:
    """Show what was done by and to everybody."""
    _operator()
    return auditing.trail(None, "operator/audit.html", area="operator")


@blueprint.get("/operator/audit.<any(csv,jsonl):form>")
def operator_audit_file(form: str) -> Response:
    """Hand out the whole trail as a file."""
    _operator()
    return auditing.as_file(None, Form(form))


@blueprint.get("/operator/people")
def people() -> Response:
    """Ask for whom to look: what is stored about a person, and her erasure."""
    return _people({})


def _people(faults: forms.Faults, status: int = 200) -> Response:
    _operator()
    return page("operator/people.html", status, area="operator", typed=request.form, faults=faults)


@blueprint.post("/operator/people/export")
def export_person() -> Response:
    """Hand out everything that is stored about a person."""
    asking = _operator()
    try:
        return as_download(privacy.export(session(), asking, _named(asking)), "person.json")
    except ValidationError as error:
        return _people(forms.faults(error), 422)


def _named(asking: Actor) -> UUID:
    """Return whom the form names; where it names nobody that is said beside the field."""
    email = _PersonSchema().load(forms.said(("email",)))["email"]
    try:
        return privacy.find(session(), asking, email)
    except PersonNotFoundError as error:
        raise ValidationError({"email": [error.detail["en"]]}) from None


@blueprint.post("/operator/people/erase")
def erase_person() -> Response:
    """Erase a person who asked for it."""
    asking = _operator()

    def act() -> str:
        person = _named(asking)
        forms.sure()
        privacy.erase(session(), asking, person)
        return "/operator/people?done=erased"

    return forms.sent(act, lambda faults: _people(faults, 422))
