"""The demo's one-click sign-in and mailbox; neither exists unless `serve --demo` runs on this machine alone."""

from dataclasses import dataclass

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.models import Person
from registry.authz.actor import Role, operator
from registry.config import Settings
from registry.kit import mail
from registry.kit.errors import NotFoundError, text
from registry.sign_in.service.links import DEMO
from registry.web.door import blueprint, page, resources, session


class NoDemoError(NotFoundError):
    """No demo runs here."""

    slug = "no-demo"
    title = text("Nicht gefunden", "Not found")
    remedy = text("Diese Seite gibt es nur mit `serve --demo`.", "This page exists with `serve --demo` only.")

    def __init__(self) -> None:
        super().__init__(text("Hier läuft keine Demo.", "This is not the demo."))


@dataclass(frozen=True, slots=True)
class Part:
    """A role of the demo: what the button sends, and what it says."""

    key: str
    organisation: str | None
    role: Role | None
    de: str
    en: str


CAST = (
    Part(
        "moenchengladbach-owner", "moenchengladbach", Role.OWNER, "Mönchengladbach, Leitung", "Mönchengladbach, owner"
    ),
    Part(
        "moenchengladbach-publisher",
        "moenchengladbach",
        Role.PUBLISHER,
        "Mönchengladbach, veröffentlicht",
        "Mönchengladbach, publisher",
    ),
    Part("wiesbaden-adopter", "wiesbaden", Role.ADOPTER, "Wiesbaden, nutzt nach", "Wiesbaden, adopter"),
    Part("mainz-adopter", "mainz", Role.ADOPTER, "Mainz, nutzt nach", "Mainz, adopter"),
    Part("mainz-viewer", "mainz", Role.VIEWER, "Mainz, liest mit", "Mainz, viewer"),
    Part("operator", None, None, "Betrieb des Registers", "Operator of the registry"),
)


def person(session: Session, settings: Settings, key: str) -> Person | None:
    """Return the demo's person of this role, made at first use; None for an unknown role.

    Raises NoDemoError where this is not the demo.
    """
    if not settings.demo:
        raise NoDemoError
    part = next((part for part in CAST if part.key == key), None)
    if part is None:
        return None
    address = part.key + DEMO
    known = session.scalar(select(Person).where(Person.email == address))
    if known is not None:
        return known
    if part.organisation and part.role:
        return accounts.add_member(session, operator("demo"), part.organisation, email=address, role=part.role).person
    made = Person(email=address, is_operator=True)
    session.add(made)
    session.flush()
    return made


@blueprint.get("/demo/mailbox")
def mailbox() -> Response:
    """Show the mails that would have been sent."""
    if not resources().settings.demo:
        raise NoDemoError
    return page("demo/mailbox.html", mails=mail.kept(session(), resources().seal))
