"""Answers kept for a day."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.fernet import InvalidToken
from sqlalchemy import select

from registry.kit import idempotency
from registry.kit.idempotency import Answer, KeyReusedError, Memory, RememberedAnswer

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANSWER = Answer(201, {"ETag": '"x"'}, b'{"a":1}')
SECRET = Answer(201, {}, b'{"client_secret":"efa_cs_x"}', secret=True)


@pytest.fixture
def memory():
    return Memory("0123456789abcdef" * 4)


def remember(memory, session, answer=ANSWER, key="k", client="c"):
    assert memory.claim(session, client, key, "f") is None
    memory.keep(session, client, key, answer)


def test_the_first_answer_is_given_again(memory, session):
    remember(memory, session)
    session.expire_all()
    assert memory.claim(session, "c", "k", "f") == ANSWER


def test_another_request_may_not_have_the_key(memory, session):
    remember(memory, session)
    with pytest.raises(KeyReusedError):
        memory.claim(session, "c", "k", "another")
    assert memory.claim(session, "c", "another", "another") is None
    assert memory.claim(session, "another", "k", "another") is None


def test_a_secret_is_sealed_with_the_registrys_key(memory, session):
    remember(memory, session, SECRET)
    session.expire_all()
    row = session.scalars(select(RememberedAnswer)).one()
    assert row.sealed
    assert b"efa_cs_x" not in row.body
    assert memory.claim(session, "c", "k", "f").body == SECRET.body
    with pytest.raises(InvalidToken):
        Memory("another key of thirty-two letters").claim(session, "c", "k", "f")


def test_after_a_day_a_key_is_new(memory, session):
    with time_machine.travel(NOW, tick=False) as clock:
        remember(memory, session)
        clock.shift(timedelta(hours=24))
        assert memory.claim(session, "c", "k", "f") == ANSWER
        clock.shift(timedelta(seconds=1))
        assert memory.claim(session, "c", "k", "another") is None


def test_what_is_older_than_a_day_is_forgotten(memory, session):
    with time_machine.travel(NOW, tick=False) as clock:
        remember(memory, session, key="old")
        clock.shift(timedelta(hours=23))
        remember(memory, session, key="new")
        assert idempotency.forget_old(session) == 0
        clock.shift(timedelta(hours=2))
        assert idempotency.forget_old(session) == 1
    assert session.scalars(select(RememberedAnswer.key)).all() == ["new"]
