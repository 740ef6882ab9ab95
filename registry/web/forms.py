"""What forms share: reading them, what is wrong beside its field, and that a form sent twice is acted on once."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, redirect, request
from marshmallow import ValidationError

from registry.kit.errors import ConflictError, InvalidError, RegistryError, text
from registry.kit.idempotency import Answer, Memory
from registry.kit.messages import translate
from registry.web.door import session, signed_in
from registry.web.speech import say

#: What is wrong, by the name of the field; "" for what is the matter with the whole.
Faults = Mapping[str, str]

#: What every form carries, and no schema knows.
_OURS = frozenset({"csrf", "once", "seen"})


def said(names: Collection[str], *, blank: bool = False) -> dict[str, Any]:
    """Return the fields of the form that have these names, as JSON would say them; `note.de` is a part of `note`.

    What was left blank is not said; with `blank` it is said to be nothing.
    """
    found: dict[str, Any] = {name: None for name in names if blank and _asked(name)}
    for key, value in request.form.items():
        name, _, part = key.partition(".")
        if key in _OURS or name not in names or not value.strip():
            continue
        if part:
            found[name] = (found.get(name) or {}) | {part: value}
        else:
            found[name] = value
    return found


def _asked(name: str) -> bool:
    return any(key == name or key.startswith(f"{name}.") for key in request.form)


def sent(
    act: Callable[[], str], again: Callable[[Faults], Response], *, shown: Callable[[], Response] | None = None
) -> Response:
    """Act on a form and go on to the address that `act` returns; sent once more, it is not acted on once more.

    What is wrong with it is shown by `again`, and nothing of it stays done. What can be seen this once only, such as a
    secret, is `shown` in place of going on.
    """
    memory: Memory = current_app.extensions["memory"]
    who = f"page:{signed_in().session_id}"
    told = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf"]
    mark = hashlib.sha256(f"{request.path}?{urlencode(told)}".encode()).hexdigest()
    known = memory.claim(session(), who, mark, mark)
    if known is not None:
        return cast("Response", redirect(known.headers["Location"], 303))
    try:
        there = act()
    except (ValidationError, InvalidError, ConflictError) as error:
        found = faults(error)
    else:
        memory.keep(session(), who, mark, Answer(303, {"Location": there}, b""))
        return shown() if shown else cast("Response", redirect(there, 303))
    session().rollback()
    return again(found)


def faults(error: ValidationError | RegistryError) -> Faults:
    """Return what is wrong, in the language of the page."""
    if isinstance(error, ValidationError):
        return {name: say(text(translate(told), told)) for name, told in _flat(error.messages_dict)}
    if error.faults:
        return {fault.pointer.removeprefix("#/").replace("/", "."): say(fault.detail) for fault in error.faults}
    return {"": say(error.detail)}


def _flat(messages: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, told in messages.items():
        name = above if key == "_schema" else f"{above}.{key}".lstrip(".")
        if isinstance(told, Mapping):
            yield from _flat(told, name)
        else:
            yield name, str(told[0])


def init_app(app: Flask) -> None:
    """Let every form differ from the one that a person was shown before."""
    app.jinja_env.globals["once"] = lambda: secrets.token_urlsafe(12)
