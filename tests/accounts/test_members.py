"""People come into an organisation, change, and go; an owner always stays."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.errors import (
    InvitationInvalidError,
    InvitationNotFoundError,
    LastOwnerError,
    MemberExistsError,
    MemberNotFoundError,
    NoDomainError,
    TokenInvalidError,
)
from registry.accounts.models import Membership
from registry.accounts.service.invitations import HOURLY
from registry.authz.actor import ROLE_SCOPES, Actor, ActorKind, Role, Scope
from registry.authz.errors import NotYoursError, ScopeMissingError, SecondFactorMissingError
from registry.kit import clock, mail
from registry.kit.limits import TooManyRequestsError
from registry.sign_in import service as sign_in
from tests.cast import OPERATOR

BASE = "https://registry.example"


@pytest.fixture
def member(session):
    def make(slug="wiesbaden", role=Role.OWNER, email=None):
        made = accounts.add_member(session, OPERATOR, slug, email=email or f"{role}@{slug}.example", role=role)
        session.commit()
        return made

    return make


@pytest.fixture
def person_of(session):
    def make(membership, *, strong=True):
        organisation = accounts.find(session, OPERATOR, "wiesbaden")
        scopes = ROLE_SCOPES[membership.role]
        return Actor(ActorKind.PERSON, str(membership.person_id), organisation.id, "wiesbaden", scopes, strong=strong)

    return make


def _signed_in(reading, secret):
    visitor = sign_in.resume(reading, secret, {})
    assert visitor is not None
    return visitor.actor


def _secret(resources):
    mail.send_due(resources.database, resources.seal, None)
    with resources.database.reading() as reading:
        body = mail.kept(reading, resources.seal)[0][1].body
    return body.partition("secret=")[2].split()[0]


def test_an_invitation_is_taken_up_by_who_reads_the_mail(resources, session, member, person_of):
    owner = person_of(member())
    accounts.invite(session, owner, "wiesbaden", email="Neu@Wiesbaden.example", role=Role.ADOPTER, base_url=BASE)
    session.commit()
    person, is_new = accounts.accept_invitation(session, _secret(resources))
    session.commit()
    assert is_new
    assert person.email == "neu@wiesbaden.example"
    assert session.get_one(Membership, (owner.organisation_id, person.id)).role is Role.ADOPTER
    assert accounts.invitations(session, owner, "wiesbaden").items == []


def test_an_invitation_works_once(resources, session, member, person_of):
    accounts.invite(session, person_of(member()), "wiesbaden", email="a@w.example", role=Role.VIEWER, base_url=BASE)
    session.commit()
    secret = _secret(resources)
    accounts.accept_invitation(session, secret)
    session.commit()
    with pytest.raises(InvitationInvalidError):
        accounts.accept_invitation(session, secret)


def test_an_invitation_ends_after_a_week(resources, session, member, person_of):
    accounts.invite(session, person_of(member()), "wiesbaden", email="a@w.example", role=Role.VIEWER, base_url=BASE)
    session.commit()
    secret = _secret(resources)
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(InvitationInvalidError):
        accounts.accept_invitation(session, secret)


def test_an_invitation_that_is_withdrawn_is_worth_nothing(resources, session, member, person_of):
    owner = person_of(member())
    made = accounts.invite(session, owner, "wiesbaden", email="a@w.example", role=Role.VIEWER, base_url=BASE)
    session.commit()
    secret = _secret(resources)
    accounts.withdraw_invitation(session, owner, "wiesbaden", made.id)
    session.commit()
    with pytest.raises(InvitationInvalidError):
        accounts.accept_invitation(session, secret)
    with pytest.raises(InvitationNotFoundError):
        accounts.withdraw_invitation(session, owner, "wiesbaden", made.id)


def test_a_new_invitation_takes_the_place_of_the_old_one(resources, session, member, person_of):
    owner = person_of(member())
    for role in (Role.VIEWER, Role.PUBLISHER):
        accounts.invite(session, owner, "wiesbaden", email="a@w.example", role=role, base_url=BASE)
        session.commit()
    [only] = accounts.invitations(session, owner, "wiesbaden").items
    assert only.role is Role.PUBLISHER


def test_who_is_a_member_is_not_invited_again(session, member, person_of):
    owner = person_of(member())
    with pytest.raises(MemberExistsError):
        accounts.invite(session, owner, "wiesbaden", email="owner@wiesbaden.example", role=Role.VIEWER, base_url=BASE)


def test_inviting_needs_an_owner_of_this_organisation_with_a_passkey(session, member, person_of):
    owner, viewer = member(), member(role=Role.VIEWER)
    said = {"email": "a@w.example", "role": Role.OWNER, "base_url": BASE}
    with pytest.raises(SecondFactorMissingError):
        accounts.invite(session, person_of(owner, strong=False), "wiesbaden", **said)
    with pytest.raises(ScopeMissingError):
        accounts.invite(session, person_of(viewer), "wiesbaden", **said)
    with pytest.raises(NotYoursError):
        accounts.invite(session, person_of(owner), "kiel", **said)


def test_the_last_owner_cannot_go_nor_become_less(session, member, person_of):
    only = member()
    owner = person_of(only)
    with pytest.raises(LastOwnerError):
        accounts.remove_member(session, owner, "wiesbaden", only.person_id)
    with pytest.raises(LastOwnerError):
        accounts.leave(session, owner, "wiesbaden", only.person_id)
    with pytest.raises(LastOwnerError):
        accounts.change_role(session, owner, "wiesbaden", only.person_id, role=Role.VIEWER)
    second = member(email="second@wiesbaden.example")
    accounts.leave(session, owner, "wiesbaden", only.person_id)
    with pytest.raises(LastOwnerError):
        accounts.leave(session, person_of(second), "wiesbaden", second.person_id)


def test_of_two_owners_who_leave_at_once_one_stays(resources, session, member, person_of):
    both = [person_of(member()), person_of(member(email="second@wiesbaden.example"))]
    session.commit()
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def go(owner):
        start.wait()
        try:
            with resources.database.transaction() as writing:
                accounts.leave(writing, owner, "wiesbaden", UUID(owner.id))
            outcomes.append("left")
        except LastOwnerError:
            outcomes.append("stays")

    threads = [threading.Thread(target=go, args=(owner,)) for owner in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["left", "stays"]


def test_removal_ends_every_right_at_once(resources, session, member, person_of):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    actor = person_of(leaving)
    secret = sign_in.begin(session, leaving.person, device="Firefox", strong=True)
    client, client_secret = accounts.create_client(
        session, actor, "wiesbaden", name="ci", scopes=[Scope.ADOPTIONS_WRITE], expires_at=None
    )
    token = accounts.issue(session, client, [Scope.ADOPTIONS_WRITE])
    session.commit()
    with resources.database.reading() as reading:
        assert _signed_in(reading, secret).organisation == "wiesbaden"
        assert accounts.authenticate(reading, token).organisation == "wiesbaden"
    assert accounts.remove_member(session, owner, "wiesbaden", leaving.person_id) == [client.client_id]
    session.commit()
    with resources.database.reading() as reading:
        actor = _signed_in(reading, secret)
        assert (actor.organisation, actor.scopes) == (None, frozenset())
        with pytest.raises(TokenInvalidError):
            accounts.authenticate(reading, token)
        assert accounts.client_by_credentials(reading, client.client_id, client_secret) is None


def test_a_member_of_a_provider_acts_for_its_principals_until_removed(resources, session):
    membership = accounts.add_member(session, OPERATOR, "rechenzentrum", email="ops@rz.example", role=Role.ADOPTER)
    secret = sign_in.begin(session, membership.person, device="Firefox", strong=False)
    accounts.add_member(session, OPERATOR, "rechenzentrum", email="boss@rz.example", role=Role.OWNER)
    session.commit()
    with resources.database.reading() as reading:
        actor = _signed_in(reading, secret)
        assert accounts.principal(reading, actor, "mainz").provider_id == actor.organisation_id
    accounts.remove_member(session, OPERATOR, "rechenzentrum", membership.person_id)
    session.commit()
    with resources.database.reading() as reading:
        actor = _signed_in(reading, secret)
        assert accounts.principal(reading, actor, "mainz").provider_id is None


def test_who_is_no_member_cannot_be_removed(session, member, person_of):
    owner, stranger = person_of(member()), member("kiel")
    with pytest.raises(MemberNotFoundError):
        accounts.remove_member(session, owner, "wiesbaden", stranger.person_id)
    assert session.scalar(select(Membership).where(Membership.person_id == stranger.person_id)) is not None


@pytest.fixture
def program_of(session):
    """Set up a program of a member's that may all that an owner may, and return who asks by it."""

    def make(owner):
        scopes = [Scope.ORGANISATION_MANAGE, Scope.ADOPTIONS_WRITE]
        made, _ = accounts.create_client(session, owner, "wiesbaden", name="hers", scopes=scopes, expires_at=None)
        token = accounts.issue(session, made, scopes)
        session.commit()
        return accounts.authenticate(session, token)

    return make


