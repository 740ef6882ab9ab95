"""Logs as JSON lines on stderr, each with the id of its request; none holds personal data.

What an exception says may repeat what somebody sent, or what stands in a row. Of most there is therefore only the kind,
and where it was raised.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

#: What these say names files, hosts and codes of the machine alone.
_TELLING = (OSError, ImportError, MemoryError)
#: What PostgreSQL names of a failure besides its words: the constraint, say, but never the values.
_NAMES = ("sqlstate", "constraint_name", "table_name", "column_name")
#: Made once: `json.dumps` makes one for every line that is not to be ASCII.
_encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode


def failure(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write the exception of a log line as its kinds and places, without its words."""
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_told(error))
    return line


def _told(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told(cause)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}{_detail(error)}"


def _detail(error: BaseException) -> str:
    if isinstance(error, _TELLING):
        return f": {error}"
    diagnosis = getattr(error, "diag", None)
    known = [f"{name}={getattr(diagnosis, name, None)}" for name in _NAMES if getattr(diagnosis, name, None)]
    return f": {' '.join(known)}" if known else ""


def _line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return _encode(event)


def init(level: int = logging.INFO) -> None:
    """Let structlog and the standard library write the same lines."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        failure,
    ]
    structlog.configure(
        processors=[*shared, _line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It writes tokens into what it tells while being debugged.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
