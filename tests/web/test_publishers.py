"""Owners say which pipelines a service trusts, after a second factor; nobody else does."""

import pytest
from sqlalchemy import select

from registry.accounts.models import Person
from registry.sign_in import service as sign_in_service
from tests.api.asking import ON_SQLITE, SLUG
from tests.cast import SERVICE

pytestmark = ON_SQLITE

PATH = f"/services/{SLUG}/publishers"
GITLAB = {"issuer": "https://gitlab.example", "project": "stadt/dienst", "ref": "refs/tags/*", "protected": "yes"}


@pytest.fixture
def environ(environ):
    return {**environ, "REGISTRY_TRUSTED_ISSUERS": "https://gitlab.example"}


@pytest.fixture
def enter(resources, visit, add_member, call):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201

    def come(organisation="moenchengladbach", *, strong=True):
        address = add_member(organisation)
        with resources.database.transaction() as session:
            person = session.scalars(select(Person).where(Person.email == address)).one()
            secret = sign_in_service.begin(session, person, device="Firefox", strong=strong)
        here = visit()
        here.client.set_cookie("__Host-session", secret, secure=True)
        here.get("/account")
        return here

    return come


def trusted(call):
    return call("GET", f"/services/{SLUG}/trusted-publishers", who="moenchengladbach-owner").json["items"]


def test_a_pipeline_is_trusted_once_and_then_no_more(enter, call):
    here = enter()
    assert "Noch keiner." in here.get(PATH).text
    once = {**GITLAB, "once": "1"}
    assert here.post(PATH, once).headers["Location"] == f"{PATH}?done=added"
    assert here.post(PATH, once).headers["Location"] == f"{PATH}?done=added"
    (one,) = trusted(call)
    assert (one["project"], one["ref"], one["protected"], one["environment"]) == (
        "stadt/dienst",
        "refs/tags/*",
        True,
        None,
    )
    assert "stadt/dienst" in here.get(f"{PATH}?done=added").text
    again = here.post(PATH, GITLAB)
    assert again.status_code == 422
    assert "vertraut dieser Pipeline schon" in again.text
    assert here.post(f"{PATH}/{one['id']}/remove").headers["Location"] == f"{PATH}?done=removed"
    assert trusted(call) == []


def test_what_is_wrong_is_said_and_kept(enter, call):
    here = enter()
    wrong = {**GITLAB, "ref": "main", "public_key": "kein Schlüssel", "project": ""}
    answer = here.post(PATH, wrong)
    assert answer.status_code == 422
    assert "Zweig oder Tag: Muss mit refs/heads/ oder refs/tags/ beginnen" in answer.text
    assert "Projekt: Pflichtangabe fehlt." in answer.text
    assert "kein Schlüssel" in answer.text
    foreign = here.post(PATH, {**GITLAB, "issuer": "https://evil.example"})
    assert foreign.status_code == 422
    assert "lässt „https://evil.example“ nicht zu" in foreign.text
    assert trusted(call) == []


def test_a_service_is_closed_to_all_but_pipelines_and_opened_again(enter, call):
    here = enter()
    assert here.post(f"{PATH}/only", {"only": "yes"}).headers["Location"] == f"{PATH}?done=closed"
    assert call("GET", f"/services/{SLUG}", who="moenchengladbach-owner").json["only_trusted_publishing"] is True
    assert 'value="yes" checked' in here.get(PATH).text
    assert here.post(f"{PATH}/only", {"only": "no"}).headers["Location"] == f"{PATH}?done=opened"
    assert call("GET", f"/services/{SLUG}", who="moenchengladbach-owner").json["only_trusted_publishing"] is False


def test_an_owner_without_a_passkey_is_led_to_it_and_others_are_refused(enter, call):
    weak = enter(strong=False)
    assert weak.get(PATH).headers["Location"] == f"/confirm?next={PATH}"
    assert weak.post(PATH, GITLAB).headers["Location"] == f"/confirm?next={PATH}"
    assert weak.post(f"{PATH}/only", {"only": "yes"}).headers["Location"] == f"/confirm?next={PATH}"
    assert trusted(call) == []
    stranger = enter("kiel")
    assert stranger.get(PATH).status_code == 404
    assert stranger.post(PATH, GITLAB).status_code == 404