def test_what_a_removed_members_client_set_up_ends_with_her(session, member, person_of, program_of):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    mine = program_of(person_of(leaving))
    hidden, secret = accounts.create_client(
        session, mine, "wiesbaden", name="its", scopes=[Scope.ORGANISATION_MANAGE], expires_at=None
    )
    session.commit()
    ended = accounts.remove_member(session, owner, "wiesbaden", leaving.person_id)
    session.commit()
    assert ended == sorted([mine.id, hidden.client_id])
    assert accounts.client_by_credentials(session, hidden.client_id, secret) is None


def test_a_secret_that_a_removed_members_client_got_ends_with_her(session, member, person_of, program_of):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    mine = program_of(person_of(leaving))
    other, _ = accounts.create_client(
        session, owner, "wiesbaden", name="ci", scopes=[Scope.ADOPTIONS_WRITE], expires_at=None
    )
    _, secret = accounts.rotate(session, mine, "wiesbaden", other.client_id, overlap=timedelta(0))
    session.commit()
    ended = accounts.remove_member(session, owner, "wiesbaden", leaving.person_id)
    session.commit()
    assert ended == sorted([mine.id, other.client_id])
    assert accounts.client_by_credentials(session, other.client_id, secret) is None


def test_an_invitation_by_a_removed_members_client_ends_with_her(resources, session, member, person_of, program_of):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    mine = program_of(person_of(leaving))
    accounts.invite(session, mine, "wiesbaden", email="private@else.example", role=Role.OWNER, base_url=BASE)
    session.commit()
    secret = _secret(resources)
    accounts.remove_member(session, owner, "wiesbaden", leaving.person_id)
    session.commit()
    with pytest.raises(InvitationInvalidError):
        accounts.accept_invitation(session, secret)


