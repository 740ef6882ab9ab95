"""The change feed, and the audit trail."""

import json
import time
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

from flask import Response, stream_with_context
from flask.views import MethodView
from marshmallow import fields, validate

from registry.accounts import service as accounts
from registry.accounts.models import Organisation
from registry.api import lists
from registry.api.door import AS_FILE, Blueprint, actor, may, resources, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.policy import Permission
from registry.journal import representation
from registry.journal import service as journal
from registry.journal.models import Entry
from registry.journal.representation import Form
from registry.journal.schemas import AuditEntrySchema, ChangeSchema
from registry.journal.service import Filters
from registry.kit.paging import LIMIT_DEFAULT, LIMIT_MAX, Page
from registry.kit.schemas import Schema, String

blueprint = Blueprint("journal", __name__, url_prefix="/api/v1", description="What changed.")

WAIT_MAX = 30
_LOOK_AGAIN = 0.25
#: How many may wait in one process; who finds no place is answered at once, and asks again.
_PLACES = BoundedSemaphore(3)


class ChangesQuerySchema(Schema):
    """From where on to tell, and how long to wait for something to tell."""

    since = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MAX))
    wait = fields.Integer(load_default=0, validate=validate.Range(0, WAIT_MAX), metadata={"description": "Seconds."})


def _look(query: dict[str, Any]) -> Page[Entry]:
    return journal.changes(session(), actor(), since=query["since"], limit=query["limit"])


def _wait(query: dict[str, Any]) -> Page[Entry]:
    ends = time.monotonic() + query["wait"]
    while True:
        session().close()  # others may have the connection meanwhile
        time.sleep(_LOOK_AGAIN)
        page = _look(query)
        if page.items or time.monotonic() >= ends:
            return page


@blueprint.route("/changes")
class Changes(MethodView):
    """All public changes, in order."""

    @may(Permission.JOURNAL_READ)
    @blueprint.arguments(ChangesQuerySchema, location="query")
    @blueprint.response(200, list_of(ChangeSchema))
    def get(self, query: dict[str, Any]) -> Response:
        """Read what changed after the serial `since`; go on with the last serial that you have, and miss nothing."""
        page = _look(query)
        if not page.items and query["wait"] and _PLACES.acquire(blocking=False):
            try:
                page = _wait(query)
            finally:
                _PLACES.release()
        following = None if page.next is None else str(page.next[0])
        told = {
            "items": [representation.change(entry) for entry in page.items],
            "total": page.total,
            "next": following,
        }
        answer = Response(json.dumps(told, ensure_ascii=False).encode(), content_type="application/json")
        answer.headers["Cache-Control"] = "no-store"
        if following is not None:
            answer.headers["Link"] = f'</api/v1/changes?since={following}&limit={query["limit"]}>; rel="next"'
        return answer


_TYPES = {Form.CSV: "text/csv", Form.JSONL: "application/jsonl"}


class AuditQuerySchema(ListQuerySchema):
    """Which entries, and in which form."""

    since = fields.Integer(
        load_default=0, validate=validate.Range(0, 2**53), metadata={"description": "Behind this serial."}
    )
    type = String(64, metadata={"description": "Such as `release.yanked`, or `release` for all of that kind."})
    actor = String(64, metadata={"description": "The id of who did it."})
    not_before = fields.AwareDateTime(metadata={"description": "From this moment on."})
    before = fields.AwareDateTime(metadata={"description": "Up to this moment."})
    format = fields.Enum(
        Form, by_value=True, metadata={"description": "All of it as a file, oldest first, in place of a page."}
    )


def _audit(organisation: Organisation | None, query: dict[str, Any]) -> Response:
    filters = Filters(**{name: query[name] for name in Filters.__slots__ if name in query})
    if "format" in query:
        name = f"audit-{organisation.slug}" if organisation else "audit"
        parts = journal.written(resources().database, actor(), organisation, filters, query["format"])
        return _file(parts, query["format"], name)
    after = lists.place_of(query.get("cursor"))
    page = journal.audit(session(), actor(), organisation, filters, after=after, limit=query["limit"])
    return lists.answer_dicts(page.map(lambda it: representation.entry(*it)))


def _file(parts: Iterator[str], form: Form, name: str) -> Response:
    answer = Response(stream_with_context(parts), content_type=f"{_TYPES[form]}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/organisations/<slug:slug>/audit")
class OrganisationAudit(MethodView):
    """What was done by and to one organisation."""

    @may(Permission.AUDIT_READ, accounts.find)
    @blueprint.doc(**{AS_FILE: [*_TYPES.values()]})
    @blueprint.arguments(AuditQuerySchema, location="query")
    @blueprint.response(200, list_of(AuditEntrySchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """Read everything that was done by or to an organisation, the newest first; or all of it as a file."""
        return _audit(accounts.find(session(), actor(), slug), query)


@blueprint.route("/audit")
class Audit(MethodView):
    """What was done by anybody."""

    @may(Permission.AUDIT_READ_ALL)
    @blueprint.doc(**{AS_FILE: [*_TYPES.values()]})
    @blueprint.arguments(AuditQuerySchema, location="query")
    @blueprint.response(200, list_of(AuditEntrySchema))
    def get(self, query: dict[str, Any]) -> Response:
        """Read everything that was done, the newest first; or all of it as a file."""
        return _audit(None, query)
