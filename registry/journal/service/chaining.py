"""Vouch for the journal: chain its entries by hash, and find what was changed, taken out or put in afterwards."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, exists, func, insert, select, text
from sqlalchemy.orm import Session

from registry.authz.actor import Actor, ActorKind
from registry.authz.policy import Permission, require
from registry.journal.models import Entry, Link
from registry.journal.service.recording import horizon

#: What stands for the link before the first.
GENESIS = "0" * 64
#: Entries that are chained in one transaction: on SQLite others wait for it.
BATCH = 500
#: The subjects that name a person: `member:<id>`. What is left when she is erased is `member:erased`.
PERSONAL_SUBJECTS = ("member", "person")
ERASED = "erased"
#: The entry that says how many fields were erased at once, so that nobody erases without one.
PERSON_ERASED = "person.erased"

#: PostgreSQL's advisory lock of whoever changes the chain: one worker at a time, and no erasure meanwhile.
CHAIN_LOCK = text("SELECT pg_advisory_xact_lock(1786082158)")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(1786082158)")

_FIELDS = tuple(column.name for column in Entry.__table__.columns)
_ENTRY: Select[*tuple[Any, ...]] = select(*Entry.__table__.columns)
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Head(NamedTuple):
    """The last link. Who keeps it elsewhere can tell later whether the chain still leads through it."""

    serial: int
    hash: str


class Verdict(StrEnum):
    """What is wrong at one serial."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    BROKEN = "broken"
    UNACCOUNTED = "unaccounted"
    CUT = "cut"


def head(session: Session, actor: Actor) -> Head:
    """Return the last link of the chain; serial 0 where there is none."""
    require(actor, Permission.AUDIT_READ_ALL)
    row = session.execute(select(Link.serial, Link.hash).order_by(Link.serial.desc()).limit(1)).first()
    return Head(*row) if row else Head(0, GENESIS)


def chain(session: Session, actor: Actor, *, limit: int = BATCH) -> int:
    """Chain the next entries that every writer in front of them has ended; return how many.

    One at a time chains; another that comes meanwhile finds nothing to do. Writers never wait for it on PostgreSQL.
    """
    require(actor, Permission.AUDIT_READ_ALL)
    if session.get_bind().dialect.name == "postgresql" and not session.scalar(_TRY_LOCK):
        return 0
    last, previous = head(session, actor)
    # Looked up after the lock was taken, hence after the commit of whoever chained before.
    wanted = _ENTRY.where(Entry.serial > last).order_by(Entry.serial).limit(limit)
    reached = horizon(session)
    if reached is not None:
        wanted = wanted.where(Entry.serial <= reached)
    links = []
    for row in session.execute(wanted):
        entry = row._asdict()
        salts = {name: secrets.token_hex(16) for name in _personal(entry)}
        digests = {name: _digest(salt, entry[name]) for name, salt in salts.items()}
        link = {"serial": row.serial, "previous": previous, "hash": _hash(entry, digests, previous)}
        links.append(link | {"digests": digests, "salts": salts})
        previous = link["hash"]
    if links:
        session.execute(insert(Link), links)
    return len(links)


def _personal(entry: Mapping[str, Any]) -> list[str]:
    """Name the fields that lead to a person: who did it, by which request, and to whom."""
    names = []
    if entry["actor_kind"] is ActorKind.PERSON:
        names += [name for name in ("actor_id", "request_id") if entry[name] is not None]
    kind, _, whom = entry["subject"].partition(":")
    if kind in PERSONAL_SUBJECTS and whom != ERASED:
        names.append("subject")
    return names


def _digest(salt: str, value: str) -> str:
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


def _hash(entry: Mapping[str, Any], digests: Mapping[str, str], previous: str) -> str:
    told = {**entry, "at": entry["at"].astimezone(UTC).isoformat(), "previous": previous}
    told |= {name: {"digest": digest} for name, digest in digests.items()}
    return hashlib.sha256(_canonical(told).encode()).hexdigest()


