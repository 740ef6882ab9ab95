"""How a change is told as JSON."""

from typing import Any

from registry.journal.models import Entry
from registry.kit.clock import stamp


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
