"""Keep what is searched in step with the services."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from uuid import UUID

from sqlalchemy import ARRAY, Table, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from registry.catalogue.search import text
from registry.catalogue.search.models import Field, changes, documents, postings, words

#: What a word counts by where it stands; a service whose name is one word is that thing, so its name counts more.
WEIGHTS: Mapping[Field, int] = {
    Field.NAME: 7,
    Field.KEYWORDS: 5,
    Field.KEYS: 5,
    Field.SUMMARY: 3,
    Field.TOPIC: 3,
    Field.ORIGINATOR: 3,
    Field.DESCRIPTION: 1,
}
ONLY_WORD_OF_THE_NAME = 8

#: The mark that every service carries.
EVERY = "="

Texts = Mapping[Field, Sequence[str]]
Marks = Mapping[str, Iterable[str]]

_LOCK = 0x5EA2C4
_CHANGES_KEPT = 10_000
_AT_ONCE = 500


def word_id(word: str) -> int:
    """Give a word's number, which its letters alone decide, so that no two writers ever have to agree on it."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big") >> 1


def mark(kind: str, value: str) -> str:
    """Write what a service can be filtered by as a word that no text can hold."""
    return f"{kind}={value}"


def index(session: Session, service_id: UUID, fields: Texts, marks: Marks | None = None) -> None:
    """Let a service be found by these texts and marks, and by nothing else."""
    index_many(session, [(service_id, fields, marks or {})])


def index_many(session: Session, services: Iterable[tuple[UUID, Texts, Marks]]) -> None:
    """Do as `index` for each of many services."""
    session.flush()
    waiting = iter(services)
    while batch := list(islice(waiting, _AT_ONCE)):
        _write(session, {service_id: _read(fields, marks) for service_id, fields, marks in batch})


def forget(session: Session, service_id: UUID) -> None:
    """Let a service be found no more."""
    session.flush()
    _write(session, {service_id: {}})


def _read(fields: Texts, marks: Marks) -> dict[str, int]:
    weights = {EVERY: 0}
    for kind, values in marks.items():
        weights.update((mark(kind, value), 0) for value in values)
    for field, texts in fields.items():
        for word in {word for each in texts for word in text.words(each)}:
            weights[word] = max(weights.get(word, 0), WEIGHTS[field])
    for name in fields.get(Field.NAME, ()):
        if len(said := text.terms(name)) == 1:
            weights[said[0]] = ONLY_WORD_OF_THE_NAME
    return weights


def _write(session: Session, wanted: Mapping[UUID, Mapping[str, int]]) -> None:
    # Nothing is locked for a service that is saved as it was: most edits touch no word.
    if not _changed(wanted, _kept(session, wanted)):
        return
    if session.get_bind().dialect.name == "postgresql":
        # Writers go one after another, so that versions are committed in their order and a reader skips none.
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    kept = _kept(session, wanted)
    changed = _changed(wanted, kept)
    number = session.scalar(select(func.coalesce(func.max(documents.c.number), -1))) or 0
    new = [service_id for service_id in wanted if service_id in changed - kept.keys()]
    fresh = {service_id: number + place for place, service_id in enumerate(new, 1)}
    _add(session, documents, [{"number": n, "service_id": s, "words": wanted[s]} for s, n in fresh.items()])
    before = {fresh[s]: dict[str, int]() for s in fresh} | {kept[s][0]: kept[s][1] for s in changed & kept.keys()}
    after = {fresh[s] if s in fresh else kept[s][0]: wanted[s] for s in changed}
    for service_id in changed & kept.keys():
        gone = {} if wanted[service_id] else {"service_id": None}
        row = update(documents).where(documents.c.number == kept[service_id][0])
        session.execute(row.values(words=wanted[service_id], **gone))
    _replace(session, before, after)
    made = {*fresh.values()}
    _note(session, {number: None if number in made else before[number] for number in sorted(after)})


def _kept(session: Session, services: Iterable[UUID]) -> dict[UUID, tuple[int, dict[str, int]]]:
    rows = session.execute(
        select(documents.c.service_id, documents.c.number, documents.c.words).where(
            documents.c.service_id.in_(list(services))
        )
    )
    return {service_id: (number, kept) for service_id, number, kept in rows}


def _changed(wanted: Mapping[UUID, Mapping[str, int]], kept: Mapping[UUID, tuple[int, dict[str, int]]]) -> set[UUID]:
    return {s for s, weights in wanted.items() if (kept[s][1] if s in kept else {}) != weights}


def _replace(session: Session, before: Mapping[int, Mapping[str, int]], after: Mapping[int, Mapping[str, int]]) -> None:
    old = {(word, weight, number) for number in before for word, weight in before[number].items()}
    new = {(word, weight, number) for number in after for word, weight in after[number].items()}
    key = tuple_(postings.c.word_id, postings.c.weight, postings.c.number)
    gone = [(word_id(word), weight, number) for word, weight, number in sorted(old - new)]
    for start in range(0, len(gone), _AT_ONCE):
        session.execute(delete(postings).where(key.in_(gone[start : start + _AT_ONCE])))
    _learn(session, {word for word, _, _ in new - old})
    rows = [{"word_id": word_id(w), "weight": weight, "number": n} for w, weight, n in sorted(new - old)]
    _add(session, postings, rows)


def _learn(session: Session, said: set[str]) -> None:
    unknown = {word_id(word): word for word in said}
    ids = sorted(unknown)
    for start in range(0, len(ids), _AT_ONCE):
        for known in session.scalars(select(words.c.id).where(words.c.id.in_(ids[start : start + _AT_ONCE]))):
            del unknown[known]
    _add(session, words, [{"id": number, "word": word} for number, word in sorted(unknown.items())])


def _note(session: Session, changed: Mapping[int, Mapping[str, int] | None]) -> None:
    version = session.scalar(select(func.coalesce(func.max(changes.c.version), 0))) or 0
    rows = [
        {"version": version + place, "number": number, "stamp": secrets.randbits(62), "before": before}
        for place, (number, before) in enumerate(changed.items(), 1)
    ]
    _add(session, changes, rows)
    session.execute(delete(changes).where(changes.c.version <= version + len(rows) - _CHANGES_KEPT))


def _add(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    if table is postings and session.get_bind().dialect.name == "postgresql":
        # A row a message makes ten thousand services take a minute.
        columns = [literal([row[column.name] for row in rows], ARRAY(column.type)) for column in table.columns]
        names = [column.name for column in table.columns]
        given = func.unnest(*columns).table_valued(*names).render_derived()
        session.execute(insert(table).from_select(names, select(*given.c)))
        return
    session.execute(insert(table), rows)
