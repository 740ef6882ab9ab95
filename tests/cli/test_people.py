import json

import pytest

from tests.cli.conftest import Shell

EMAIL = "anna.muster@city.example"


@pytest.mark.usefixtures("migrated")
def test_a_person_is_told_and_erased(shell: Shell):
    assert shell("members", "add", "kiel", EMAIL, "--role", "viewer").code == 0
    told = json.loads(shell("people", "export", EMAIL).out)
    assert told["people"][0]["email"] == EMAIL
    done = shell("people", "erase", EMAIL)
    assert (done.code, done.err) == (0, "")
    shell("people", "export", EMAIL).refused(1, "Nobody is known")
    shell("people", "erase", EMAIL).refused(1, "Nobody is known")


@pytest.mark.usefixtures("migrated")
def test_the_last_owner_is_refused_with_what_to_do(shell: Shell):
    assert shell("members", "add", "kiel", EMAIL, "--role", "owner").code == 0
    shell("people", "erase", EMAIL).refused(1, "kiel", "members add")
    assert shell("members", "add", "kiel", "bernd@city.example", "--role", "owner").code == 0
    assert shell("people", "erase", EMAIL).code == 0
