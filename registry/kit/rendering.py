"""The JSON that a resource is told as: made once, when it changes, and kept with its entity tag."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class Rendering(NamedTuple):
    """A representation ready to send, and the value of its strong `ETag` (without quotes)."""

    body: bytes
    etag: str


def render(representation: Mapping[str, Any]) -> Rendering:
    """Write a representation as compact UTF-8 JSON."""
    return tagged(json.dumps(representation, ensure_ascii=False, separators=(",", ":")).encode())


def tagged(body: bytes) -> Rendering:
    """Return what is written already with its entity tag."""
    return Rendering(body, hashlib.sha256(body).hexdigest()[:32])
