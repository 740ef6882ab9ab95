"""Whoever starts the registry becomes its operator, once."""

from datetime import timedelta

import time_machine

from registry.kit import clock
from registry.sign_in import service as sign_in_service
from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


def _link(resources):
    with resources.database.transaction() as session:
        return sign_in_service.first_operator_link(session)


def test_the_start_up_link_makes_the_first_operator(resources, visit):
    here, secret = visit(), _link(resources)
    assert here.get(f"/first-operator?secret={secret}").status_code == 200
    assert here.post("/first-operator", {"secret": secret, "email": "betrieb@land.example"}).status_code == 303
    assert "Betrieb des Registers" in here.get("/account").text
    assert _link(resources) is None


def test_it_makes_no_second_one(resources, visit):
    here, other, secret = visit(), visit(), _link(resources)
    here.get("/first-operator")
    other.get("/first-operator")
    assert here.post("/first-operator", {"secret": secret, "email": "betrieb@land.example"}).status_code == 303
    assert other.post("/first-operator", {"secret": secret, "email": "else@land.example"}).status_code == 422


def test_of_several_links_the_newest_works(resources, visit):
    first, second = _link(resources), _link(resources)
    here = visit()
    here.get("/first-operator")
    assert here.post("/first-operator", {"secret": first, "email": "betrieb@land.example"}).status_code == 422
    assert here.post("/first-operator", {"secret": second, "email": "betrieb@land.example"}).status_code == 303


def test_it_holds_for_an_hour(resources, visit):
    here, secret = visit(), _link(resources)
    here.get("/first-operator")
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert here.post("/first-operator", {"secret": secret, "email": "betrieb@land.example"}).status_code == 422


def test_an_address_that_is_none_keeps_the_link(resources, visit):
    here, secret = visit(), _link(resources)
    here.get("/first-operator")
    answer = here.post("/first-operator", {"secret": secret, "email": "nothing"})
    assert answer.status_code == 422
    assert secret in answer.text
    assert here.post("/first-operator", {"secret": secret, "email": "betrieb@land.example"}).status_code == 303


def test_who_came_by_the_demo_is_nobody_where_none_runs(resources, visit):
    from dataclasses import replace

    demo = resources.settings
    resources.settings = replace(demo, demo=True)
    here = visit()
    here.get("/sign-in")
    assert here.post("/sign-in/demo", {"who": "operator"}).status_code == 303
    assert here.get("/account").status_code == 200
    assert _link(resources) is None
    resources.settings = demo
    with resources.database.transaction() as session:
        sign_in_service.end_demo(session)
    assert here.get("/account").status_code == 303
    assert _link(resources) is not None
