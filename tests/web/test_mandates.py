"""An owner says who acts for the organisation, and by which keys it signs."""

import pytest

from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE
PEM = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""


@pytest.fixture
def owner(strong):
    return strong("wiesbaden")


def test_a_mandate_is_given_and_withdrawn(owner, call):
    assert "Niemand. Sie erklären und melden selbst." in owner.get("/organisation/mandates").text
    given = owner.post("/organisation/mandates", {"provider": "rechenzentrum"})
    assert given.headers["Location"] == "/organisation/mandates?done=given"
    page = owner.get("/organisation/mandates").text
    path = "/organisation/mandates/rechenzentrum/withdraw"
    assert path in page
    assert "Rechenzentrum Musterland" in owner.get(path).text
    assert owner.post(path).headers["Location"] == "/organisation/mandates?done=withdrawn"
    assert path not in owner.get("/organisation/mandates").text
    assert owner.post(path).status_code == 404


def test_a_provider_sees_for_whom_it_acts(strong):
    page = strong("rechenzentrum").get("/organisation/mandates").text
    assert "Für wen wir handeln" in page
    assert "Mainz" in page


@pytest.mark.parametrize("provider", ["", "Kein Slug", "kiel"])
def test_a_mandate_for_none_that_may_have_one_is_refused(owner, provider):
    answer = owner.post("/organisation/mandates", {"provider": provider})
    assert answer.status_code == 422
    assert "Bitte prüfen Sie Ihre Angaben" in answer.text


def test_a_key_is_registered_and_withdrawn(owner):
    answer = owner.post("/organisation/keys", {"name": "Release 2026", "public_key": PEM})
    assert answer.headers["Location"] == "/organisation/keys?done=added"
    page = owner.get("/organisation/keys").text
    assert "Release 2026" in page
    path = page.split('href="/organisation/keys/')[1].split('"')[0]
    assert "Schlüssel zurückziehen?" in owner.get(f"/organisation/keys/{path}").text
    assert owner.post(f"/organisation/keys/{path}").headers["Location"] == "/organisation/keys?done=withdrawn"
    assert "zurückgezogen am" in owner.get("/organisation/keys").text


@pytest.mark.parametrize(("name", "key", "field"), [("", PEM, "name"), ("x", "kein Schlüssel", "public_key")])
def test_a_wrong_key_is_said_beside_the_field(owner, name, key, field):
    answer = owner.post("/organisation/keys", {"name": name, "public_key": key})
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text


def test_a_key_that_is_there_already_is_refused_in_words(owner):
    said = {"name": "Release", "public_key": PEM}
    owner.post("/organisation/keys", said)
    answer = owner.post("/organisation/keys", said | {"name": "Noch einmal"})
    assert answer.status_code == 422
    assert "gibt es schon" in answer.text
    assert 'value="Noch einmal"' in answer.text


def test_a_viewer_sees_the_keys_and_changes_none(strong):
    page = strong("wiesbaden", "viewer").get("/organisation/keys").text
    assert "Noch keiner." in page
    assert "Schlüssel hinterlegen" not in page
