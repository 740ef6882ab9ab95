"""Licences by their SPDX identifiers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from registry.inspection import spdx


def normalise(expression: str) -> str:
    """Return an SPDX licence expression in its canonical spelling; ValueError names what may be meant."""
    parsed = spdx.parse(expression)
    if parsed is None:
        raise ValueError(expression)
    if parsed.unknown:
        raise ValueError(spdx.nearest(parsed.unknown[0]) or expression)
    return spdx.spelt(expression)


def identifiers(expression: str) -> list[str]:
    """Return the licences that a valid expression names, sorted; exceptions such as `Classpath-exception` are none."""
    parsed = spdx.parse(expression)
    return sorted({spdx.spelt(name) for name in parsed.licences}) if parsed else []


@cache
def known() -> dict[str, dict[str, Any]]:
    """Return the SPDX licence list: `name` and `osi_approved` by identifier (list version 3.27, CC0)."""
    listed: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("spdx.json").read_text())
    return listed
