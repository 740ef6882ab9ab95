"""Who acts for whom: tokens, clients, mandates and members, without HTTP."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.errors import (
    MandateNotFoundError,
    MemberExistsError,
    NotAProviderError,
    OrganisationNotFoundError,
    ScopeNotGrantableError,
    TokenInvalidError,
)
from registry.accounts.models import Mandate, Person
from registry.authz.actor import ROLE_SCOPES, Role, Scope
from registry.authz.errors import NotYoursError, ScopeMissingError
from registry.journal.models import Entry
from tests.cast import OPERATOR

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
WRITE = {Scope.SERVICES_WRITE}


def make_client(session, actor, slug="moenchengladbach", scopes=WRITE, expires_at=None, services=None):
    return accounts.create_client(
        session, actor, slug, name="ci", scopes=scopes, expires_at=expires_at, services=services
    )[0]


def authenticated(session, token):
    session.flush()
    return accounts.authenticate(session, token)


def last(session):
    session.flush()
    return session.scalars(select(Entry).order_by(Entry.serial.desc())).first()


def test_a_token_acts_for_its_organisation_with_its_scopes(session, actor_of):
    client = make_client(session, actor_of("moenchengladbach-owner"))
    actor = authenticated(session, accounts.issue(session, client, WRITE))
    assert (actor.id, actor.organisation) == (client.client_id, "moenchengladbach")
    assert actor.scopes == frozenset(WRITE)


def test_a_token_ends_with_its_hour(session, actor_of):
    with time_machine.travel(NOW, tick=False) as clock:
        token = accounts.issue(session, make_client(session, actor_of("moenchengladbach-owner")), WRITE)
        clock.shift(timedelta(hours=1, seconds=-1))
        authenticated(session, token)
        clock.shift(timedelta(seconds=1))
        with pytest.raises(TokenInvalidError):
            authenticated(session, token)


def test_a_token_ends_with_its_client(session, actor_of):
    with time_machine.travel(NOW, tick=False) as clock:
        ends = NOW + timedelta(minutes=10)
        client = make_client(session, actor_of("moenchengladbach-owner"), expires_at=ends)
        token = accounts.issue(session, client, WRITE, timedelta(days=30))
        clock.shift(timedelta(minutes=9))
        authenticated(session, token)
        clock.shift(timedelta(minutes=1))
        with pytest.raises(TokenInvalidError):
            authenticated(session, token)
        assert not client.is_open


def test_a_token_cannot_carry_more_than_its_client(session, actor_of):
    client = make_client(session, actor_of("moenchengladbach-owner"))
    with pytest.raises(ValueError, match="more than its client"):
        accounts.issue(session, client, {Scope.RELEASES_PUBLISH})


def test_a_token_of_a_narrowed_client_is_narrowed_too(session, actor_of, make_service):
    ours, other = make_service().id, make_service("anderer").id
    client = make_client(session, actor_of("moenchengladbach-owner"), services=[ours])
    assert authenticated(session, accounts.issue(session, client, WRITE)).services == {ours}
    assert authenticated(session, accounts.issue(session, client, WRITE, services=[ours])).services == {ours}
    for beyond in ([other], [ours, other]):
        with pytest.raises(ValueError, match="more than its client"):
            accounts.issue(session, client, WRITE, services=beyond)
    free = make_client(session, actor_of("moenchengladbach-owner"))
    assert authenticated(session, accounts.issue(session, free, WRITE)).services is None
    assert authenticated(session, accounts.issue(session, free, WRITE, services=[other])).services == {other}


def test_a_secret_opens_only_its_own_client(session, actor_of):
    owner = actor_of("moenchengladbach-owner")
    first, secret = accounts.create_client(session, owner, "moenchengladbach", name="a", scopes=WRITE, expires_at=None)
    second = make_client(session, owner)
    assert accounts.client_by_credentials(session, first.client_id, secret) is first
    assert accounts.client_by_credentials(session, second.client_id, secret) is None
    assert accounts.client_by_credentials(session, first.client_id, "") is None
    assert accounts.client_by_credentials(session, "nobody", secret) is None


def test_the_shells_client_has_no_secret_that_opens_it(session):
    token = accounts.issue_from_shell(session, OPERATOR, "kiel", scopes=WRITE, lifetime=timedelta(days=1))
    actor = authenticated(session, token)
    assert accounts.client_by_credentials(session, str(actor.id), "") is None
    again = accounts.issue_from_shell(
        session, OPERATOR, "kiel", scopes={Scope.RELEASES_PUBLISH}, lifetime=timedelta(days=1)
    )
    assert authenticated(session, again).id == actor.id
    assert authenticated(session, again).scopes == {Scope.RELEASES_PUBLISH}
    assert authenticated(session, token).scopes == WRITE


def test_nobody_passes_on_a_scope_that_he_does_not_hold(session, actor_of):
    with pytest.raises(ScopeNotGrantableError, match="registry:operate"):
        make_client(session, actor_of("moenchengladbach-owner"), scopes={Scope.REGISTRY_OPERATE, *WRITE})
    with pytest.raises(NotYoursError):
        make_client(session, actor_of("kiel-owner"))


def test_a_mandate_lets_a_provider_act_until_it_is_withdrawn(session, actor_of):
    owner, provider = actor_of("wiesbaden-owner"), actor_of("rechenzentrum-adopter")
    assert accounts.principal(session, provider, "wiesbaden").provider_id is None
    given = accounts.give_mandate(session, owner, "rechenzentrum", "wiesbaden")
    assert last(session).type == "mandate.given"
    assert accounts.give_mandate(session, owner, "rechenzentrum", "wiesbaden") is given
    assert accounts.principal(session, provider, "wiesbaden", lock=True).provider_id == provider.organisation_id
    accounts.withdraw_mandate(session, owner, "rechenzentrum", "wiesbaden")
    assert last(session).type == "mandate.withdrawn"
    assert accounts.principal(session, provider, "wiesbaden", lock=True).provider_id is None
    with pytest.raises(MandateNotFoundError):
        accounts.withdraw_mandate(session, owner, "rechenzentrum", "wiesbaden")


def test_a_mandate_is_not_withdrawn_under_what_is_being_done_by_it(resources, actor_of):
    provider = actor_of("rechenzentrum-adopter")
    done: list[str] = []

    def withdraw():
        with resources.database.transaction() as writing:
            accounts.withdraw_mandate(writing, OPERATOR, "rechenzentrum", "mainz")
        done.append("withdrawn")

    other = threading.Thread(target=withdraw)
    with resources.database.transaction() as writing:
        assert accounts.principal(writing, provider, "mainz", lock=True).provider_id == provider.organisation_id
        other.start()
        other.join(0.5)
        done.append("reported")
    other.join()
    assert done == ["reported", "withdrawn"]
    with resources.database.transaction() as writing:
        assert accounts.principal(writing, provider, "mainz", lock=True).provider_id is None


def test_only_the_one_who_is_represented_gives_and_withdraws_a_mandate(session, actor_of):
    for who in ("mainz-adopter", "moenchengladbach-owner"):
        with pytest.raises((NotYoursError, ScopeMissingError)):
            accounts.give_mandate(session, actor_of(who), "rechenzentrum", "wiesbaden")
    with pytest.raises(NotAProviderError):
        accounts.give_mandate(session, actor_of("wiesbaden-owner"), "kiel", "wiesbaden")
    with pytest.raises(OrganisationNotFoundError):
        accounts.give_mandate(session, actor_of("wiesbaden-owner"), "atlantis", "wiesbaden")
    assert len(session.scalars(select(Mandate)).all()) == 1


def test_both_sides_list_a_mandate(session, actor_of):
    owner = actor_of("wiesbaden-owner")
    accounts.give_mandate(session, owner, "rechenzentrum", "wiesbaden")
    assert [it.provider.slug for it in accounts.mandates(session, owner, "wiesbaden").items] == ["rechenzentrum"]
    held = accounts.mandates(session, OPERATOR, "rechenzentrum").items
    assert {it.principal.slug for it in held} == {"mainz", "wiesbaden"}


def test_a_person_is_a_member_of_an_organisation_once(session):
    for slug in ("kiel", "mainz"):
        accounts.add_member(session, OPERATOR, slug, email=" Erika@Stadt.example ", role=Role.OWNER)
    with pytest.raises(MemberExistsError):
        accounts.add_member(session, OPERATOR, "kiel", email="erika@stadt.example", role=Role.VIEWER)
    assert [person.email for person in session.scalars(select(Person))] == ["erika@stadt.example"]


def test_the_journal_names_no_person(session):
    accounts.add_member(session, OPERATOR, "kiel", email="erika@stadt.example", role=Role.OWNER)
    entry = last(session)
    assert entry.type == "member.added"
    assert "erika" not in f"{entry.subject} {entry.data} {entry.before} {entry.after}"


def test_roles_carry_the_scopes_of_the_contract():
    talk = {"subscriptions:write", "hospitations:write"}
    assert {role: set(map(str, scopes)) for role, scopes in ROLE_SCOPES.items()} == {
        Role.OWNER: set(map(str, Scope)) - {"registry:operate"},
        Role.PUBLISHER: {"services:write", "releases:publish"} | talk,
        Role.ADOPTER: {"adoptions:write", "deployments:report"} | talk,
        Role.VIEWER: set(),
    }
