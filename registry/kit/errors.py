"""The kinds of failure that a slice may report; doors alone know what they look like outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

#: A text for people, by ISO 639-1 language; `de` and `en` at least.
Text = Mapping[str, str]


def text(de: str, en: str) -> Text:
    """Say the same in German and English."""
    return {"de": de, "en": en}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (RFC 6901 pointer as a fragment, `#/contacts/0/email`) and what."""

    pointer: str
    detail: Text


class RegistryError(Exception):
    """Any failure that a person can do something about.

    A subclass names its `slug` (the last part of the problem's URI), its `title` and, in `remedy`, what to do.
    """

    slug: ClassVar[str]
    title: ClassVar[Text]
    remedy: ClassVar[Text]

    def __init__(self, detail: Text, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail["en"])
        self.detail = detail
        self.faults = tuple(faults)


class UnauthenticatedError(RegistryError):
    """Nobody, or nobody we know, asks."""


class ForbiddenError(RegistryError):
    """The one who asks may see the thing, but not do this with it."""


class NotFoundError(RegistryError):
    """There is no such thing, or none that the one who asks may see."""


class ConflictError(RegistryError):
    """The state of things does not allow it now."""


class InvalidError(RegistryError):
    """The input was understood and is wrong; `faults` say where."""


class TooManyError(RegistryError):
    """More of something than one may have or do; trying again after `retry_after` seconds helps."""

    def __init__(self, detail: Text, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class UnavailableError(RegistryError):
    """The registry cannot do this for now; trying again later may help."""


class ReadOnlyError(UnavailableError):
    """The operator has closed the registry for changes."""

    slug = "read-only"
    title = text("Nur lesend", "Read-only")
    remedy = text("Versuchen Sie es später wieder.", "Try again later.")

    def __init__(self) -> None:
        super().__init__(text("Das Register nimmt zurzeit nichts an.", "The registry takes nothing in for now."))