@dataclass(slots=True)
class Verification:
    """How far a verification has come, and what it counted on its way."""

    upto: Head
    checked: int = 0
    waiting: int = 0
    #: Personal fields without salt, and how many of these the journal says were erased.
    erased: int = 0
    accounted: int = 0


def verify(
    session: Session, actor: Actor, run: Verification, *, anchor: Head | None = None
) -> Iterator[tuple[int, Verdict | None]]:
    """Hold every entry against its link, and every link against the one before; tell serial and verdict.

    None is told now and then of a serial up to which everything was looked at. `anchor` is a head that was kept
    elsewhere: only with one is it seen that the end of the journal was cut off.
    """
    require(actor, Permission.AUDIT_READ_ALL)
    previous = GENESIS
    for row, lost in _walk(session, run.upto.serial):
        if row.hash is None:
            yield row.serial, Verdict.INSERTED
            continue
        if row.previous != previous:
            yield row.serial, Verdict.BROKEN
        previous = row.hash
        run.checked += 1
        if lost:
            yield row.serial, Verdict.MISSING
        elif not _holds(row, run):
            yield row.serial, Verdict.CHANGED
        if run.checked % BATCH == 0:
            yield row.serial, None
    yield from _at_last(session, run, anchor)


def _at_last(session: Session, run: Verification, anchor: Head | None) -> Iterator[tuple[int, Verdict]]:
    behind = Entry.serial > run.upto.serial
    run.waiting = session.scalar(select(func.count()).select_from(Entry).where(behind)) or 0
    run.accounted += sum(map(_fields, session.scalars(select(Entry.after).where(behind, Entry.type == PERSON_ERASED))))
    if run.erased > run.accounted:
        yield run.upto.serial, Verdict.UNACCOUNTED
    if anchor is not None and session.scalar(select(Link.hash).where(Link.serial == anchor.serial)) != anchor.hash:
        yield anchor.serial, Verdict.CUT


_LINK = (Link.previous, Link.hash, Link.digests, Link.salts)
_VOUCHED: Select[*tuple[Any, ...]] = (
    select(*Entry.__table__.columns, *_LINK).outerjoin(Link, Link.serial == Entry.serial).order_by(Entry.serial)
)
_LOST: Select[*tuple[Any, ...]] = (
    select(Link.serial, Link.previous, Link.hash)
    .where(~exists().where(Entry.serial == Link.serial))
    .order_by(Link.serial)
)


def _walk(session: Session, end: int) -> Iterator[tuple[Row[*tuple[Any, ...]], bool]]:
    """Give each entry with its link, read at one moment, and in between the links whose entry is gone."""
    last = -(2**63)  # nobody hands out such serials, but somebody may put one in
    while last < end:
        rows = session.execute(_VOUCHED.where(Entry.serial > last, Entry.serial <= end).limit(BATCH)).all()
        until = rows[-1].serial if len(rows) == BATCH else end
        lost = session.execute(_LOST.where(Link.serial > last, Link.serial <= until)).all()
        both = [*((row, False) for row in rows), *((row, True) for row in lost)]
        yield from sorted(both, key=lambda each: each[0].serial) if lost else both
        last = until


def _holds(row: Row[*tuple[Any, ...]], run: Verification) -> bool:
    entry = dict(zip(_FIELDS, row, strict=False))
    if entry["type"] == PERSON_ERASED:
        run.accounted += _fields(entry["after"])
    if _hash(entry, row.digests, row.previous) != row.hash:
        return False
    for name, digest in row.digests.items():
        salt = row.salts.get(name)
        if salt is None:
            run.erased += 1
            if not _is_erased(name, entry[name]):
                return False
        elif entry[name] is None or _digest(salt, entry[name]) != digest:
            return False
    return True


def _fields(after: Mapping[str, Any]) -> int:
    return int(after.get("fields", 0))


def _is_erased(name: str, value: str | None) -> bool:
    return value in {f"{kind}:{ERASED}" for kind in PERSONAL_SUBJECTS} if name == "subject" else value is None
