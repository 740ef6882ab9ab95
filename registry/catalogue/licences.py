"""Licences by their SPDX identifiers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing


@cache
def _spdx() -> Any:
    # Takes a while and 8 MB: not before the first expression is to be read.
    return get_spdx_licensing()


def normalise(expression: str) -> str:
    """Return an SPDX licence expression in its canonical spelling; ValueError where it is none."""
    try:
        return str(_spdx().parse(expression, validate=True, strict=True))
    except (ExpressionError, RecursionError) as problem:
        message = f"{expression}: {problem}"
        raise ValueError(message) from None


def identifiers(expression: str) -> list[str]:
    """Return the licences that a valid expression names, sorted; exceptions such as `Classpath-exception` are none."""
    symbols = _spdx().license_symbols(_spdx().parse(expression), decompose=True)
    return sorted({symbol.key for symbol in symbols if not symbol.is_exception})


@cache
def known() -> dict[str, dict[str, Any]]:
    """Return the SPDX licence list: `name` and `osi_approved` by identifier (list version 3.27, CC0)."""
    listed: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("spdx.json").read_text())
    return listed
