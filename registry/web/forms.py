"""What forms share: reading them, what is wrong beside its field, and that a form sent twice is acted on once."""

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, redirect, request
from marshmallow import ValidationError

from registry.http.failures import QueryError
from registry.kit import trace
from registry.kit.errors import ConflictError, InvalidError, RegistryError, text
from registry.kit.idempotency import Answer, Memory
from registry.kit.messages import translate
from registry.web.door import session, signed_in
from registry.web.remedies import plain
from registry.web.speech import LANGUAGES, say

#: What is wrong, by the name of the field; "" for what is the matter with the whole.
Faults = Mapping[str, str]

_UNNUMBERED = re.compile(r"\.\d+")
#: What every form carries, and no schema knows.
_OURS = frozenset({"csrf", "once", "seen"})


class StaleError(ConflictError):
    """Somebody changed what the form is about after the page with the form was opened."""

    slug = "page-stale"
    title = text("Inzwischen geändert", "Changed meanwhile")
    remedy = text(
        "Sehen Sie nach, was jetzt dort steht, und senden Sie noch einmal.", "See what is there now, and send again."
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Jemand hat dies geändert, nachdem Sie die Seite geöffnet haben. Sehen Sie nach, was jetzt dort steht.",
                "Somebody changed this after you had opened the page. See what is there now.",
            )
        )


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
            found[name] = (found.get(name) or {}) | {part: line(request.form, key)}
        else:
            found[name] = line(request.form, key)
    return found


def _asked(name: str) -> bool:
    return any(key == name or key.startswith(f"{name}.") for key in request.form)


def sent(
    act: Callable[[], str], again: Callable[[Faults], Response], *, shown: Callable[[], Response] | None = None
) -> Response:
    """Act on a form and go on to the address that `act` returns.

    One that carries a mark of its own (`once`) is not acted on once more when it is sent once more; without a mark,
    the same words sent later are meant anew. What is wrong with it is shown by `again`, and nothing of it stays done.
    What can be seen this once only, such as a secret, is `shown` in place of going on.
    """
    memory: Memory = current_app.extensions["memory"]
    who = f"page:{signed_in().session_id}"
    told = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf"]
    mark = hashlib.sha256(f"{request.path}?{urlencode(told)}".encode()).hexdigest()
    once = "once" in request.form
    known = memory.claim(session(), who, mark, mark) if once else None
    if known is not None:
        return cast("Response", redirect(known.headers["Location"], 303))
    try:
        there = act()
    except (ValidationError, InvalidError, ConflictError) as error:
        trace.refuse(QueryError.slug if isinstance(error, ValidationError) else error.slug)
        found = faults(error)
    else:
        if once:
            memory.keep(session(), who, mark, Answer(303, {"Location": there}, b""))
        return shown() if shown else cast("Response", redirect(there, 303))
    session().rollback()
    return again(found)


def sure() -> None:
    """Refuse a form in which the box is not ticked that says that what cannot be undone is meant."""
    if request.form.get("sure") != "yes":
        raise ValidationError({"sure": ["Must be ticked."]})


def lead_on(to: str) -> Response:
    """Go on to a page after a form that may be sent twice without harm."""
    return cast("Response", redirect(to, 303))


def faults(error: ValidationError | RegistryError) -> Faults:
    """Return what is wrong, in the language of the page."""
    if isinstance(error, ValidationError):
        return {name: say(text(translate(told), told)) for name, told in _flat(error.messages_dict)}
    if error.faults:
        return {fault.pointer.removeprefix("#/").replace("/", "."): plain(say(fault.detail)) for fault in error.faults}
    return {"": plain(say(error.detail))}


def _flat(messages: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, told in messages.items():
        name = above if key == "_schema" else f"{above}.{key}".lstrip(".")
        if isinstance(told, Mapping):
            yield from _flat(told, name)
        else:
            yield name, str(told[0])


def numbers(form: Iterable[str], name: str) -> list[int]:
    """Return by what numbers the form tells the items of a list, such as contacts: `contacts.0.name`."""
    return sorted({int(found[1]) for key in form if (found := re.match(rf"{name}\.([0-9]{{1,3}})\.", key))})


def number(said: str) -> int | str:
    """Read a whole number as JSON would say it; what is none, or beyond any bound, is left to the schema."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else said


def line(form: Mapping[str, str], name: str) -> str:
    """Return what was typed, as it is kept: browsers end lines in a way of their own."""
    return form.get(name, "").replace("\r\n", "\n").strip()


def localised(form: Mapping[str, str], name: str) -> dict[str, str]:
    """Return a text in the languages in which the form has it; empty where it has it in none."""
    return {speech: words for speech in LANGUAGES if (words := line(form, f"{name}.{speech}"))}


def items(form: Mapping[str, str], name: str) -> list[str]:
    """Return the items of a field in which they stand apart by commas or lines."""
    return [item.strip() for item in re.split(r"[,\n]", form.get(name, "")) if item.strip()]


def flat(said: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Give what is said by the fields that say it: `name.de`, `contacts.0.email`."""
    if isinstance(said, Mapping):
        parts: Iterable[tuple[Any, Any]] = said.items()
    elif isinstance(said, list) and any(isinstance(item, Mapping) for item in said):
        parts = enumerate(said)
    else:
        yield above, said
        return
    for key, below in parts:
        yield from flat(below, f"{above}.{key}".lstrip("."))


def named(faults: Faults, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return faults for the summary in the order of their fields, each with the field's label.

    A label without numbers is for all of a kind: `contacts.email` for `contacts.0.email`. What has no field on the page
    is said all the same.
    """
    order = list(labels)
    found = [(_UNNUMBERED.sub("", field), field, told) for field, told in faults.items()]
    found.sort(key=lambda each: order.index(each[0]) if each[0] in labels else len(order))
    return [
        (field if kind in labels else "", f"{labels[kind]}: {told}" if kind in labels else told)
        for kind, field, told in found
    ]


def label_of(field: str, labels: Mapping[str, str]) -> str:
    """Return what a field is called, with its number where there are several of it."""
    number = re.search(r"\.(\d+)\.", field)
    label = labels.get(_UNNUMBERED.sub("", field), field)
    return f"{label} ({int(number[1]) + 1})" if number else label


def init_app(app: Flask) -> None:
    """Let templates name what is wrong, and every form differ from the one that a person was shown before."""
    app.jinja_env.globals |= {"label_of": label_of, "named": named, "once": lambda: secrets.token_urlsafe(12)}
