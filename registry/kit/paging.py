"""Pages of a list by keyset: the next page begins behind the last item, whatever others write meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.kit.errors import Fault, InvalidError, text

Item = TypeVar("Item")
Other = TypeVar("Other")

#: The values of the last item's sort columns, as JSON knows them.
Place = tuple[str | int, ...]

LIMIT_DEFAULT = 50
LIMIT_MAX = 200


class PlaceError(InvalidError):
    """A cursor points to no place of this list."""

    slug = "cursor-invalid"
    title = text("Cursor ungültig", "Cursor not valid")
    remedy = text(
        "Verwenden Sie `next` genau so, wie die vorige Seite derselben Liste mit denselben Filtern ihn nannte, "
        "oder beginnen Sie ohne `cursor` von vorn.",
        "Use `next` just as the previous page of the same list with the same filters gave it, or begin anew "
        "without `cursor`.",
    )

    def __init__(self) -> None:
        said = text("Dieser Cursor gehört nicht zu dieser Liste.", "This cursor does not belong to this list.")
        super().__init__(said, faults=[Fault("#/query/cursor", said)])


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, how many there are in all, and where the next page begins (None: this is the last)."""

    items: Sequence[Item]
    total: int
    next: Place | None

    def map(self, present: Callable[[Item], Other]) -> "Page[Other]":
        """Turn each item into something else."""
        return Page([present(item) for item in self.items], self.total, self.next)


def place(*values: object) -> Place:
    """Write the sort values of an item so that JSON can carry them."""
    return tuple(_plain(value) for value in values)


def _plain(value: object) -> str | int:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return value.hex
        case int() | str():
            return value
    message = f"{type(value).__name__} cannot be part of a place"
    raise TypeError(message)


def read(
    session: Session,
    query: Select[*tuple[Any, ...]],
    order: Sequence[InstrumentedAttribute[Any]],
    *,
    after: Place | None,
    limit: int,
    descending: bool = False,
) -> Page[Any]:
    """Read one page of a list.

    The query selects the item, followed by the columns of `order`, of which the last must tell any two items
    apart. Raises PlaceError where `after` is no place of this list.
    """
    total = count(session, query)
    ordered = query.order_by(*(column.desc() if descending else column.asc() for column in order)).limit(limit + 1)
    if after is not None:
        ordered = ordered.where(behind(order, after, descending=descending))
    return cut(session.execute(ordered).all(), total, limit)


def count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """Count what a query finds."""
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def behind(
    order: Sequence[InstrumentedAttribute[Any]], place: Place, *, descending: bool = False
) -> ColumnElement[bool]:
    """Say "after the item with these sort values"; PlaceError where the place does not fit."""
    values = zip(order, typed(order, place), strict=True)
    there = tuple_(*(literal(value, column.type) for column, value in values))
    row = tuple_(*order)
    return row < there if descending else row > there


def typed(order: Sequence[InstrumentedAttribute[Any]], place: Place) -> tuple[Any, ...]:
    """Return the values of a place as the columns have them; PlaceError where they do not fit."""
    return reader(order)(place)


def reader(order: Sequence[InstrumentedAttribute[Any]]) -> Callable[[Place], tuple[Any, ...]]:
    """Return what does so for many places."""
    kinds = [column.type.python_type for column in order]

    def read(place: Place) -> tuple[Any, ...]:
        if len(place) != len(kinds):
            raise PlaceError
        return tuple(_typed(kind, value) for kind, value in zip(kinds, place, strict=True))

    return read


def _typed(kind: type, value: str | int) -> Any:
    try:
        if kind is datetime:
            return datetime.fromisoformat(str(value))
        if kind is UUID:
            return UUID(hex=str(value))
    except ValueError:
        raise PlaceError from None
    if not isinstance(value, kind):
        raise PlaceError
    return value


def cut(rows: Sequence[Any], total: int, limit: int) -> Page[Any]:
    """Make a page of rows that were asked for with one more than `limit`."""
    more = len(rows) > limit
    shown = rows[:limit]
    return Page([row[0] for row in shown], total, place(*shown[-1][1:]) if more else None)
