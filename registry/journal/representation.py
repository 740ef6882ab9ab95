"""How a change is told: as JSON, and for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from registry.journal.models import Entry
from registry.kit.clock import stamp


class Form(StrEnum):
    """In which form the audit trail is handed out."""

    CSV = "csv"
    JSONL = "jsonl"


def change(it: Entry) -> dict[str, Any]:
    """Tell a public change."""
    return {
        "serial": it.serial,
        "type": it.type,
        "time": stamp(it.at),
        "organisation": it.organisation,
        "service": it.service,
        "data": it.data,
    }


def actor(it: Entry) -> dict[str, Any]:
    """Tell who did what an entry tells."""
    return {"kind": it.actor_kind, "id": it.actor_id, "organisation": it.actor_organisation}


def entry(it: Entry, vouched: str | None) -> dict[str, Any]:
    """Tell an entry to those whom it concerns, with the hash that vouches for it."""
    return {
        "serial": it.serial,
        "type": it.type,
        "time": stamp(it.at),
        "actor": actor(it),
        "organisation": it.organisation,
        "service": it.service,
        "subject": it.subject,
        "data": it.data,
        "before": it.before,
        "after": it.after,
        "request_id": it.request_id,
        "public": it.public,
        "hash": vouched,
    }


#: The columns of the audit trail as a table.
COLUMNS = (
    "serial",
    "time",
    "type",
    "actor_kind",
    "actor_id",
    "actor_organisation",
    "organisation",
    "service",
    "subject",
    "data",
    "before",
    "after",
    "request_id",
    "public",
    "hash",
)
#: By how a cell begins that a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row(it: Entry, vouched: str | None) -> list[str]:
    """Tell the same as a row of `COLUMNS`, in which no cell is a formula."""
    told = entry(it, vouched)
    told |= {f"actor_{name}": value for name, value in told.pop("actor").items()}
    return [_cell(told[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool() | dict():
            return json.dumps(value, ensure_ascii=False)
    said = str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said


def lines(entries: Iterable[tuple[Entry, str | None]], form: Form, *, headed: bool) -> str:
    """Write entries as lines of one form; a table's first ones are `headed` by the names of its columns."""
    if form is Form.JSONL:
        return "".join(json.dumps(entry(*it), ensure_ascii=False, separators=(",", ":")) + "\n" for it in entries)
    written = io.StringIO()
    table = csv.writer(written)
    if headed:
        table.writerow(COLUMNS)
    table.writerows(row(*it) for it in entries)
    return written.getvalue()
