"""Mail that is owed: written down in the transaction that owes it, sent by a worker afterwards."""

import json
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import structlog
from sqlalchemy import LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.kit import clock
from registry.kit.db import Base, Database
from registry.kit.sealing import Seal

log = structlog.get_logger(__name__)

#: How long a mail is tried, and how long one is kept for reading where there is no mail server.
KEPT = timedelta(hours=24)
#: A worker that takes a mail has this long before another may take it.
LEASE = timedelta(minutes=5)
#: Seconds to wait after the first, second … failure; the last one holds for all that follow.
WAITS = (5, 30, 120, 600, 1800)
BATCH = 20
_TIMEOUT = 20.0


class Mail(Base):
    """One mail on its way. Address and words are sealed: they are personal, and may hold a link that lets one in."""

    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime | None] = mapped_column(default=clock.now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class Message:
    """What a mail says, and to whom."""

    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in (`smtp://` with STARTTLS where it is offered, `smtps://` with TLS), and as whom."""

    url: str
    sender: str

    def connect(self) -> smtplib.SMTP:
        """Open a connection; certificates are checked. OSError or smtplib.SMTPException where that fails."""
        parts = urlsplit(self.url)
        trusted = ssl.create_default_context()
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_TIMEOUT, context=trusted)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=_TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def queue(session: Session, kind: str, message: Message) -> None:
    """Owe a mail, in the transaction that gives the reason for it; `kind` is for logs and counts."""
    _write(session, kind, message)


def pretend(session: Session, kind: str, message: Message) -> None:
    """Take as long as to owe a mail takes, and owe none."""
    session.delete(_write(session, kind, message))
    session.flush()


def _write(session: Session, kind: str, message: Message) -> Mail:
    seal: Seal = session.info["seal"]
    content = json.dumps([message.to, message.subject, message.body]).encode()
    written = Mail(kind=kind, sealed=seal.close(content))
    session.add(written)
    session.flush()
    return written


def kept(session: Session, seal: Seal, *, limit: int = 50) -> list[tuple[datetime, Message]]:
    """Return the mails that lie here because there is no mail server, newest first."""
    query = select(Mail).where(Mail.due_at.is_(None)).order_by(Mail.created_at.desc(), Mail.id).limit(limit)
    return [(mail.created_at, _opened(mail, seal)) for mail in session.scalars(query)]


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many mails are owed, how many of them were tried before, and since when the oldest one is."""

    owed: int
    tried: int
    since: datetime | None


def outbox(session: Session) -> Outbox:
    """Tell how things stand with the mail that is owed."""
    owed = select(func.count(), func.count().filter(Mail.attempts > 0), func.min(Mail.created_at))
    return Outbox(*session.execute(owed.where(Mail.due_at.is_not(None))).one())


def send_due(database: Database, seal: Seal, server: MailServer | None) -> int:
    """Send what is due, or show it in the log where there is no mail server; return how many mails were taken."""
    taken = _take(database)
    if server is None:
        _show(database, seal, taken)
    elif taken:
        _send(database, seal, server, taken)
    return len(taken)


def forget_old(session: Session) -> None:
    """Give up what could not be sent for a day, and what nobody needs to read any more."""
    session.execute(delete(Mail).where(Mail.created_at < clock.now() - KEPT))


def _take(database: Database) -> list[Mail]:
    # Nobody waits for a mail server inside a transaction: the mails are leased, not locked.
    with database.reading() as session:
        if session.connection().execute(select(Mail.id).where(Mail.due_at <= clock.now()).limit(1)).first() is None:
            return []
    with database.transaction() as session:
        due = select(Mail).where(Mail.due_at <= clock.now()).order_by(Mail.due_at).limit(BATCH)
        mails = session.scalars(due.with_for_update(skip_locked=True)).all()
        for mail in mails:
            mail.due_at = clock.now() + LEASE
            mail.attempts += 1
        return list(mails)


def _show(database: Database, seal: Seal, mails: list[Mail]) -> None:
    for mail in mails:
        message = _opened(mail, seal)
        log.info("mail (no server is set)", kind=mail.kind, to=message.to, subject=message.subject, body=message.body)
        _settle(database, mail, due_at=None)


def _send(database: Database, seal: Seal, server: MailServer, mails: list[Mail]) -> None:
    try:
        with server.connect() as connection:
            for mail in mails:
                _send_one(database, connection, _opened(mail, seal), server.sender, mail)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail server cannot be used", error=type(error).__name__)
        for mail in mails:
            _settle(database, mail, due_at=_next(mail))


#: What is amiss with one mail, and keeps no other from being sent.
_ITS_OWN_FAULT = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


def _send_one(database: Database, connection: smtplib.SMTP, message: Message, sender: str, mail: Mail) -> None:
    try:
        connection.send_message(_composed(message, sender))
    except _ITS_OWN_FAULT as error:
        log.warning("mail not taken", kind=mail.kind, attempts=mail.attempts, error=type(error).__name__)
        _settle(database, mail, due_at=_next(mail))
        return
    with database.transaction() as session:
        session.execute(delete(Mail).where(Mail.id == mail.id))
    mail.due_at = None


def _settle(database: Database, mail: Mail, *, due_at: datetime | None) -> None:
    if mail.due_at is None:
        return
    with database.transaction() as session:
        session.execute(update(Mail).where(Mail.id == mail.id).values(due_at=due_at))


def _next(mail: Mail) -> datetime:
    return clock.now() + timedelta(seconds=WAITS[min(mail.attempts, len(WAITS)) - 1])


def _opened(mail: Mail, seal: Seal) -> Message:
    return Message(*json.loads(seal.open(mail.sealed)))


def _composed(message: Message, sender: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = sender
    made["To"] = message.to
    made["Subject"] = message.subject
    made["Date"] = formatdate(usegmt=True)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.body)
    return made
