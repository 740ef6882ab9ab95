"""Find services by what is said of them: which, how many, in what order, and how they spread over their marks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Integer, Select, case, cast, exists, false, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.catalogue.search import bits, memory, text
from registry.catalogue.search.memory import Memory, Reading
from registry.catalogue.search.models import Field, documents
from registry.catalogue.search.writing import WEIGHTS

#: The kind of mark that says who may see a service.
AUDIENCE = "audience"
#: So many services are looked up one by one before it pays to walk along a list.
_FEW = 500

#: The score and the number of the last service of a page, behind which the next one begins, and the version of the
#: index when the first page was read: services that are changed later stand where they stood then.
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, the best first, and what there is in all; `next` is None on the last page."""

    services: Sequence[UUID]
    total: int
    facets: Mapping[str, Sequence[tuple[str, int]]]
    next: Place | None


def find(
    session: Session,
    query: str = "",
    *,
    audience: Collection[str] | None = None,
    where: Mapping[str, Collection[str]] | None = None,
    within: Select[UUID] | None = None,
    facets: Sequence[str] = (),
    limit: int = 20,
    after: Place | None = None,
) -> Found:
    """Find the services that hold every word of the query; without one, all.

    `where` asks for one of the values of each kind of mark, `within` for any other choice, and `audience` for one of
    these marks of who may see a service (None: whoever asks may see all).
    """
    mind = memory.of(session)
    with mind.turn:
        mind.refresh(session)
        chosen = _chosen(session, mind, where or {}, within)
        seen = _seen_by(session, mind, audience)
        scores = _scores(session, mind, query, seen, chosen)
        everything = reduce(or_, scores.values(), 0)
        version = mind.version
        if after is not None:
            version = after[2]
            changed = memory.held_at(session, version, everything)
            scores = _with(scores, _scores_of(session, mind, query, seen, changed))
        page = list(islice(_in_order(scores, after), limit + 1))
        names = mind.services(session, [number for _, number in page[:limit]])
        return Found(
            services=[names[number] for _, number in page[:limit] if number in names],
            total=everything.bit_count(),
            facets={kind: _counted(session, mind, kind, everything) for kind in facets},
            next=(*page[limit - 1], version) if len(page) > limit > 0 else None,
        )


def match(
    session: Session,
    query: str = "",
    *,
    audience: Collection[str] | None = None,
    where: Mapping[str, Collection[str]] | None = None,
    within: Select[UUID] | None = None,
) -> Select[UUID | None]:
    """Select the ids of what `find` finds; where that may be thousands, `among` is the better way to say it."""
    return _listed(session, _everything(session, query, audience, where, within))


def among(
    session: Session,
    identifier: ColumnElement[UUID] | InstrumentedAttribute[UUID],
    query: str = "",
    *,
    audience: Collection[str] | None = None,
    where: Mapping[str, Collection[str]] | None = None,
    within: Select[UUID] | None = None,
) -> ColumnElement[bool]:
    """Say that a service is one of those that `find` finds, for a list in another order than by score.

    Few are looked up; many are met soon by whoever walks along an index of the order wanted, so each one met is asked.
    """
    found = _everything(session, query, audience, where, within)
    if found.bit_count() <= _FEW:
        return identifier.in_(_listed(session, found))
    digits = format(found, "b").encode()
    place = len(digits) - 1 - documents.c.number
    if session.get_bind().dialect.name == "postgresql":
        is_found = func.get_byte(digits, place) == ord("1")
    else:
        is_found = func.substr(digits, place + 1, 1) == b"1"
    known = case((documents.c.number < len(digits), is_found), else_=false())
    return exists().where(documents.c.service_id == identifier, known)


def _everything(
    session: Session,
    query: str,
    audience: Collection[str] | None,
    where: Mapping[str, Collection[str]] | None,
    within: Select[UUID] | None,
) -> int:
    mind = memory.of(session)
    with mind.turn:
        mind.refresh(session)
        chosen = _chosen(session, mind, where or {}, within)
        return reduce(or_, _scores(session, mind, query, _seen_by(session, mind, audience), chosen).values(), 0)


def _listed(session: Session, found: int) -> Select[UUID | None]:
    hits = literal(list(bits.members(found)), JSON)
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    rows = (func.json_array_elements_text if on_postgresql else func.json_each)(hits).table_valued("value", name="hits")
    return select(documents.c.service_id).join(rows, documents.c.number == cast(rows.c.value, Integer))


def _seen_by(session: Session, mind: Memory, audience: Collection[str] | None) -> int:
    every = mind.marked(session, "", "")
    if audience is None:
        return every
    return every & _any(session, mind, AUDIENCE, audience)


def _any(session: Session, mind: Memory, kind: str, values: Collection[str]) -> int:
    return reduce(or_, (mind.marked(session, kind, value) for value in values), 0)


