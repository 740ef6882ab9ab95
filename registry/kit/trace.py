"""The id of the request at hand, so that a log line, a journal entry and an answer can be told to belong together."""

from contextvars import ContextVar

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_problem: ContextVar[str | None] = ContextVar("problem", default=None)


def request_id() -> str | None:
    """Return the id of the request at hand, None outside one."""
    return _request_id.get()


def begin(identifier: str | None) -> None:
    """Take note of the request that begins."""
    _request_id.set(identifier)
    _problem.set(None)


def problem() -> str | None:
    """Return the slug of the problem for which the request at hand was refused, None where it was not."""
    return _problem.get()


def refuse(slug: str) -> None:
    """Take note of why the request at hand is refused."""
    _problem.set(slug)
