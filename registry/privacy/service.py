"""Tell a person everything that is stored about her, and erase it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.models import Person
from registry.authz.actor import Actor
from registry.authz.errors import SecondFactorMissingError
from registry.authz.policy import Permission, require
from registry.journal import representation as told
from registry.journal import service as journal
from registry.kit.clock import stamp
from registry.kit.errors import text
from registry.privacy.errors import PersonNotFoundError
from registry.privacy.records import RECORDS
from registry.sign_in.models import Passkey

#: What stands for an erased person.
NOBODY_ANY_MORE = "person:erased"


def find(session: Session, actor: Actor, email: str) -> UUID:
    """Return the id of the person of this address; only the operator, and she herself, may look for her."""
    found = session.scalar(select(Person.id).where(func.lower(Person.email) == email.strip().lower()))
    require(actor, Permission.PERSON_ERASE, found)
    if found is None:
        raise PersonNotFoundError
    return found


def export(session: Session, actor: Actor, person: UUID) -> dict[str, Any]:
    """Return everything that is stored about a person, by table; it can be written as JSON.

    Where another than she herself asks for it the journal says so.
    """
    require(actor, Permission.PERSON_ERASE, person)
    everything: dict[str, Any] = {record.model.__tablename__: [] for record in RECORDS}
    for record in RECORDS:
        told_so_far = everything[record.model.__tablename__]
        told_so_far += [row for row in map(_plain, record.tell(session, person)) if row not in told_so_far]
    everything["journal"] = [told.entry(entry, None) for entry in journal.of_person(session, person)]
    if actor.id != str(person):
        journal.record(session, actor, "person.exported", subject=f"person:{person}")
    return everything


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: stamp(value) if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for name, value in row.items()
    }


def erase(session: Session, actor: Actor, person: UUID) -> None:
    """Erase a person with all that leads to her; what she did stays, done by nobody any more.

    Who has a passkey shows it before she erases herself. Raises SecondFactorMissingError, LastOwnerError where an
    organisation would be left without an owner, PersonNotFoundError.
    """
    require(actor, Permission.PERSON_ERASE, person)
    if not actor.strong and session.scalar(select(Passkey.id).where(Passkey.person_id == person).limit(1)):
        raise SecondFactorMissingError(text("Hierfür ist ein Passkey nötig.", "This needs a passkey."))
    if session.get(Person, person, with_for_update=True) is None:
        raise PersonNotFoundError
    left = accounts.leave_all(session, actor, person)
    if actor.id == str(person):
        actor = replace(actor, id=None)
    for record in RECORDS:
        record.erase(session, person)
    fields = journal.forget_person(session, person)
    for slug in left:
        _note(session, actor, "member.removed", organisation=slug)
    _note(session, actor, "person.erased", after={"fields": fields})


def _note(
    session: Session, actor: Actor, kind: str, *, organisation: str | None = None, after: dict[str, Any] | None = None
) -> None:
    traced = actor.id is not None
    journal.record(session, actor, kind, subject=NOBODY_ANY_MORE, organisation=organisation, after=after, traced=traced)
