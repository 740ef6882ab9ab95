"""Pages of a list whose order changes: for who pages through it, each item stands where it stood when he began.

A keyset alone would skip what moves before the cursor meanwhile, and repeat what moves behind it. So every item that
moves leaves a note of where it stood, and a cursor says which notes were there when its walk began.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from registry.kit import clock, paging
from registry.kit.db import Base
from registry.kit.paging import Page, Place, PlaceError

#: How long one may take to walk through a list.
KEPT = timedelta(days=1)
#: By how much a note may be older than the walk that it matters to: no transaction takes that long.
_MARGIN = timedelta(minutes=10)
_MARK = re.compile(r"[0-9]+(:[0-9]+:[0-9,]*)?")

Order = Sequence[InstrumentedAttribute[Any]]
Stood = tuple[Any, ...]


class Move(Base):
    """Where an item stood, by the columns that lists are ordered by, until the transaction `writer` moved it.

    On SQLite writers come one after another, and the number alone tells which notes were there.
    """

    __tablename__ = "moves"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    writer: Mapped[int] = mapped_column(BigInteger)
    item: Mapped[UUID]
    was: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = ({"sqlite_autoincrement": True},)


#: On PostgreSQL a note also tells which transaction writes it.
_INSERT = {
    "postgresql": insert(Move).values(writer=cast(cast(func.pg_current_xact_id(), String), BigInteger)),
    "sqlite": insert(Move).values(writer=0),
}


def note(session: Session, item: Any, *columns: InstrumentedAttribute[Any]) -> None:
    """Note where an item stood, if it was moved in these columns; to be said before the change is flushed."""
    state = inspect(item)
    before = {column.key: state.attrs[column.key].history.deleted for column in columns}
    if not state.persistent or not any(before.values()):
        return
    _keep(session, item, {name: old[0] if old else getattr(item, name) for name, old in before.items()})


def note_place(session: Session, item: Any, *columns: InstrumentedAttribute[Any]) -> None:
    """Note where an item stands, before it is moved in these columns past the session's unit of work."""
    _keep(session, item, {column.key: getattr(item, column.key) for column in columns})


def _keep(session: Session, item: Any, was: Mapping[str, Any]) -> None:
    said = {name: paging.place(value)[0] for name, value in was.items()}
    connection = session.connection()
    connection.execute(_INSERT[connection.dialect.name], {"item": item.id, "was": said, "at": clock.now()})


def read(
    session: Session,
    query: Select[*tuple[Any, ...]],
    order: Order,
    *,
    total: int,
    after: Place | None,
    limit: int,
    descending: bool = False,
) -> Page[Any]:
    """Read one page of a list.

    The query selects the item, followed by the columns of `order`, of which the last is the id by which its moves are
    noted. Raises PlaceError where `after` is no place of this list, or of a walk that began too long ago.
    """
    ordered = query.order_by(*(column.desc() if descending else column.asc() for column in order)).limit(limit + 1)
    if after is None:
        # In one statement: the notes that are there, and the order that they left.
        rows = session.execute(ordered.add_columns(_MARKS[session.get_bind().dialect.name])).all()
        return paging.cut([(*row, int(clock.now().timestamp())) for row in rows], total, limit)
    if len(after) != len(order) + 2:
        raise PlaceError
    *stood, mark, began = after
    since = _since(session, mark, began)
    place = paging.typed(order, tuple(stood))
    there = ordered.where(paging.behind(order, tuple(stood), descending=descending))
    # In this order: what moves between the two statements is in both of them, and nothing is in neither.
    unmoved = session.execute(there.where(order[-1].not_in(select(Move.item).where(since))))
    found: dict[UUID, tuple[Any, ...]] = {row[-1]: tuple(row) for row in unmoved}
    stood_behind = [it for it in _stood(session, order, since) if (it < place if descending else it > place)]
    waiting = sorted(stood_behind, reverse=descending)
    found |= {row[-1]: row for row in islice(_rows(session, query, order[-1], waiting, limit + 1), limit + 1)}
    told = sorted(found.values(), key=lambda row: row[1:], reverse=descending)
    return paging.cut([(*row, mark, began) for row in told[: limit + 1]], total, limit)


def forget_old(session: Session) -> None:
    """Forget the notes that no walk needs any more."""
    session.execute(delete(Move).where(Move.at < clock.now() - KEPT - _MARGIN))


#: Which notes there are, in SQL; put together once, since every first page asks for it.
_MARKS: dict[str, ColumnElement[str]] = {
    "postgresql": cast(func.pg_current_snapshot(), String),
    "sqlite": cast(select(func.coalesce(func.max(Move.number), 0)).scalar_subquery(), String),
}


def _since(session: Session, mark: object, began: object) -> ColumnElement[bool]:
    """Say in SQL which notes were made since then."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    if not isinstance(mark, str) or not _MARK.fullmatch(mark) or (":" in mark) != on_postgresql:
        raise PlaceError
    if not isinstance(began, int) or began < (clock.now() - KEPT).timestamp():
        raise PlaceError
    # Bounded by time too: in a database that was restored, writers of before may have higher numbers than those of now.
    lately = Move.at > datetime.fromtimestamp(began, UTC) - _MARGIN
    if not on_postgresql:
        return lately & (Move.number > int(mark))
    unseen = "NOT pg_visible_in_snapshot(CAST(CAST(moves.writer AS text) AS xid8), CAST(:mark AS pg_snapshot))"
    return and_(lately, text(unseen).bindparams(mark=mark))


def _stood(session: Session, order: Order, since: ColumnElement[bool]) -> Iterator[Stood]:
    """Give where the items that were moved since then stood before."""
    first = select(func.min(Move.number)).where(since).group_by(Move.item)
    names, read = [column.key for column in order[:-1]], paging.reader(order[:-1])
    for item, was in session.execute(select(Move.item, Move.was).where(Move.number.in_(first))):
        if was.keys() >= {*names}:
            yield (*read(tuple(was[name] for name in names)), item)


def _rows(
    session: Session,
    query: Select[*tuple[Any, ...]],
    key: InstrumentedAttribute[Any],
    stood: Sequence[Stood],
    size: int,
) -> Iterator[tuple[Any, ...]]:
    """Give those of these items that the query finds, in this order, each with where it stood; so many at a time."""
    for start in range(0, len(stood), size):
        some = {place[-1]: place for place in stood[start : start + size]}
        held = {row[-1]: row[0] for row in session.execute(query.where(key.in_(some)))}
        yield from ((held[item], *place) for item, place in some.items() if item in held)