@pytest.mark.parametrize("overlap", [timedelta(0), timedelta(days=1)])
def test_tokens_of_a_secret_that_a_removed_member_knew_end_with_her(session, member, person_of, overlap):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    client, _ = accounts.create_client(
        session, person_of(leaving), "wiesbaden", name="ci", scopes=[Scope.ADOPTIONS_WRITE], expires_at=None
    )
    token = accounts.issue(session, client, [Scope.ADOPTIONS_WRITE])
    accounts.rotate(session, owner, "wiesbaden", client.client_id, overlap=overlap)
    session.commit()
    assert accounts.authenticate(session, token).id == client.client_id
    assert accounts.remove_member(session, owner, "wiesbaden", leaving.person_id) == []
    session.commit()
    with pytest.raises(TokenInvalidError):
        accounts.authenticate(session, token)
    another = accounts.issue(session, client, [Scope.ADOPTIONS_WRITE])
    session.commit()
    assert accounts.authenticate(session, another).id == client.client_id


def test_who_becomes_less_keeps_no_program_that_may_more_than_she(resources, session, member, person_of, program_of):
    owner, less = person_of(member()), member(email="less@wiesbaden.example")
    program = program_of(person_of(less))
    kept, secret = accounts.create_client(
        session, person_of(less), "wiesbaden", name="ci", scopes=[Scope.ADOPTIONS_WRITE], expires_at=None
    )
    accounts.invite(session, program, "wiesbaden", email="private@else.example", role=Role.OWNER, base_url=BASE)
    session.commit()
    invited = _secret(resources)
    accounts.change_role(session, owner, "wiesbaden", less.person_id, role=Role.ADOPTER)
    session.commit()
    assert [it.client_id for it in accounts.clients(session, owner, "wiesbaden").items] == [kept.client_id]
    assert accounts.client_by_credentials(session, kept.client_id, secret) is not None
    with pytest.raises(InvitationInvalidError):
        accounts.accept_invitation(session, invited)
    accounts.change_role(session, owner, "wiesbaden", less.person_id, role=Role.VIEWER)
    session.commit()
    assert accounts.clients(session, owner, "wiesbaden").items == []


