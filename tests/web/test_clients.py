"""An owner sets programs up, renews their secrets and ends them; each secret is shown once."""

import re

import pytest
from sqlalchemy import func, select

from registry.accounts.models import Client
from registry.accounts.service.tokens import hint
from tests.api.asking import ON_SQLITE
from tests.cast import SERVICE

pytestmark = ON_SQLITE
NEW = {"name": "Pipeline", "scopes": "releases:publish", "expires_at": "2099-12-31"}


@pytest.fixture
def owner(strong):
    return strong("moenchengladbach")


def _shown(page):
    identifier = re.search(r'id="client-id">([^<]+)<', page)[1]
    return identifier, re.search(r'id="client-secret">([^<]+)<', page)[1]


def _token(client, identifier, secret):
    said = {"grant_type": "client_credentials", "client_id": identifier, "client_secret": secret}
    return client.post("/oauth/token", data=said).status_code


def _once(page):
    return page.split('name="once" value="')[1].split('"')[0]


def test_a_program_is_set_up_and_its_secret_works(owner, client):
    answer = owner.post("/organisation/clients", NEW)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    identifier, secret = _shown(answer.text)
    assert _token(client, identifier, secret) == 200
    listed = owner.get("/organisation/clients").text
    assert "Pipeline" in listed
    assert "31. Dezember 2099" in listed
    shown = owner.get(f"/organisation/clients/{identifier}").text
    assert secret not in listed + shown
    assert hint(secret) in shown


def test_what_is_loaded_anew_makes_no_second_program_and_shows_no_secret(owner, resources):
    said = NEW | {"once": _once(owner.get("/organisation/clients/new").text)}
    identifier, secret = _shown(owner.post("/organisation/clients", said).text)
    again = owner.post("/organisation/clients", said)
    assert again.headers["Location"] == f"/organisation/clients/{identifier}?done=shown"
    told = owner.get(again.headers["Location"]).text
    assert "Das Geheimnis wurde schon gezeigt." in told
    assert secret not in told
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).where(Client.name == "Pipeline")) == 1


def test_no_secret_gets_into_the_log_or_an_address(owner, capfd, caplog):
    answer = owner.post("/organisation/clients", NEW)
    _, secret = _shown(answer.text)
    said = capfd.readouterr()
    assert secret not in said.out + said.err + caplog.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": ""}, "scopes"),
        ({"scopes": "registry:operate"}, "scopes"),
        ({"expires_at": "morgen"}, "expires_at"),
        ({"services": "gibtesnicht"}, "services"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(owner, call, said, field):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    answer = owner.post("/organisation/clients", NEW | {"name": "Mein Programm"} | said)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-fault"' in answer.text
    if field != "name":
        assert 'value="Mein Programm"' in answer.text
    if field != "scopes":
        assert re.search(r'value="releases:publish"[^>]* checked', answer.text)


def test_a_program_is_kept_to_a_service(owner, call):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    identifier, _ = _shown(owner.post("/organisation/clients", NEW | {"services": "wunschkennzeichen"}).text)
    assert 'href="/services/wunschkennzeichen"' in owner.get(f"/organisation/clients/{identifier}").text


def test_a_new_secret_takes_over_while_the_one_before_stays_good(owner, client):
    identifier, first = _shown(owner.post("/organisation/clients", NEW).text)
    path = f"/organisation/clients/{identifier}"
    form = {"overlap": "3600", "once": _once(owner.get(path).text)}
    same, second = _shown(owner.post(f"{path}/rotate", form).text)
    assert same == identifier
    assert [_token(client, identifier, secret) for secret in (first, second)] == [200, 200]
    assert "Das vorige gilt noch" in owner.get(path).text
    assert owner.post(f"{path}/rotate", form).status_code == 303
    assert _token(client, identifier, second) == 200
    _, third = _shown(owner.post(f"{path}/rotate", {"overlap": "0"}).text)
    assert [_token(client, identifier, secret) for secret in (first, second, third)] == [401, 401, 200]


@pytest.mark.parametrize("overlap", ["", "soon", "-1", "99999999999"])
def test_an_overlap_that_there_is_not_is_refused(owner, overlap):
    identifier, _ = _shown(owner.post("/organisation/clients", NEW).text)
    answer = owner.post(f"/organisation/clients/{identifier}/rotate", {"overlap": overlap})
    assert answer.status_code == 422
    assert 'id="overlap-fault"' in answer.text


def test_a_program_is_renamed_and_prolonged(owner):
    identifier, _ = _shown(owner.post("/organisation/clients", NEW).text)
    path = f"/organisation/clients/{identifier}"
    assert 'value="2099-12-31"' in owner.get(path).text
    changed = owner.post(path, {"name": "Neuer Name", "expires_at": "2100-01-31"})
    assert changed.headers["Location"] == f"{path}?done=changed"
    page = owner.get(path).text
    assert "Neuer Name" in page
    assert "31. Januar 2100" in page
    wrong = owner.post(path, {"name": "x" * 101, "expires_at": "2100-01-31"})
    assert wrong.status_code == 422
    assert 'id="name-fault"' in wrong.text


def test_a_program_is_ended_after_a_question(owner, client):
    identifier, secret = _shown(owner.post("/organisation/clients", NEW).text)
    path = f"/organisation/clients/{identifier}/end"
    assert "Programm beenden?" in owner.get(path).text
    assert owner.post(path).headers["Location"] == "/organisation/clients?done=ended"
    assert _token(client, identifier, secret) == 401
    assert "Das Programm ist beendet." in owner.get("/organisation/clients?done=ended").text
    assert owner.post(path).status_code == 404


def test_the_program_of_another_organisation_is_not_found(owner, strong):
    identifier, _ = _shown(owner.post("/organisation/clients", NEW).text)
    assert strong("kiel").get(f"/organisation/clients/{identifier}").status_code == 404
