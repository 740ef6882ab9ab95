"""What a process remembers of the index, and how it keeps that true while others write.

The database knows everything; here is what was asked for lately: the words, and which services hold them, as sets.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto
from functools import lru_cache, reduce
from operator import or_
from sys import getsizeof
from threading import Lock
from uuid import UUID

from sqlalchemy import URL, String, cast, func, select
from sqlalchemy.orm import Session

from registry.catalogue.search import bits, text
from registry.catalogue.search.models import changes, documents, postings, words
from registry.catalogue.search.vocabulary import Vocabulary
from registry.catalogue.search.writing import mark, word_id
from registry.kit.paging import PlaceError

#: How much room the remembered sets may take, and how many there may be: each change is written into each of them.
BYTES_MAX = 32 * 1024 * 1024
SETS_MAX = 1_000
_NAMED_MAX = 20_000
_CUT_MAX = 2_000
_AT_ONCE = 500


class Reading(IntEnum):
    """How a term is taken."""

    EXACT = auto()
    BENT = auto()
    MEANT = auto()
    LIKE = auto()


@dataclass(slots=True)
class Sets:
    """The services that hold any of some words, by how well they do; none stands in two sets."""

    words: Mapping[str, int]
    levels: dict[int, int]
    #: A word that holds none of these is not one of `words`; None: any may be.
    roots: tuple[str, ...] | None
    #: How many bytes it all takes, roughly.
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self._weigh()

    def _weigh(self) -> None:
        self.size = 300 + 100 * len(self.words) + sum(getsizeof(numbers) for numbers in self.levels.values())

    def may_mean(self, said: str) -> bool:
        """Tell whether the words may be too few, now that others are said."""
        return self.roots is None or any(root in said for root in self.roots)

    def put(self, changed: Mapping[int, Mapping[str, int]], numbers: int) -> None:
        """Place the changed services, whose numbers are these, by the words that they hold now."""
        placed = {number: level for number, held in changed.items() if (level := self.best(held)) is not None}
        if not placed and not any(there & numbers for there in self.levels.values()):
            return
        self.levels = {level: there & ~numbers for level, there in self.levels.items()}
        for number, level in placed.items():
            self.levels[level] = self.levels.get(level, 0) | 1 << number
        self._weigh()

    def best(self, held: Mapping[str, int]) -> int | None:
        """Tell how well a service that holds these words does; None where it holds none of them."""
        if self.words.keys().isdisjoint(held):
            return None
        return max(self.words[word] + held[word] for word in self.words.keys() & held.keys())


class Memory:
    """What one process remembers of one database's index; ask it only while holding its `turn`."""

    def __init__(self) -> None:
        self.turn = Lock()
        self._at: tuple[int, int] | None = None
        self._clear()

    def _clear(self) -> None:
        self.vocabulary = Vocabulary()
        self.values: dict[str, dict[str, None]] = {}
        self._sets: OrderedDict[tuple[Reading, str], Sets] = OrderedDict()
        self._size = 0
        self._services: dict[int, UUID] = {}
        self._cuts: dict[str, list[tuple[str, str]]] = {}

    def refresh(self, session: Session) -> None:
        """Take in what was written since the last time."""
        latest = _latest(session)
        if latest == self._at:
            return
        changed = _since(session, self._at) if self._at and latest else None
        # Until all is taken in this remembers nothing for sure: should it break off here, the next one begins anew.
        self._at = None
        if changed is None:
            self._clear()
            self._learn(session.scalars(select(words.c.word)))
        else:
            self._apply(changed)
        self._at = latest

    def _learn(self, said: Iterable[str]) -> list[str]:
        plain = []
        for word in said:
            kind, is_mark, value = word.partition("=")
            if not is_mark:
                plain.append(word)
            else:
                self.values.setdefault(kind, {})[value] = None
        return self.vocabulary.learn(plain)

    def _apply(self, changed: Mapping[int, Mapping[str, int]]) -> None:
        new = self._learn(word for held in changed.values() for word in held)
        if new:
            self._cuts = {}
        said = "\n".join({*new, *map(text.contracted, new)})
        numbers = bits.of(changed)
        for key, sets in list(self._sets.items()):
            if new and sets.may_mean(said):
                self._drop(key)
                continue
            self._size -= sets.size
            sets.put(changed, numbers)
            self._size += sets.size

    def _drop(self, key: tuple[Reading, str]) -> None:
        self._size -= self._sets.pop(key).size

    def sets(self, session: Session, reading: Reading, term: str) -> dict[int, int]:
        """Give the services that a term finds, by level."""
        key = (reading, term)
        if key in self._sets:
            self._sets.move_to_end(key)
            return self._sets[key].levels
        meant = self._expand(reading, term)
        sets = Sets(meant, _levels(session, meant), _roots(reading, term))
        self._sets[key] = sets
        self._size += sets.size
        while (self._size > BYTES_MAX or len(self._sets) > SETS_MAX) and len(self._sets) > 1:
            self._drop(next(iter(self._sets)))
        return sets.levels

    def best(self, session: Session, reading: Reading, term: str, held: Mapping[str, int]) -> int | None:
        """Tell how well a service that holds these words does by a term; None where it is not found by it."""
        self.sets(session, reading, term)
        return self._sets[reading, term].best(held)

    @property
    def version(self) -> int:
        """The number of the last change that was taken in."""
        return self._at[0] if self._at else 0

    def _expand(self, reading: Reading, term: str) -> Mapping[str, int]:
        if reading is Reading.EXACT:
            return {term: 0}
        if reading is Reading.BENT:
            return self.vocabulary.forms(term)
        return self.vocabulary.meant_by(term) if reading is Reading.MEANT else self.vocabulary.like(term)

    def cuts(self, term: str) -> list[tuple[str, str]]:
        """Cut a compound into words that services hold."""
        if term not in self._cuts:
            if len(self._cuts) > _CUT_MAX:
                self._cuts = {}
            self._cuts[term] = self.vocabulary.cuts(term)
        return self._cuts[term]

    def marked(self, session: Session, kind: str, value: str) -> int:
        """Give the services that carry a mark."""
        return self.sets(session, Reading.EXACT, mark(kind, value)).get(0, 0)

    def services(self, session: Session, numbers: Sequence[int]) -> Mapping[int, UUID]:
        """Name the services with these numbers; one that was deleted has no name any more."""
        if len(self._services) > _NAMED_MAX:
            self._services = {}
        unnamed = [number for number in numbers if number not in self._services]
        for start in range(0, len(unnamed), _AT_ONCE):
            asked = documents.c.number.in_(unnamed[start : start + _AT_ONCE])
            rows = session.execute(select(documents.c.number, documents.c.service_id).where(asked))
            self._services.update((number, service) for number, service in rows if service is not None)
        return self._services


