"""The audit trail, in plain words and as a file."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import fields, validate

from registry.accounts import service as accounts
from registry.accounts.models import Organisation
from registry.authz.actor import ActorKind
from registry.journal import representation
from registry.journal import service as journal
from registry.journal.models import Entry
from registry.journal.representation import Form
from registry.journal.service import Filters
from registry.journal.service.chaining import ERASED, PERSONAL_SUBJECTS
from registry.kit.schemas import Schema
from registry.web import lists
from registry.web.door import actor, blueprint, page, resources, session
from registry.web.events import KINDS
from registry.web.organisation import acting
from registry.web.words import word

_SHOWN = 50
_ZONE = ZoneInfo("Europe/Berlin")
_TYPES = {Form.CSV: "text/csv", Form.JSONL: "application/jsonl"}


class _AskedSchema(Schema):
    """By what the trail can be narrowed: days, as they are in Germany, and the kind of thing."""

    first = fields.Date()
    last = fields.Date()
    type = fields.String(validate=validate.OneOf([*KINDS]))


def _filters(asked: Mapping[str, Any]) -> Filters:
    return Filters(
        type=asked.get("type"),
        not_before=_morning(asked["first"]) if "first" in asked else None,
        before=_morning(asked["last"] + timedelta(days=1)) if "last" in asked else None,
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), _ZONE)


@blueprint.get("/organisation/audit")
def organisation_audit() -> Response:
    """Show what was done by and to the organisation."""
    here, slug = acting()
    return trail(accounts.find(session(), here.actor, slug), "accounts/audit.html", area="work")


@blueprint.get("/organisation/audit.<any(csv,jsonl):form>")
def organisation_audit_file(form: str) -> Response:
    """Hand out the organisation's part of the trail as a file."""
    here, slug = acting()
    return as_file(accounts.find(session(), here.actor, slug), Form(form))


def trail(organisation: Organisation | None, template: str, **about: Any) -> Response:
    """Show the trail of an organisation, or of all."""
    asked = lists.asked(_AskedSchema())
    found = journal.audit(session(), actor(), organisation, _filters(asked), after=lists.after(), limit=_SHOWN)
    return page(
        template,
        entries=[representation.entry(*it) for it in found.items],
        people=_people(organisation, [entry for entry, _ in found.items]),
        total=found.total,
        next=lists.following(found),
        asked={name: str(value) for name, value in asked.items()},
        kinds=[(kind, word("event_kind", kind)) for kind in KINDS],
        **about,
    )


def _people(organisation: Organisation | None, entries: Sequence[Entry]) -> dict[str, str]:
    """Return the addresses of the people whom entries name; of an organisation's trail, of its own people alone."""
    named = set()
    for entry in entries:
        if organisation is None or entry.actor_organisation == organisation.slug:
            named.add(entry.actor_id if entry.actor_kind is ActorKind.PERSON else None)
        if organisation is None or entry.organisation == organisation.slug:
            kind, _, whom = entry.subject.partition(":")
            named.add(whom if kind in PERSONAL_SUBJECTS and whom != ERASED else None)
    return accounts.addresses(session(), actor(), organisation, [UUID(each) for each in named if each])


def as_file(organisation: Organisation | None, form: Form) -> Response:
    """Hand out the trail of an organisation, or of all, as a file, oldest first."""
    filters = _filters(lists.asked(_AskedSchema()))
    # Who may not read it is told so, before the file begins.
    journal.audit(session(), actor(), organisation, filters, limit=1)
    parts = journal.written(resources().database, actor(), organisation, filters, form)
    name = f"audit-{organisation.slug}" if organisation else "audit"
    answer = Response(parts, content_type=f"{_TYPES[form]}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
