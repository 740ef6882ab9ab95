"""What goes wrong with a request itself, before any slice hears of it; only doors raise these."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from registry.kit.errors import Fault, InvalidError, RegistryError, text
from registry.kit.messages import translate


class HttpError(RegistryError):
    """A failure of the conversation itself; only doors raise these."""

    status: int


class MalformedError(HttpError):
    """The request cannot be read."""

    status, slug = 400, "malformed"
    title = text("Anfrage nicht lesbar", "Request not readable")
    remedy = text("Senden Sie wohlgeformtes JSON in UTF-8.", "Send well-formed JSON in UTF-8.")


class MediaTypeError(HttpError):
    """The body is of a type that is not understood here."""

    status, slug = 415, "unsupported-media-type"
    title = text("Inhaltstyp nicht unterstützt", "Unsupported media type")
    remedy = text(
        "Senden Sie JSON mit `Content-Type: application/json`; ein Paket als `multipart/form-data`.",
        "Send JSON with `Content-Type: application/json`; a package as `multipart/form-data`.",
    )


class TooLargeError(HttpError):
    """The body is larger than what is taken."""

    status, slug = 413, "too-large"
    title = text("Zu groß", "Too large")
    remedy = text(
        "Verkleinern Sie, was Sie senden. Die Grenze für Pakete setzt der Betrieb des Registers.",
        "Send less. The registry's operator sets the bound for packages.",
    )


class QueryError(InvalidError):
    """The input was understood and is wrong."""

    slug = "invalid"
    title = text("Eingabe ungültig", "Invalid input")
    remedy = text(
        "Berichtigen Sie, was unter `errors` steht: `pointer` zeigt auf die Stelle.",
        "Correct what stands under `errors`: `pointer` points to the place.",
    )


def faults_of(messages: Mapping[str, Any]) -> list[Fault]:
    """Turn what marshmallow found wrong into faults, each with a pointer to its place."""
    return [
        Fault("#" + "".join(f"/{_escaped(part)}" for part in path), text(translate(message), message))
        for location, found in messages.items()
        for path, message in _places(found, () if location in {"json", "form", "_schema"} else (location,))
    ]


def refuse(messages: Mapping[str, Any]) -> NoReturn:
    """Refuse input for what marshmallow found wrong with it: a QueryError."""
    faults = faults_of(messages)
    count = len(faults)
    said = text(f"{count} Angabe(n) sind nicht gültig.", f"{count} value(s) are not valid.")
    raise QueryError(said, faults=faults[:100])


def _escaped(part: object) -> str:
    return str(part)[:64].replace("~", "~0").replace("/", "~1")


def _places(found: Any, path: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], str]]:
    if isinstance(found, dict):
        for name, below in found.items():
            yield from _places(below, path if name == "_schema" else (*path, name))
    else:
        for message in found if isinstance(found, list) else [found]:
            yield path, str(message)
