"""Sign-ins that have begun: each ends once, in time, and in the browser in which it began."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.service.tokens import digest
from registry.kit import clock
from registry.sign_in.errors import LinkInvalidError, OtherBrowserError
from registry.sign_in.models import SignIn, SignInKind

log = structlog.get_logger("registry.sign_in")


def begin(
    session: Session,
    kind: SignInKind,
    secret: str,
    *,
    browser: str | None,
    lifetime: timedelta,
    person_id: UUID | None = None,
    facts: dict[str, str] | None = None,
) -> None:
    """Remember that a sign-in has begun; of its secret, and of the browser's, only the hash is kept."""
    session.add(
        SignIn(
            kind=kind,
            hash=digest(secret),
            browser_hash=digest(browser) if browser else None,
            person_id=person_id,
            facts=facts or {},
            expires_at=clock.now() + lifetime,
        )
    )
    session.flush()


def is_open(session: Session, kind: SignInKind, secret: str, *, browser: str) -> bool:
    """Whether a sign-in that this secret belongs to has begun in this browser, and not ended."""
    mine = select(SignIn.id).where(
        SignIn.kind == kind,
        SignIn.hash == digest(secret),
        SignIn.browser_hash == digest(browser),
        SignIn.expires_at > clock.now(),
    )
    return session.scalar(mine) is not None


def end(session: Session, kind: SignInKind, secret: str, *, browser: str | None) -> SignIn:
    """End the sign-in that this secret belongs to; whoever comes second finds none.

    Raises LinkInvalidError, and OtherBrowserError where it began in another browser (it then goes on).
    """
    mine = delete(SignIn).where(SignIn.kind == kind, SignIn.hash == digest(secret), SignIn.expires_at > clock.now())
    ended = session.scalars(mine.returning(SignIn)).one_or_none()
    if ended is None:
        log.warning("sign-in refused", reason="unknown, used or old", way=kind)
        raise LinkInvalidError
    if ended.browser_hash is not None and (browser is None or ended.browser_hash != digest(browser)):
        log.warning("sign-in refused", reason="other browser", way=kind)
        raise OtherBrowserError
    return ended
