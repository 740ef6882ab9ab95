"""Cursors: where the next page of a list begins, in a form that nobody else can make up, nor use for another list."""

import base64
import hashlib
import hmac
import json

from registry.kit.paging import Place, PlaceError

_SEAL = 9


def _seal(key: str, of: str, written: bytes) -> bytes:
    return hmac.digest(key.encode(), of.encode() + b"\0" + written, hashlib.sha256)[:_SEAL]


def write(key: str, of: str, place: Place) -> str:
    """Write the place where the next page begins; `of` names the list with its filters."""
    written = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    written += b" " * (-len(written) % 3)  # so that no "=" is needed in a URL
    return base64.b64encode(_seal(key, of, written) + written, altchars=b"-_").decode()


def read(key: str, of: str, cursor: str) -> Place:
    """Read a cursor; PlaceError where this list, with these filters, did not give it."""
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
        seal, written = raw[:_SEAL], raw[_SEAL:]
        if not hmac.compare_digest(seal, _seal(key, of, written)):
            raise PlaceError
        return tuple(json.loads(written))
    except (ValueError, TypeError):
        raise PlaceError from None