def _chosen(
    session: Session, mind: Memory, where: Mapping[str, Collection[str]], within: Select[UUID] | None
) -> int | None:
    chosen: int | None = None
    if within is not None:
        chosen = bits.of(session.scalars(select(documents.c.number).where(documents.c.service_id.in_(within))))
    for kind, values in where.items():
        some = _any(session, mind, kind, values)
        chosen = some if chosen is None else chosen & some
    return chosen


def _scores(session: Session, mind: Memory, query: str, seen: int, chosen: int | None) -> dict[int, int]:
    """Give what is found by score: a service's score is the sum over the terms, each by its best word."""
    scores = {0: seen if chosen is None else seen & chosen}
    for term in text.terms(query):
        levels = _levels(session, mind, term, seen)
        sums: dict[int, int] = {}
        for score, held in scores.items():
            for level, numbers in levels.items():
                if both := held & numbers:
                    sums[score + level] = sums.get(score + level, 0) | both
        scores = sums
    return scores


def _scores_of(
    session: Session, mind: Memory, query: str, seen: int, services: Iterable[tuple[int, Mapping[str, int]]]
) -> dict[int, int]:
    """Give the scores that services have when they hold these words, as far as they are found then."""
    scores: dict[int, int] = {}
    for number, held in services:
        levels = [_level(session, mind, term, seen, held) for term in text.terms(query)]
        if None not in levels:
            scores[number] = sum(level for level in levels if level is not None)
    return scores


def _with(scores: Mapping[int, int], others: Mapping[int, int]) -> dict[int, int]:
    """Give these services other scores."""
    moved = bits.of(others)
    changed = {score: numbers & ~moved for score, numbers in scores.items()}
    for number, score in others.items():
        changed[score] = changed.get(score, 0) | 1 << number
    return changed


def _levels(session: Session, mind: Memory, term: str, seen: int) -> Mapping[int, int]:
    levels = _spelt_right(session, mind, term)
    # What only others may see must not tell whether a term is spelt right.
    if not reduce(or_, levels.values(), 0) & seen:
        return mind.sets(session, Reading.LIKE, term)
    return levels


def _spelt_right(session: Session, mind: Memory, term: str) -> Mapping[int, int]:
    levels: Mapping[int, int] = mind.sets(session, Reading.MEANT, term)
    for more in _split(session, mind, term):
        levels = _merged(levels, more)
    return levels


def _level(session: Session, mind: Memory, term: str, seen: int, held: Mapping[str, int]) -> int | None:
    """Say of one service that holds these words what `_levels` says of all."""
    if not reduce(or_, _spelt_right(session, mind, term).values(), 0) & seen:
        return mind.best(session, Reading.LIKE, term, held)
    levels = [mind.best(session, Reading.MEANT, term, held)]
    for pair in mind.cuts(term):
        some = [mind.best(session, Reading.BENT, part, held) for part in pair]
        known = [level for level in some if level is not None]
        if len(known) == len(some) and min(known) > WEIGHTS[Field.DESCRIPTION]:
            levels.append(min(known))
    return max((level for level in levels if level is not None), default=None)


def _split(session: Session, mind: Memory, term: str) -> Iterator[Mapping[int, int]]:
    """Find "Parkausweis für Bewohner" by "Bewohnerparkausweis", unless it only says so deep in a description."""
    for head, tail in mind.cuts(term):
        levels: dict[int, int] = {}
        for one, some in mind.sets(session, Reading.BENT, head).items():
            for other, more in mind.sets(session, Reading.BENT, tail).items():
                if (level := min(one, other)) > WEIGHTS[Field.DESCRIPTION]:
                    levels[level] = levels.get(level, 0) | some & more
        yield levels


def _merged(levels: Mapping[int, int], more: Mapping[int, int]) -> Mapping[int, int]:
    merged: dict[int, int] = {}
    better = 0
    for level in sorted(levels.keys() | more.keys(), reverse=True):
        merged[level] = (levels.get(level, 0) | more.get(level, 0)) & ~better
        better |= merged[level]
    return merged


def _in_order(scores: Mapping[int, int], after: Place | None) -> Iterator[tuple[int, int]]:
    for score in sorted(scores, reverse=True):
        held = scores[score]
        if after is not None and score >= after[0]:
            held = bits.after(held, after[1]) if score == after[0] else 0
        for number in bits.members(held):
            yield score, number


def _counted(session: Session, mind: Memory, kind: str, found: int) -> list[tuple[str, int]]:
    values = mind.values.get(kind, ())
    counts = ((value, (mind.marked(session, kind, value) & found).bit_count()) for value in values)
    return sorted(((value, count) for value, count in counts if count), key=lambda pair: (-pair[1], pair[0]))