@lru_cache(maxsize=4)
def _memory(url: URL) -> Memory:
    # By its address, not by its engine: the engines that read and write one database share what is remembered.
    # Should two databases have one address, as those in memory do, their stamps tell them apart.
    del url
    return Memory()


def of(session: Session) -> Memory:
    """Give what this process remembers of the session's database."""
    return _memory(session.get_bind().engine.url)


_NEWEST = select(changes.c.version, changes.c.stamp).order_by(changes.c.version.desc()).limit(1)


def _latest(session: Session) -> tuple[int, int] | None:
    row = session.connection().execute(_NEWEST).first()
    return (row.version, row.stamp) if row else None


def _since(session: Session, at: tuple[int, int]) -> Mapping[int, Mapping[str, int]] | None:
    """Give the documents changed since then, as they are now; None where too many did, or that moment never was."""
    if session.scalar(select(changes.c.stamp).where(changes.c.version == at[0])) != at[1]:
        return None
    numbers = session.scalars(
        select(changes.c.number).where(changes.c.version > at[0]).distinct().limit(_AT_ONCE + 1)
    ).all()
    if len(numbers) > _AT_ONCE:
        return None
    rows = session.execute(select(documents.c.number, documents.c.words).where(documents.c.number.in_(numbers)))
    return dict(rows.all())


def held_at(session: Session, version: int, among: int) -> Iterator[tuple[int, Mapping[str, int]]]:
    """Give those of some services that were changed since that version, with the words that they held then.

    Raises PlaceError where that is so long ago that nobody knows any more.
    """
    later = changes.c.version > version
    firsts = session.execute(
        select(changes.c.number, func.min(changes.c.version)).where(later).group_by(changes.c.number)
    )
    first = dict(firsts.all())
    if first and min(first.values()) != version + 1:
        raise PlaceError
    asked = [at for number, at in first.items() if among >> number & 1]
    for start in range(0, len(asked), _AT_ONCE):
        some = changes.c.version.in_(asked[start : start + _AT_ONCE])
        rows = session.execute(select(changes.c.number, changes.c.before).where(some, changes.c.before.is_not(None)))
        yield from ((number, before) for number, before in rows)


def _roots(reading: Reading, term: str) -> tuple[str, ...] | None:
    if reading is Reading.EXACT:
        return ()
    # Whatever way a word is near to a term that is spelt right, it holds the term's stem.
    return None if reading is Reading.LIKE else (text.stem(term), text.stem(text.contracted(term)))


def _levels(session: Session, meant: Mapping[str, int]) -> dict[int, int]:
    near = {word_id(word): how for word, how in meant.items()}
    ids = sorted(near)
    held: dict[int, list[int]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        numbers = func.aggregate_strings(cast(postings.c.number, String), ",")
        asked = postings.c.word_id.in_(ids[start : start + _AT_ONCE])
        rows = select(postings.c.word_id, postings.c.weight, numbers).where(asked)
        for word, weight, found in session.execute(rows.group_by(postings.c.word_id, postings.c.weight)):
            held.setdefault(weight + near[word], []).append(bits.of(map(int, found.split(","))))
    levels: dict[int, int] = {}
    better = 0
    for level in sorted(held, reverse=True):
        levels[level] = reduce(or_, held[level]) & ~better
        better |= levels[level]
    return levels