def test_who_becomes_more_keeps_her_programs(session, member, person_of):
    owner, more = person_of(member()), member(role=Role.ADOPTER)
    client, _ = accounts.create_client(session, owner, "wiesbaden", name="ci", scopes=[], expires_at=None)
    client.made_by = more.person_id
    accounts.change_role(session, owner, "wiesbaden", more.person_id, role=Role.OWNER)
    session.commit()
    assert client.is_open


def test_an_organisation_sends_no_more_than_so_many_invitations_an_hour(session, member, person_of):
    owner = person_of(member())
    said = {"role": Role.VIEWER, "base_url": BASE}
    with time_machine.travel(clock.now(), tick=False):
        for number in range(HOURLY):
            accounts.invite(session, owner, "wiesbaden", email=f"a{number}@wiesbaden.example", **said)
        with pytest.raises(TooManyRequestsError):
            accounts.invite(session, owner, "wiesbaden", email="one.more@wiesbaden.example", **said)


@pytest.mark.parametrize(
    "website", ["https://gießen.example", "https://www.", "https://192.0.2.1", "https://stadt", "https://a..b.example"]
)
def test_a_website_that_is_at_no_plain_domain_proves_nothing(session, member, person_of, website):
    owner = person_of(member())
    accounts.change(session, owner, "wiesbaden", {"website": website})
    with pytest.raises(NoDomainError):
        accounts.challenge(session, owner, "wiesbaden", key="k")


def test_with_a_member_go_the_secrets_and_invitations_that_she_knows(resources, session, member, person_of):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    actor = person_of(leaving)
    client, first = accounts.create_client(
        session, owner, "wiesbaden", name="ci", scopes=[Scope.ADOPTIONS_WRITE], expires_at=None
    )
    accounts.rotate(session, owner, "wiesbaden", client.client_id, overlap=timedelta(days=1))
    accounts.invite(session, actor, "wiesbaden", email="private@else.example", role=Role.OWNER, base_url=BASE)
    session.commit()
    secret = _secret(resources)
    assert accounts.client_by_credentials(session, client.client_id, first) is not None
    accounts.remove_member(session, owner, "wiesbaden", leaving.person_id)
    session.commit()
    assert accounts.client_by_credentials(session, client.client_id, first) is None
    with pytest.raises(InvitationInvalidError):
        accounts.accept_invitation(session, secret)


def test_a_client_ends_with_the_member_who_rotated_its_secret_last(session, member, person_of):
    owner, leaving = person_of(member()), member(email="going@wiesbaden.example")
    client, _ = accounts.create_client(
        session, owner, "wiesbaden", name="ci", scopes=[Scope.ADOPTIONS_WRITE], expires_at=None
    )
    accounts.rotate(session, person_of(leaving), "wiesbaden", client.client_id, overlap=timedelta(0))
    session.commit()
    assert accounts.remove_member(session, owner, "wiesbaden", leaving.person_id) == [client.client_id]
