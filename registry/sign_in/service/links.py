"""One-time links: by e-mail for who has no identity provider, in the start-up log for the first operator."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.accounts.models import Person
from registry.accounts.service.tokens import digest
from registry.authz.actor import Actor, ActorKind
from registry.journal import service as journal
from registry.kit import clock, mail
from registry.kit.mail import Message
from registry.sign_in.errors import LinkInvalidError
from registry.sign_in.models import PersonSession, SignIn, SignInKind
from registry.sign_in.service import attempts

LIFETIME = timedelta(minutes=15)
FIRST_OPERATOR_LIFETIME = timedelta(hours=1)
#: Of these links there is one at a time, under this id: the newest.
_FIRST_OPERATOR = UUID(int=1)
#: By these first letters secret scanners know a sign-in link's secret.
PREFIX = "efa_li_"
#: How the addresses of the demo's people end.
DEMO = "@demo.example"

_BODY = """\
Guten Tag,

mit diesem Link melden Sie sich am EfA Registry an:

{link}

Er gilt 15 Minuten, einmal, und nur in dem Browser, in dem Sie ihn angefordert haben.
Haben Sie keinen angefordert, können Sie diese Nachricht löschen: Ohne Ihren Browser nützt der Link niemandem.

---

Hello,

this link signs you in to the EfA Registry (see above). It is valid for 15 minutes, once, and only in the
browser in which you asked for it. If you did not ask for one, you can delete this message.
"""


def ask_for_link(session: Session, email: str, *, browser: str, base_url: str, to: str) -> None:
    """Send a link that signs in and leads `to` a path, if the address is somebody's; who asks does not learn that.

    For anybody else as much is written, so that it takes as long, of which nothing is of use or tells the address.
    """
    address = email.strip().lower()
    person = session.scalar(select(Person).where(Person.email == address))
    secret = PREFIX + secrets.token_urlsafe(32)
    attempts.begin(
        session,
        SignInKind.LINK,
        secret,
        browser=browser,
        lifetime=LIFETIME,
        person_id=person.id if person else None,
        facts={"to": to},
    )
    body = _BODY.format(link=f"{base_url}/sign-in/link?secret={secret}")
    message = Message(address, "Ihr Anmeldelink / Your sign-in link", body)
    (mail.queue if person else mail.pretend)(session, "sign-in-link", message)
    attempts.log.info("sign-in link asked for", known=person is not None)


def open_link(session: Session, secret: str, *, browser: str | None) -> tuple[Person, str | None]:
    """Return whose link this is and where it leads; it is used up by that.

    Raises LinkInvalidError, OtherBrowserError.
    """
    ended = attempts.end(session, SignInKind.LINK, secret, browser=browser)
    return session.get_one(Person, ended.person_id), ended.facts.get("to")


def end_demo(session: Session) -> None:
    """Let nobody who came in by the demo's buttons go on where no demo runs."""
    demo = select(Person.id).where(Person.email.endswith(DEMO, autoescape=True))
    session.execute(delete(PersonSession).where(PersonSession.person_id.in_(demo)))
    session.execute(update(Person).where(Person.id.in_(demo)).values(is_operator=False))


def first_operator_link(session: Session) -> str | None:
    """Make the secret of a link by which the first operator comes in; None where there is an operator.

    It takes the place of the one that was made before, also by another process at the same moment.
    """
    if session.scalar(select(Person.id).where(Person.is_operator).limit(1)) is not None:
        return None
    secret = PREFIX + secrets.token_urlsafe(32)
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    newest = {"hash": digest(secret), "expires_at": clock.now() + FIRST_OPERATOR_LIFETIME}
    made = insert(SignIn).values(id=_FIRST_OPERATOR, kind=SignInKind.FIRST_OPERATOR, facts={}, **newest)
    session.execute(made.on_conflict_do_update(index_elements=[SignIn.id], set_=newest))
    return secret


def become_first_operator(session: Session, secret: str, *, email: str) -> Person:
    """Make the one who holds the start-up link the operator; LinkInvalidError where there is one meanwhile."""
    attempts.end(session, SignInKind.FIRST_OPERATOR, secret, browser=None)
    if session.scalar(select(Person.id).where(Person.is_operator).limit(1)) is not None:
        raise LinkInvalidError
    address = email.strip().lower()
    person = session.scalar(select(Person).where(Person.email == address))
    if person is None:
        person = Person(email=address)
        session.add(person)
    person.is_operator = True
    session.flush()
    actor = Actor(ActorKind.PERSON, id=str(person.id))
    journal.record(session, actor, "operator.appointed", subject=f"person:{person.id}")
    return person
