"""The change feed."""

import json
import time
from threading import BoundedSemaphore
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import fields, validate

from registry.api.door import Blueprint, actor, may, session
from registry.api.lists import list_of
from registry.authz.policy import Permission
from registry.journal import representation
from registry.journal import service as journal
from registry.journal.models import Entry
from registry.journal.schemas import ChangeSchema
from registry.kit.paging import LIMIT_DEFAULT, LIMIT_MAX, Page
from registry.kit.schemas import Schema

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
