"""In which language a page speaks, how it writes dates and numbers, and what its texts are in English.

German is the language in which templates are written, and the key by which the catalogue of another finds a text.
"""

import gettext as catalogues
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, get_timezone
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request

from registry.kit.errors import Text

LANGUAGES = ("de", "en")
COOKIE = "language"
TRANSLATIONS = Path(__file__).parent.parent / "translations"
_GERMAN = str.maketrans(",.", ".,")
#: German municipalities keep one clock.
_ZONE = "Europe/Berlin"


#: Asked for hundreds of times by one page, hence not looked up in the request each time.
_spoken: ContextVar[tuple[str, catalogues.NullTranslations]] = ContextVar("spoken")


def begin() -> None:
    """Find out in which language to speak: the one chosen, or the one that the browser prefers, or else German."""
    chosen = request.args.get(COOKIE) or request.cookies.get(COOKIE)
    found = chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "de")
    _spoken.set((found, _catalogue(found)))


def language() -> str:
    """Return the language of this page."""
    return _spoken.get()[0]


def say(told: Text | Mapping[str, str]) -> str:
    """Return a text in the language of this page; one that is not there in it falls back to another it is told in."""
    return told.get(_spoken.get()[0]) or next(iter(told.values()), "")


def spoken(told: Mapping[str, str]) -> str:
    """Return the language in which `say` will tell this, for the `lang` of what it stands in."""
    said = language()
    return said if told.get(said) else next(iter(told), said)


@cache
def _catalogue(speech: str) -> catalogues.NullTranslations:
    if speech == "de":
        return catalogues.NullTranslations()
    whole = Catalog(locale=speech)
    for path in sorted((TRANSLATIONS / speech).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=speech):
                whole.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)


@cache
def _locale(speech: str) -> Locale:
    return Locale.parse("en_GB" if speech == "en" else speech)


def gettext(message: str) -> str:
    """Return a German text in the language of this page."""
    return _spoken.get()[1].gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the one that goes with the number."""
    return _spoken.get()[1].ngettext(singular, plural, number)


def day(said: datetime | date | str) -> str:
    """Write a day, given as such or as the API tells it, as people write it."""
    if isinstance(said, str):
        said = datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)
    if isinstance(said, datetime):
        said = said.astimezone(get_timezone(_ZONE)).date()
    return format_date(said, "d. MMMM y" if language() == "de" else "d MMMM y", locale=_locale(language()))


def moment(said: datetime | str) -> str:
    """Write a day and the time of day in Germany."""
    said = datetime.fromisoformat(said) if isinstance(said, str) else said
    here = said.astimezone(get_timezone(_ZONE))
    return f"{day(here)}, {here:%H:%M}"


def number(said: float) -> str:
    """Write a number with its thousands apart."""
    written = f"{said:,}"
    return written if language() == "en" else written.translate(_GERMAN)


def size(octets: int) -> str:
    """Write how large a file is."""
    for unit, octet in (("MB", 1_000_000), ("kB", 1_000)):
        if octets >= octet:
            return f"{number(round(octets / octet, 1))}\N{NO-BREAK SPACE}{unit}"
    return f"{octets}\N{NO-BREAK SPACE}B"


def tongue(code: str) -> str:
    """Name a language by its code; one that has no name is told by the code."""
    return _locale(language()).languages.get(code.replace("-", "_")) or code


def init_app(app: Flask) -> None:
    """Let templates speak."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    environment: Any = app.jinja_env
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)
    app.jinja_env.filters |= {"day": day, "moment": moment, "number": number, "size": size, "tongue": tongue}
    app.jinja_env.globals |= {"say": say, "spoken": spoken}
