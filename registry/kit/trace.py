"""The id of the request at hand, so that a log line, a journal entry and an answer can be told to belong together."""

from contextvars import ContextVar

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """Return the id of the request at hand, None outside one."""
    return _request_id.get()


def begin(identifier: str | None) -> None:
    """Take note of the request that begins."""
    _request_id.set(identifier)
