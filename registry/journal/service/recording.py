"""Write down what happened, and tell it in order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.journal.models import Entry
from registry.kit import clock, db, trace
from registry.kit.paging import Page

#: The class of the advisory locks by which PostgreSQL's writers show how far the journal is complete.
_LOCK_CLASS = 0x6A6F7572

#: The highest serial handed out so far, 0 for none.
_REACHED = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS serial FROM journal_serial_seq"
_ANNOUNCE = text(
    f"SELECT pg_advisory_xact_lock_shared(:kind, (serial % 2147483648)::int) FROM ({_REACHED}) AS reached"  # noqa: S608 - constants alone
).bindparams(kind=_LOCK_CLASS)
_PENDING = text(
    "SELECT min(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(kind=_LOCK_CLASS)


_INSERT = db.Insertion(Entry.serial, chosen=True)


def record(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    subject: str,
    organisation: str | None = None,
    service: str | None = None,
    data: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    public: bool = False,
    traced: bool = True,
) -> int:
    """Write down one change, in the transaction that makes it; return its serial.

    `organisation` is the one for which it was done (or to which it happened), by default the actor's own; `traced`
    says that the entry names the request, by whose id the log tells more.
    """
    _announce(session)
    entry = {
        "type": kind,
        "at": clock.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_organisation": actor.organisation,
        "organisation": organisation or actor.organisation,
        "service": service,
        "subject": subject,
        "data": dict(data or {}),
        "before": dict(before or {}),
        "after": dict(after or {}),
        "request_id": trace.request_id() if traced else None,
        "public": public,
    }
    # Nobody needs it as an object, and the session's unit of work takes several times as long as the insert.
    serial: int = _INSERT.add(session, **entry)
    return serial


def _announce(session: Session) -> None:
    # PostgreSQL hands out serials in another order than transactions commit. Each writer therefore holds, until
    # it ends, a shared lock on the serial behind which its own will lie; readers stop in front of the first.
    if session.get_bind().dialect.name == "postgresql" and "journal" not in session.info:
        session.execute(_ANNOUNCE)
        session.info["journal"] = True


def changes(session: Session, actor: Actor, *, since: int, limit: int) -> Page[Entry]:
    """Tell the public changes after the serial `since` in order; who goes on from the last one misses none."""
    require(actor, Permission.JOURNAL_READ)
    told = [Entry.public, Entry.serial > since]
    reached = horizon(session)
    if reached is not None:
        told.append(Entry.serial <= reached)
    total = session.scalar(select(func.count()).select_from(Entry).where(*told)) or 0
    entries = session.scalars(select(Entry).where(*told).order_by(Entry.serial).limit(limit)).all() if total else []
    return Page(entries, total, (entries[-1].serial,) if len(entries) < total else None)


def horizon(session: Session) -> int | None:
    """Return the serial up to which every writer has ended; None where commits come in order anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    # In this order: a writer that is not seen below takes its serial later, hence behind `reached`.
    reached = int(session.execute(text(_REACHED)).scalar_one())
    pending = session.execute(_PENDING).scalar()
    return reached if pending is None else reached - (reached - int(pending)) % 2147483648
