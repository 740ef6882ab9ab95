"""Where something is stored about people: the one list by which a person is told, and erased.

Whoever adds a table that names people adds it here; a guard finds the ones that were forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.accounts.models import Client, Invitation, Membership, Person
from registry.kit.db import Base
from registry.kit.errors import Text, text
from registry.releases.models import Release
from registry.sign_in.models import Identity, Passkey, PersonSession, SignIn


@dataclass(frozen=True, slots=True)
class Record:
    """Rows about people: which column names the person, what she is told of them, what is left when she is erased.

    `why` they are kept is told to everybody, on the page about privacy.

    `cleared` are the columns that are emptied where the row itself must stay; without any the row is deleted.
    """

    model: type[Base]
    column: InstrumentedAttribute[Any]
    told: tuple[str, ...]
    why: Text
    cleared: Mapping[str, Any] = field(default_factory=dict)
    #: What the column writes for a person's id.
    key: Callable[[UUID], UUID | str | ScalarSelect[str]] = lambda person: person

    def tell(self, session: Session, person: UUID) -> list[dict[str, Any]]:
        """Return what is stored, by the names of the columns."""
        rows = session.scalars(select(self.model).where(self.column == self.key(person))).all()
        return [{name: getattr(row, name) for name in self.told} for row in rows]

    def erase(self, session: Session, person: UUID) -> None:
        """Delete the rows, or what in them leads to her."""
        mine = self.column == self.key(person)
        if self.cleared:
            session.execute(update(self.model).where(mine).values(**self.cleared))
        else:
            session.execute(delete(self.model).where(mine))


def _address(person: UUID) -> ScalarSelect[str]:
    return select(Person.email).where(Person.id == person).scalar_subquery()


#: In the order in which they are erased: what others refer to comes last.
RECORDS: tuple[Record, ...] = (
    Record(
        SignIn,
        SignIn.person_id,
        ("kind", "expires_at"),
        why=text("damit jede nur einmal zu Ende geführt wird", "so that each is ended once only"),
    ),
    Record(
        PersonSession,
        PersonSession.person_id,
        ("device", "provider", "created_at", "last_used_at", "factor_at"),
        why=text(
            "damit Sie angemeldet bleiben, und fremde Sitzungen sehen und beenden können",
            "so that you stay signed in, and can see and end sessions that are not yours",
        ),
    ),
    Record(
        Passkey,
        Passkey.person_id,
        ("name", "created_at", "last_used_at"),
        why=text("um Sie wiederzuerkennen", "to know you again"),
    ),
    Record(
        Identity,
        Identity.person_id,
        ("provider", "subject", "issuer", "created_at"),
        why=text("um Sie wiederzuerkennen", "to know you again"),
    ),
    Record(
        Release,
        Release.uploader_id,
        ("version", "package_sha256", "created_at"),
        why=text("damit jemand anderes sie freigibt", "so that somebody else approves them"),
        cleared={"uploader_id": None},
        key=str,
    ),
    Record(
        Release,
        Release.uploader_person,
        ("version", "package_sha256", "created_at"),
        why=text("auch wo Ihr Programm sie hochlud", "also where your program uploaded them"),
        cleared={"uploader_person": None},
    ),
    Record(
        Client,
        Client.made_by,
        ("client_id", "name", "created_at"),
        why=text("weil Sie ihre Geheimnisse kennen", "because you know their secrets"),
        # She knows their secrets.
        cleared={"made_by": None, "revoked_at": func.coalesce(Client.revoked_at, func.current_timestamp())},
    ),
    Record(
        Invitation,
        Invitation.invited_by,
        ("role", "created_at", "expires_at"),
        why=text("damit die Eingeladenen wissen, von wem sie kommen", "so that it is known from whom they come"),
    ),
    Record(
        Invitation,
        Invitation.email,
        ("organisation_id", "role", "created_at", "expires_at"),
        why=text("um Sie einzuladen", "to invite you"),
        key=_address,
    ),
    Record(
        Membership,
        Membership.person_id,
        ("organisation_id", "role", "since", "given_by"),
        why=text("um zu wissen, wer für welche Organisation handelt", "to know who acts for which organisation"),
    ),
    Record(
        Person,
        Person.id,
        ("id", "email", "is_operator", "created_at"),
        why=text("um Sie anzumelden und zu erreichen", "to sign you in and reach you"),
    ),
)
