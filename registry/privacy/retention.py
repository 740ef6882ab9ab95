"""How long things are kept: one rule each, carried out by the worker every hour."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.kit import idempotency, limits, mail, walks
from registry.sign_in import service as sign_in


@dataclass(frozen=True, slots=True)
class Retention:
    """What is forgotten, from which tables, and when; `docs/privacy.md` says the same to people."""

    tables: tuple[str, ...]
    kept: str
    forget: Callable[[Session], object]


RETENTION: tuple[Retention, ...] = (
    Retention(("idempotency_keys",), "24 hours", idempotency.forget_old),
    Retention(("moves",), "a day and ten minutes", walks.forget_old),
    Retention(("rate_counts",), "two minutes", limits.forget_old),
    Retention(("sign_ins", "sessions"), "until they have ended", sign_in.forget_old),
    Retention(("invitations",), "7 days", accounts.forget_old_invitations),
    Retention(("mails",), "24 hours", mail.forget_old),
    Retention(("access_tokens",), "30 days after their end", accounts.forget_ended),
    Retention(("used_assertions",), "an hour longer than they could be used", accounts.forget_used),
)
