"""However many processes start at once, and however many open their links, one becomes the operator."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from registry.accounts.models import Person
from registry.sign_in import service as sign_in
from registry.sign_in.errors import LinkInvalidError
from registry.sign_in.models import SignIn

TOGETHER = 6


def at_once(act: Callable[[int], object]) -> list[object]:
    """Do the same in several threads at one moment; return what came of it."""
    ready, came = threading.Barrier(TOGETHER), []

    def run(number: int) -> None:
        ready.wait()
        came.append(act(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == TOGETHER
    return came


@pytest.mark.parametrize("late", [False, True])
def test_of_many_who_start_at_once_one_link_works_and_once(resources, late):
    def link(_number):
        with resources.database.transaction() as session:
            return sign_in.first_operator_link(session)

    secrets = at_once(link)
    with resources.database.reading() as session:
        assert len(session.scalars(select(SignIn)).all()) == 1

    def become(number):
        try:
            with resources.database.transaction() as session:
                sign_in.become_first_operator(session, secrets[number], email=f"{number}@land.example")
        except LinkInvalidError:
            return False
        return True

    def restart_or_become(number):
        """Open the links while others start again, and open theirs."""
        came = become(number)
        if late and not came:
            secrets[number] = link(number) or ""
            came = become(number)
        return came

    came = at_once(restart_or_become)
    with resources.database.reading() as session:
        operators = session.scalars(select(Person).where(Person.is_operator)).all()
    assert len(operators) == came.count(True) == 1
