"""Mail is owed with the change that gives the reason for it, and sent by a worker to a real server."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import select

from registry.kit import clock, mail
from registry.kit.mail import Mail, MailServer, Message
from tests.support.processes import free_port

SENDER = "registry@city.example"
MESSAGE = Message("team@city.example", "Grüße aus Köln", "Ein Satz mit ß.\nUnd noch einer.\n")


class Inbox:
    """What a mail server took, and what it is told to refuse."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.refuse: str | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[MailServer]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield MailServer(f"smtp://127.0.0.1:{controller.port}", SENDER)
    controller.stop()


@pytest.fixture
def owed(resources):
    with resources.database.transaction() as session:
        mail.queue(session, "test", MESSAGE)


def _rows(resources):
    with resources.database.reading() as session:
        return session.scalars(select(Mail)).all()


def test_a_mail_arrives_as_it_was_written_and_is_then_forgotten(resources, owed, inbox, server):
    assert mail.send_due(resources.database, resources.seal, server) == 1
    [arrived] = inbox.taken
    assert (arrived["From"], arrived["To"], arrived["Subject"]) == (SENDER, MESSAGE.to, MESSAGE.subject)
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Message-ID"].endswith("@city.example>")
    assert arrived.get_content().replace("\r\n", "\n") == MESSAGE.body
    assert _rows(resources) == []
    assert mail.send_due(resources.database, resources.seal, server) == 0


def test_the_database_shows_neither_address_nor_words(resources, owed):
    [row] = _rows(resources)
    assert b"team@city.example" not in row.sealed
    assert b"Satz" not in row.sealed


def test_a_mail_of_a_change_that_failed_is_not_owed(resources):
    def fail() -> None:
        with resources.database.transaction() as session:
            mail.queue(session, "test", MESSAGE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _rows(resources) == []


def test_the_outbox_tells_what_is_owed_and_what_was_tried(resources, owed, server):
    def told():
        with resources.database.reading() as session:
            return mail.outbox(session)

    assert (told().owed, told().tried) == (1, 0)
    away = MailServer(f"smtp://127.0.0.1:{free_port()}", SENDER)
    mail.send_due(resources.database, resources.seal, away)
    assert (told().owed, told().tried) == (1, 1)
    assert told().since <= clock.now()
    with time_machine.travel(clock.now() + timedelta(seconds=mail.WAITS[0] + 1)):
        mail.send_due(resources.database, resources.seal, server)
    assert told() == mail.Outbox(0, 0, None)


def test_a_server_that_is_away_is_tried_again(resources, owed, inbox, server):
    away = MailServer(f"smtp://127.0.0.1:{free_port()}", SENDER)
    assert mail.send_due(resources.database, resources.seal, away) == 1
    assert mail.send_due(resources.database, resources.seal, server) == 0
    with time_machine.travel(clock.now() + timedelta(seconds=mail.WAITS[0] + 1)):
        assert mail.send_due(resources.database, resources.seal, server) == 1
    assert len(inbox.taken) == 1


def test_a_mail_that_is_refused_waits_longer_each_time_and_is_given_up_after_a_day(resources, owed, inbox, server):
    inbox.refuse = "451 later"
    now = clock.now()
    for wait in (*mail.WAITS, mail.WAITS[-1]):
        with time_machine.travel(now):
            assert mail.send_due(resources.database, resources.seal, server) == 1
            assert mail.send_due(resources.database, resources.seal, server) == 0
        now += timedelta(seconds=wait + 1)
    later = time_machine.travel(clock.now() + mail.KEPT + timedelta(minutes=1))
    with later, resources.database.transaction() as session:
        mail.forget_old(session)
    assert _rows(resources) == []


def test_what_a_killed_worker_took_is_sent_by_another(resources, owed, inbox, server):
    assert len(mail._take(resources.database)) == 1
    assert mail.send_due(resources.database, resources.seal, server) == 0
    with time_machine.travel(clock.now() + mail.LEASE + timedelta(seconds=1)):
        assert mail.send_due(resources.database, resources.seal, server) == 1
    assert len(inbox.taken) == 1


def test_without_a_server_mail_is_kept_for_reading(resources, owed):
    assert mail.send_due(resources.database, resources.seal, None) == 1
    with resources.database.reading() as session:
        [(_, kept)] = mail.kept(session, resources.seal)
    assert kept == MESSAGE
    assert mail.send_due(resources.database, resources.seal, None) == 0


@pytest.mark.parametrize("to", ["=?utf-8?q?a=0d=0aBcc=3a=20x?=@city.example", "\u00fc@city.example"])
def test_a_mail_that_cannot_be_written_keeps_no_other_from_being_sent(resources, inbox, to):
    for address in (to, MESSAGE.to, to):
        with resources.database.transaction() as session:
            mail.queue(session, "test", Message(address, "x", "y"))
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    controller.start()
    server = MailServer(f"smtp://127.0.0.1:{controller.port}", SENDER)
    assert mail.send_due(resources.database, resources.seal, server) == 3
    controller.stop()
    assert [str(arrived["To"]) for arrived in inbox.taken] == [MESSAGE.to]
    assert len(_rows(resources)) == 2
