"""How long things are kept: one rule each, carried out by the worker every hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.kit import idempotency, limits, mail, walks
from registry.kit.errors import Text, text
from registry.sign_in import service as sign_in


@dataclass(frozen=True, slots=True)
class Retention:
    """What is forgotten, from which tables, and when; the page about privacy says so, and `docs/privacy.md`."""

    tables: tuple[str, ...]
    what: Text
    kept: Text
    forget: Callable[[Session], object]


_COUNTED = limits.KEPT // timedelta(hours=1)
_DAY = text("24 Stunden", "24 hours")

RETENTION: tuple[Retention, ...] = (
    Retention(
        ("idempotency_keys",),
        text(
            "Antworten an Programme, falls sie dieselbe Anfrage wiederholen",
            "answers to programs, in case they repeat a request",
        ),
        _DAY,
        idempotency.forget_old,
    ),
    Retention(
        ("moves",),
        text("wo Einträge in Listen standen", "where entries stood in lists"),
        text("einen Tag und zehn Minuten", "a day and ten minutes"),
        walks.forget_old,
    ),
    Retention(
        ("rate_counts",),
        text(
            "Zähler gegen Missbrauch, mit einem Kennwert statt der Internet- oder E-Mail-Adresse",
            "counts against abuse, by a keyed digest in place of the internet or e-mail address",
        ),
        text(f"höchstens {_COUNTED} Stunden", f"{_COUNTED} hours at most"),
        limits.forget_old,
    ),
    Retention(
        ("sign_ins", "sessions"),
        text("begonnene Anmeldungen und Sitzungen", "sign-ins that have begun, and sessions"),
        text("bis zu ihrem Ende", "until they have ended"),
        sign_in.forget_old,
    ),
    Retention(
        ("invitations",),
        text("Einladungen, die niemand annimmt", "invitations that nobody accepts"),
        text("7 Tage", "7 days"),
        accounts.forget_old_invitations,
    ),
    Retention(("mails",), text("E-Mails auf ihrem Weg, versiegelt", "mail on its way, sealed"), _DAY, mail.forget_old),
    Retention(
        ("access_tokens",),
        text("Zugangsmarken von Programmen, als Prüfsumme", "access tokens of programs, as hashes"),
        text("30 Tage nach ihrem Ende", "30 days after their end"),
        accounts.forget_ended,
    ),
    Retention(
        ("used_assertions",),
        text("Merker für Ausweise von Pipelines, die verbraucht sind", "marks of pipelines' ID tokens that were used"),
        text("eine Stunde länger, als sie gälten", "an hour longer than they could be used"),
        accounts.forget_used,
    ),
)
