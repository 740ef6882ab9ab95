"""Tell a person what the journal has about her, and let it forget who she was."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from registry.authz.actor import ActorKind
from registry.journal.models import Entry, Link
from registry.journal.service.chaining import CHAIN_LOCK, ERASED, PERSONAL_SUBJECTS


def _did(person: UUID) -> ColumnElement[bool]:
    return and_(Entry.actor_id == str(person), Entry.actor_kind == ActorKind.PERSON)


def _about(person: UUID) -> ColumnElement[bool]:
    return Entry.subject.in_([f"{kind}:{person}" for kind in PERSONAL_SUBJECTS])


def of_person(session: Session, person: UUID) -> Sequence[Entry]:
    """Return the entries that she made, or that are about her; whoever asks was asked before."""
    return session.scalars(select(Entry).where(or_(_did(person), _about(person))).order_by(Entry.serial)).all()


def forget_person(session: Session, person: UUID) -> int:
    """Take a person's id, and what leads to her, out of the journal; return how many chained fields lost their salt.

    What was done stays, and the chain holds. Whoever asks was asked before.
    """
    if session.get_bind().dialect.name == "postgresql":
        # An entry that is being chained at this moment would get a salt for what is gone.
        session.execute(CHAIN_LOCK)
    gone: dict[int, list[str]] = {}
    for entry in of_person(session, person):
        names = []
        if entry.actor_id == str(person):
            names += [name for name in ("actor_id", "request_id") if getattr(entry, name) is not None]
            entry.actor_id = entry.request_id = None
        if entry.subject.endswith(f":{person}"):
            names.append("subject")
            entry.subject = f"{entry.subject.partition(':')[0]}:{ERASED}"
        gone[entry.serial] = names
    session.flush()
    return sum(_unsalt(session, serial, names) for serial, names in gone.items())


def _unsalt(session: Session, serial: int, names: list[str]) -> int:
    link = session.get(Link, serial)
    if link is None:
        return 0
    kept: dict[str, Any] = {name: salt for name, salt in link.salts.items() if name not in names}
    lost = len(link.salts) - len(kept)
    link.salts = kept
    return lost
