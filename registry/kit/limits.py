"""How often one may do something: counted in the database, hence for all processes and nodes together."""

import hashlib
import hmac
import math
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from sqlalchemy import BigInteger, Float, Integer, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.kit import clock, db
from registry.kit.db import Base, Key
from registry.kit.errors import TooManyError, text

#: No window is longer. A count counts in its own and in the next one, and then nothing of it is left.
LONGEST = timedelta(hours=1)
KEPT = 2 * LONGEST


class TooManyRequestsError(TooManyError):
    """One did something more often than he may; `retry_after` tells when to go on."""

    slug = "too-many-requests"
    title = text("Zu viele Anfragen", "Too many requests")
    remedy = text(
        "Warten Sie, wie die Kopfzeile `Retry-After` sagt (Sekunden), und verteilen Sie Ihre Anfragen.",
        "Wait as the header `Retry-After` says (seconds), and spread your requests.",
    )

    def __init__(self, limit: int, window: timedelta, retry_after: int) -> None:
        seconds = int(window.total_seconds())
        super().__init__(
            text(
                f"Mehr als {limit} in {seconds} Sekunden sind nicht vorgesehen. Weiter geht es in {retry_after} "
                "Sekunden.",
                f"No more than {limit} in {seconds} seconds are taken. Go on in {retry_after} seconds.",
            ),
            retry_after=retry_after,
        )


class RateCount(Base):
    """How often somebody did something in the newest window of time, and in the one `before` it.

    `slot` numbers the window since 1970; from `until` (seconds since 1970) on nothing of it counts any more.
    """

    __tablename__ = "rate_counts"

    action: Mapped[str] = mapped_column(Key, primary_key=True)
    who: Mapped[str] = mapped_column(Key, primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int]
    before: Mapped[int]
    until: Mapped[int] = mapped_column(BigInteger)


def _spending(insert: Any) -> Any:
    """Count one more, unless that would be over the limit: then nothing is written, and nothing returned."""
    first: dict[str, Any] = {name: bindparam(name) for name in ("action", "who", "slot", "until")}
    begun = insert(RateCount).values(**first, count=1, before=0)
    slot = begun.excluded.slot
    # A node whose clock is a little ahead may have begun the next window: what is counted there counts here, too.
    same = RateCount.slot.between(slot, slot + 1)
    count = case((same, RateCount.count), else_=0)
    before = case((same, RateCount.before), (RateCount.slot == slot - 1, RateCount.count), else_=0)
    return begun.on_conflict_do_update(
        index_elements=[RateCount.action, RateCount.who],
        set_={
            "count": count + 1,
            "before": before,
            "slot": case((same, RateCount.slot), else_=slot),
            "until": begun.excluded.until,
        },
        where=count + 1 + before * bindparam("rest", type_=Float()) <= bindparam("limit", type_=Integer()),
    ).returning(RateCount.count)


_SPEND = {
    "sqlite": db.Lookup(_spending(sqlite.insert)),
    "postgresql": db.Lookup(_spending(postgresql.insert)),
}
_SPENT = select(RateCount.slot, RateCount.count, RateCount.before).where(
    RateCount.action == bindparam("action"), RateCount.who == bindparam("who")
)


def spend(session: Session, action: str, who: str, limit: int, window: timedelta) -> None:
    """Count one more of what `who` does; TooManyRequestsError where that would be more than `limit` in a window.

    The window slides: what was done in the one before counts by the part of it that still lies in the last `window`.
    What is refused is not counted. To be counted whatever becomes of the work, it is called in a session of its own:
    `with database.counting() as counting`.
    """
    if window > LONGEST:
        message = f"People are told that counts are kept for {KEPT} at most."
        raise ValueError(message)
    seconds = window.total_seconds()
    slot, passed = divmod(clock.now().timestamp(), seconds)
    connection = session.connection()
    counted = _SPEND[connection.dialect.name].first(
        session,
        action=action,
        who=who,
        slot=int(slot),
        until=int((slot + 2) * seconds),
        rest=1 - passed / seconds,
        limit=limit,
    )
    if counted is None:
        known = connection.execute(_SPENT, {"action": action, "who": who}).first()
        raise TooManyRequestsError(limit, window, _wait(known, int(slot), passed / seconds, limit, seconds))


def _wait(known: Any, slot: int, passed: float, limit: int, seconds: float) -> int:
    """Return after how many whole seconds one more will be taken, if nobody else does anything meanwhile."""
    last, count, before = known or (slot, limit, 0)
    if last < slot:
        count, before = 0, count
    if count + 1 > limit:
        # Not before the next window, of which this one is the one before.
        return math.ceil(seconds * (2 - passed - (limit - 1) / count))
    return max(1, math.ceil(seconds * (1 - passed - (limit - 1 - count) / before)))


def forget_old(session: Session) -> int:
    """Forget what counts no more; return how much."""
    gone = session.execute(
        delete(RateCount).where(RateCount.until <= int(clock.now().timestamp())).returning(RateCount.action)
    )
    return len(gone.all())


def _place(address: str) -> str:
    """Return the network that one IPv6 connection is given whole; an IPv4 address as it is, however it is written."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((int(known) >> 64 << 64, 64)))


def caller(environ: Mapping[str, Any], *, proxies: int, key: str) -> str:
    """Return under what name to count the other end of a WSGI request; its address itself is kept nowhere.

    Of `proxies` of one's own, the outermost wrote down whom it saw; what stands left of that is anybody's word.
    """
    seen = [str(environ.get("REMOTE_ADDR", "")), *reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(","))]
    address = _place(seen[min(proxies, len(seen) - 1)].strip() or seen[0])
    return "address:" + hmac.new(key.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]
