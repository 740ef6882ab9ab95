"""Show the journal to those whom it concerns: an organisation its own part, the operator all of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from registry.authz.actor import Actor
from registry.authz.policy import Owned, Permission, require
from registry.journal.models import Entry, Link
from registry.journal.representation import Form, lines
from registry.journal.service.recording import horizon
from registry.kit import paging
from registry.kit.db import Database
from registry.kit.paging import Page, Place

#: Entries that are read at a time when many are handed out.
BATCH = 1_000


@runtime_checkable
class Organisation(Owned, Protocol):
    """An organisation, as far as the journal knows it."""

    @property
    def slug(self) -> str:
        """Its name in the journal."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries: behind the serial `since`, of a type (`release.yanked`) or its kind (`release`), of one actor."""

    since: int = 0
    type: str | None = None
    actor: str | None = None
    not_before: datetime | None = None
    before: datetime | None = None


#: An entry, and the hash that vouches for it (None until it is chained).
Vouched = Row[Entry, str | None]


def audit(
    session: Session,
    actor: Actor,
    organisation: Organisation | None,
    filters: Filters,
    *,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[Vouched]:
    """List what was done by or to an organisation, or by and to everybody (None); the newest first."""
    wanted = _wanted(session, actor, organisation, filters)
    page = paging.read(
        session,
        select(Entry.serial, Entry.serial.label("place")).where(*wanted),
        (Entry.serial,),
        after=after,
        limit=limit,
        descending=True,
    )
    rows = session.execute(_vouched(Entry.serial.in_(page.items)).order_by(Entry.serial.desc())).all()
    return Page(rows, page.total, page.next)


def export(
    session: Session, actor: Actor, organisation: Organisation | None, filters: Filters, *, limit: int = BATCH
) -> Sequence[Vouched]:
    """Return the next of these entries in their order; who goes on from the last serial misses none."""
    wanted = _wanted(session, actor, organisation, filters)
    return session.execute(_vouched(*wanted).order_by(Entry.serial).limit(limit)).all()


def written(
    database: Database, actor: Actor, organisation: Organisation | None, filters: Filters, form: Form
) -> Iterator[str]:
    """Write all of these entries, oldest first, batch by batch; no connection is held while a slow reader takes one."""
    headed = True
    while True:
        with database.reading() as reading:
            entries = export(reading, actor, organisation, filters)
        yield lines(entries, form, headed=headed)
        if not entries:
            return
        headed, filters = False, replace(filters, since=entries[-1][0].serial)


def _vouched(*wanted: ColumnElement[bool]) -> Select[Entry, str | None]:
    return select(Entry, Link.hash).outerjoin(Link, Link.serial == Entry.serial).where(*wanted)


def _wanted(
    session: Session, actor: Actor, organisation: Organisation | None, filters: Filters
) -> list[ColumnElement[bool]]:
    if organisation is None:
        require(actor, Permission.AUDIT_READ_ALL)
    else:
        require(actor, Permission.AUDIT_READ, organisation)
    wanted = [Entry.serial > filters.since]
    reached = horizon(session)
    if reached is not None:
        wanted.append(Entry.serial <= reached)
    if organisation is not None:
        wanted.append(or_(Entry.organisation == organisation.slug, Entry.actor_organisation == organisation.slug))
    if filters.type is not None:
        kinds = Entry.type.startswith(f"{filters.type}.", autoescape=True)
        wanted.append(or_(Entry.type == filters.type, kinds))
    if filters.actor is not None:
        wanted.append(Entry.actor_id == filters.actor)
    if filters.not_before is not None:
        wanted.append(Entry.at >= filters.not_before)
    if filters.before is not None:
        wanted.append(Entry.at < filters.before)
    return wanted


def newest(session: Session, kind: str, organisations: Collection[str], subjects: Collection[str]) -> dict[str, Entry]:
    """Return the newest entry of a kind for each of these subjects, which are of these organisations."""
    if not subjects:
        return {}
    query = select(Entry).where(Entry.organisation.in_(organisations), Entry.type == kind, Entry.subject.in_(subjects))
    return {entry.subject: entry for entry in session.scalars(query.order_by(Entry.serial))}
