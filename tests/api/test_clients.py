"""Looking after machine clients: list, change, rotate, end; what leaked; what is about to expire."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.models import AccessToken, Client
from registry.accounts.service.tokens import checksum
from registry.authz.actor import Role, Scope
from registry.journal.models import Entry
from registry.kit import mail
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, good, pointers, refused
from tests.api.asking import SERVICE as KNOWN
from tests.cast import OPERATOR

CLIENTS = "/organisations/moenchengladbach/clients"
NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
SCOPES = ["releases:publish", "services:write"]
MANAGED_UNTIL = "2099-01-01T00:00:00Z"
#: What the documentation gives to secret scanners.
FOUND_BY = re.compile(r"efa_(?:at|cs)_[A-Za-z0-9_-]{49}")


@pytest.fixture
def program(call):
    """A machine client of Mönchengladbach, with its secret."""
    return good(call("POST", CLIENTS, {"scopes": SCOPES, "name": "ci"}, who=OWNER), 201)


@pytest.fixture
def path(program):
    return f"{CLIENTS}/{program['client_id']}"


@pytest.fixture
def ask(client):
    """Ask for a token with a secret; return the whole answer."""

    def post(program, secret=None):
        said = {"client_id": program["client_id"], "client_secret": secret or program["client_secret"]}
        return client.post("/oauth/token", data={**said, "grant_type": "client_credentials"})

    return post


@pytest.fixture
def bearer(ask):
    """Return the headers of a new token."""
    return lambda program: {"Authorization": f"Bearer {good(ask(program))['access_token']}"}


@pytest.fixture
def owner(resources):
    """Give Mönchengladbach an owner, and a member who is none."""
    with resources.database.transaction() as writing:
        accounts.add_member(writing, OPERATOR, "moenchengladbach", email="erika@mg.example", role=Role.OWNER)
        accounts.add_member(writing, OPERATOR, "moenchengladbach", email="max@mg.example", role=Role.PUBLISHER)


@pytest.fixture
def mails(resources):
    """Return the mails that are owed: to whom, and what they say."""

    def read():
        mail.send_due(resources.database, resources.seal, None)
        with resources.database.reading() as reading:
            return [(told.to, told.body) for _, told in mail.kept(reading, resources.seal)]

    return read


def last(resources, kind):
    with resources.database.reading() as reading:
        query = select(Entry).where(Entry.type == kind).order_by(Entry.serial.desc())
        return reading.scalars(query).first()


def test_clients_are_listed_and_read_without_their_secrets(call, program, path):
    told = good(call("GET", path, who=OWNER))
    assert "client_secret" not in told
    assert program == told | {"client_secret": program["client_secret"]}
    assert program["client_secret"].startswith(told["secret_begins"])
    assert len(told["secret_begins"]) == len("efa_cs_") + 4
    listed = good(call("GET", CLIENTS, who=OWNER))
    assert told in listed["items"]
    assert listed["total"] == len(listed["items"])
    assert program["client_secret"] not in str(listed)
    answer = call("GET", path, who=OWNER)
    known = {"If-None-Match": answer.headers["ETag"]}
    assert call("GET", path, who=OWNER, headers=known).status_code == 304


def test_a_client_of_another_organisation_is_not_found(call, path):
    foreign = path.replace("moenchengladbach/", "kiel/")
    for method in ("GET", "PATCH", "DELETE"):
        refused(call(method, foreign, {} if method == "PATCH" else None, who="kiel-owner", headers=ANYHOW), 404)
        refused(call(method, path, {} if method == "PATCH" else None, who="kiel-owner", headers=ANYHOW), 403)


def test_what_a_client_loses_its_tokens_lose_at_once(call, draft, program, path, bearer):
    its = bearer(program)
    good(call("PATCH", KNOWN, {"kind": "method"}, headers=its | ANYHOW))
    tag = call("GET", path, who=OWNER).headers["ETag"]
    changed = {"scopes": ["releases:publish"], "name": "nur veröffentlichen", "expires_at": "2099-01-01T00:00:00Z"}
    told = good(call("PATCH", path, changed, who=OWNER, headers={"If-Match": tag}))
    assert {name: told[name] for name in changed} == changed
    refused(call("PATCH", path, changed, who=OWNER, headers={"If-Match": tag}), 412)
    refused(call("PATCH", path, changed, who=OWNER), 428)
    refused(call("PATCH", KNOWN, {"kind": "method"}, headers=its | ANYHOW), 403, "scope-missing")


def test_a_token_follows_its_client_to_the_services_that_are_left(call, create, program, path, bearer):
    for slug in ("erster", "zweiter"):
        create(slug)
    its = bearer(program)
    assert good(call("PATCH", path, {"services": ["erster"]}, who=OWNER, headers=ANYHOW))["services"] == ["erster"]
    good(call("PATCH", "/services/erster", {"kind": "method"}, headers=its | ANYHOW))
    refused(call("PATCH", "/services/zweiter", {"kind": "method"}, headers=its | ANYHOW), 403, "token-narrowed")
    narrow = bearer(program)
    good(call("PATCH", path, {"services": ["zweiter"]}, who=OWNER, headers=ANYHOW))
    for slug in ("erster", "zweiter"):
        refused(call("PATCH", f"/services/{slug}", {"kind": "method"}, headers=narrow | ANYHOW), 403, "token-narrowed")
    assert good(call("PATCH", path, {"services": None}, who=OWNER, headers=ANYHOW))["services"] is None
    assert pointers(call("PATCH", path, {"services": ["keiner"]}, who=OWNER, headers=ANYHOW)) == ["#/services/0"]


def test_nobody_gives_a_client_what_he_does_not_hold(call, program, path):
    wanted = {"scopes": [*SCOPES, "registry:operate"]}
    refused(call("PATCH", path, wanted, who=OWNER, headers=ANYHOW), 422, "scope-not-grantable")
    # What it has it may keep, whoever else changes it.
    good(call("PATCH", path, {"scopes": SCOPES}, who="operator", headers=ANYHOW))


def test_a_client_that_is_ended_takes_everything_with_it(call, program, path, ask, bearer, resources):
    its = bearer(program)
    assert good(call("GET", "/services", headers=its))["items"] == []
    assert call("DELETE", path, who=OWNER, headers=ANYHOW).status_code == 204
    refused(call("GET", "/services", headers=its), 401, "token-invalid")
    assert ask(program).json["error"] == "invalid_client"
    refused(call("GET", path, who=OWNER), 404, "client-not-found")
    assert program["client_id"] not in str(good(call("GET", CLIENTS, who=OWNER)))
    with resources.database.reading() as reading:
        query = select(AccessToken).join(Client).where(Client.client_id == program["client_id"])
        assert all(token.revoked_at for token in reading.scalars(query))
    assert last(resources, "client.ended").subject == f"client:{program['client_id']}"


def test_after_a_rotation_both_secrets_are_good_for_a_while(call, program, path, ask, bearer):
    with time_machine.travel(datetime.now(UTC), tick=False) as moment:
        its = bearer(program)
        answer = call("POST", f"{path}/rotate", {}, who=OWNER)
        rotated = good(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert rotated["client_secret"] != program["client_secret"]
        assert rotated["former_secret_until"] is not None
        for secret in (program["client_secret"], rotated["client_secret"]):
            good(ask(program, secret))
        moment.shift(timedelta(hours=24, seconds=-1))
        good(ask(program))
        moment.shift(timedelta(seconds=1))
        assert ask(program).json["error"] == "invalid_client"
        good(ask(rotated))
        refused(call("GET", "/services", headers=its), 401)


def test_a_rotation_without_overlap_ends_the_old_secret_and_no_token(call, program, path, ask, bearer):
    its = bearer(program)
    rotated = good(call("POST", f"{path}/rotate", {"overlap": 0}, who=OWNER))
    assert rotated["former_secret_until"] is None
    assert ask(program).json["error"] == "invalid_client"
    good(ask(rotated))
    good(call("GET", "/services", headers=its))
    third = good(call("POST", f"{path}/rotate", {"overlap": 60}, who=OWNER))
    good(call("POST", f"{path}/rotate", {"overlap": 60}, who=OWNER))
    assert ask(rotated).json["error"] == "invalid_client"
    good(ask(third))


@ON_SQLITE
@pytest.mark.parametrize("overlap", [-1, 2_592_001, "1", 1.5, None])
def test_an_overlap_has_its_bounds(call, path, overlap):
    assert pointers(call("POST", f"{path}/rotate", {"overlap": overlap}, who=OWNER)) == ["#/overlap"]


def test_the_shells_client_has_no_secret_to_rotate(call, resources):
    with resources.database.transaction() as writing:
        accounts.issue_from_shell(writing, OPERATOR, "kiel", scopes=[], lifetime=timedelta(days=1))
    listed = good(call("GET", "/organisations/kiel/clients", who="kiel-owner"))["items"]
    (shell,) = [it for it in listed if it["name"] == "shell"]
    path = f"/organisations/kiel/clients/{shell['client_id']}"
    refused(call("POST", f"{path}/rotate", {}, who="kiel-owner"), 409, "client-without-secret")
    assert call("DELETE", path, who="kiel-owner", headers=ANYHOW).status_code == 204


def test_a_use_is_noted_to_the_hour_and_not_in_the_request(call, app, program, path, bearer):
    with time_machine.travel(NOW, tick=False) as moment:
        good(call("GET", "/services", headers=bearer(program)))
        assert good(call("GET", path, who=OWNER))["last_used_at"] is None
        app.extensions["client_uses"].flush()
        assert good(call("GET", path, who=OWNER))["last_used_at"] == "2026-05-04T12:00:00Z"
        moment.shift(timedelta(minutes=40))
        bearer(program)
        app.extensions["client_uses"].flush()
        assert good(call("GET", path, who=OWNER))["last_used_at"] == "2026-05-04T13:00:00Z"


def test_whoever_finds_a_token_ends_it(call, program, bearer, resources, owner, mails):
    its, other = bearer(program), bearer(program)
    found = its["Authorization"].removeprefix("Bearer ")
    answers = [call("POST", "/leaked-secrets", {"secrets": [said]}) for said in (found, found, "efa_at_unknown", "x")]
    assert [(answer.status_code, answer.get_data()) for answer in answers] == [(204, b"")] * 4
    refused(call("GET", "/services", headers=its), 401, "token-invalid")
    good(call("GET", "/services", headers=other))
    ((to, body),) = mails()
    assert to == "erika@mg.example"
    assert program["client_id"] in body
    assert found not in body
    entry = last(resources, "token.leaked")
    assert (entry.actor_kind, entry.organisation) == ("nobody", "moenchengladbach")


def test_whoever_finds_a_secret_ends_it_and_all_tokens(call, program, path, ask, bearer, resources, owner, mails):
    its = bearer(program)
    assert call("POST", "/leaked-secrets", {"secrets": [program["client_secret"]]}).status_code == 204
    refused(call("GET", "/services", headers=its), 401, "token-invalid")
    assert ask(program).json["error"] == "invalid_client"
    assert len(mails()) == 1
    rotated = good(call("POST", f"{path}/rotate", {}, who=OWNER))
    good(ask(rotated))
    again = good(call("POST", f"{path}/rotate", {}, who=OWNER))
    # The one from before the rotation alone: the new one stays good.
    assert call("POST", "/leaked-secrets", {"secrets": [rotated["client_secret"]]}).status_code == 204
    assert ask(rotated).json["error"] == "invalid_client"
    good(ask(again))


@ON_SQLITE
@pytest.mark.parametrize("secrets", [[], ["x"] * 101, ["x" * 201], "x", None])
def test_what_leaked_is_a_list_with_bounds(call, secrets):
    refused(call("POST", "/leaked-secrets", {"secrets": secrets}), 422)


def test_owners_are_warned_twice_ahead_and_no_more(program, resources, owner, mails):
    def warn():
        with resources.database.transaction() as writing:
            return accounts.warn_of_expiry(writing, OPERATOR)

    with time_machine.travel(NOW, tick=False) as moment:
        with resources.database.transaction() as writing:
            found = writing.scalars(select(Client).where(Client.client_id == program["client_id"])).one()
            found.expires_at = NOW + timedelta(days=20)
        told = []
        for _ in range(25):
            told.append(warn() + warn())
            moment.shift(timedelta(days=1))
        assert [day for day, number in enumerate(told) if number] == [6, 17]
        assert sum(told) == 2
        assert last(resources, "client.expiring").after == {"days": 3}
        assert [to for to, body in mails() if "2026-05-24" in body] == ["erika@mg.example"] * 2


def test_owners_are_warned_of_the_end_of_a_long_token_twice_and_of_a_short_one_never(resources, owner, mails):
    def warn():
        with resources.database.transaction() as writing:
            return accounts.warn_of_expiry(writing, OPERATOR)

    with time_machine.travel(NOW, tick=False) as moment:
        with resources.database.transaction() as writing:
            for days in (20, 14, 1):
                scopes, lasts = [Scope.SERVICES_WRITE], timedelta(days=days)
                accounts.issue_from_shell(writing, OPERATOR, "moenchengladbach", scopes=scopes, lifetime=lasts)
        told = []
        for _ in range(25):
            told.append(warn() + warn())
            moment.shift(timedelta(days=1))
        assert [day for day, number in enumerate(told) if number] == [6, 17]
        assert last(resources, "token.expiring").after == {"days": 3}
        assert len([to for to, body in mails() if "2026-05-24" in body]) == 2


def test_one_who_is_prolonged_is_warned_anew(call, program, path, resources):
    def warn_about(ends):
        good(call("PATCH", path, {"expires_at": ends.isoformat()}, who=OWNER, headers=ANYHOW))
        with resources.database.transaction() as writing:
            return accounts.warn_of_expiry(writing, OPERATOR)

    now = datetime.now(UTC)
    assert warn_about(now + timedelta(days=2)) == 1
    assert warn_about(now + timedelta(days=90)) == 0
    assert warn_about(now + timedelta(days=10)) == 1
    assert warn_about(now - timedelta(days=1)) == 0


def test_scanners_find_tokens_and_secrets_and_tell_them_from_what_looks_like_them(program, bearer):
    token = bearer(program)["Authorization"].removeprefix("Bearer ")
    for secret in (token, program["client_secret"]):
        assert FOUND_BY.fullmatch(secret)
        assert checksum(secret[:-6]) == secret[-6:]
    assert checksum(token[:-7] + "x") != token[-6:]


def test_a_client_of_an_organisation_with_a_long_name_has_an_identifier_that_fits(session):
    long = "verbandsgemeinde-" + "a" * 47
    said = {"slug": long, "name": "Lang", "kind": "association"}
    accounts.onboard(session, OPERATOR, **said)
    made, _ = accounts.create_client(session, OPERATOR, long, name="x", scopes=[], expires_at=None)
    assert len(made.client_id) <= 64


def test_nobody_gets_the_secret_of_a_client_that_may_more_than_he_does(call, path, ask, bearer, program):
    managing = good(call("POST", CLIENTS, {"scopes": ["organisation:manage"]}, who=OWNER), 201)
    before = bearer(program)
    refused(call("POST", f"{path}/rotate", {}, headers=bearer(managing)), 422, "scope-not-grantable")
    assert ask(program).status_code == 200
    assert good(call("GET", "/services", headers=before))["items"] == []
    good(call("POST", f"{CLIENTS}/{managing['client_id']}/rotate", {}, headers=bearer(managing)))


@pytest.fixture
def manager(call, ask):
    """A program that manages the organisation and has an end; with the headers of its token."""
    said = {"name": "manager", "scopes": ["organisation:manage", *SCOPES], "expires_at": MANAGED_UNTIL}
    made = good(call("POST", CLIENTS, said, who=OWNER), 201)
    headers = {"Authorization": f"Bearer {good(ask(made))['access_token']}"}
    return made, lambda method, path, body=None: call(method, path, body, headers={**headers, **ANYHOW})


class TestAProgramWithAnEnd:
    def test_it_does_not_prolong_itself(self, manager, resources):
        made, by_itself = manager
        own = f"{CLIENTS}/{made['client_id']}"
        for later in (None, "2099-01-02T00:00:00Z"):
            refused(by_itself("PATCH", own, {"expires_at": later}), 422, "client-outlives")
        assert good(by_itself("PATCH", own, {"expires_at": MANAGED_UNTIL}))["expires_at"] == MANAGED_UNTIL
        assert good(by_itself("POST", f"{own}/rotate", {}))["expires_at"] == MANAGED_UNTIL
        assert good(by_itself("PATCH", own, {"expires_at": "2098-01-01T00:00:00Z"}))["expires_at"][:4] == "2098"
        with resources.database.reading() as reading:
            ends = reading.scalar(select(Client.expires_at).where(Client.client_id == made["client_id"]))
        assert ends == datetime(2098, 1, 1, tzinfo=UTC)

    def test_what_it_sets_up_ends_with_it(self, manager):
        _, by_itself = manager
        assert good(by_itself("POST", CLIENTS, {"scopes": SCOPES}), 201)["expires_at"] == MANAGED_UNTIL
        sooner = {"scopes": SCOPES, "expires_at": "2098-12-31T00:00:00Z"}
        assert good(by_itself("POST", CLIENTS, sooner), 201)["expires_at"] == "2098-12-31T00:00:00Z"
        later = {"scopes": SCOPES, "expires_at": "2099-01-02T00:00:00Z"}
        answer = by_itself("POST", CLIENTS, later)
        refused(answer, 422, "client-outlives")
        assert pointers(answer) == ["#/expires_at"]

    def test_it_gets_no_secret_that_is_good_for_longer(self, manager, path, call):
        _, by_itself = manager
        refused(by_itself("POST", f"{path}/rotate", {}), 422, "client-outlives")
        good(by_itself("PATCH", path, {"expires_at": "2099-06-01T00:00:00Z"}))
        refused(by_itself("POST", f"{path}/rotate", {}), 422, "client-outlives")
        refused(by_itself("PATCH", path, {"expires_at": None}), 422, "client-outlives")
        good(by_itself("PATCH", path, {"expires_at": MANAGED_UNTIL}))
        good(by_itself("POST", f"{path}/rotate", {}))
        assert good(call("PATCH", path, {"expires_at": None}, who=OWNER, headers=ANYHOW))["expires_at"] is None
