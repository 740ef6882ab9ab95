"""How much an organisation may have."""

from datetime import timedelta

import pytest

from registry.accounts import service as accounts
from registry.accounts.errors import QuotaReachedError
from registry.accounts.models import Organisation
from registry.accounts.service import Quota
from registry.authz.actor import Role, Scope
from registry.authz.errors import ScopeMissingError
from registry.journal.models import Entry
from registry.kit import clock
from registry.releases import service as releases
from tests.cast import OPERATOR

MG = "moenchengladbach"


@pytest.fixture
def bound(session):
    """Let Mönchengladbach have so much."""

    def change(**said):
        return accounts.change_limits(session, OPERATOR, MG, {Quota(name): number for name, number in said.items()})

    return change


def test_services_are_bounded_and_the_bound_is_raised(bound, make_service):
    bound(services=1)
    make_service()
    with pytest.raises(QuotaReachedError, match="services"):
        make_service("zweiter")
    make_service("kieler-woche", who="kiel-publisher")
    bound(services=2)
    make_service("zweiter")


def test_releases_of_a_service_are_bounded(bound, make_service, make_release):
    bound(releases=1)
    make_service()
    make_service("anderer")
    make_release()
    make_release("anderer")
    with pytest.raises(QuotaReachedError, match="releases"):
        make_release(version="1.1.0")


def test_what_an_organisation_stores_is_bounded(bound, make_service, make_release):
    make_service()
    make_service("anderer")
    bound(storage_mb=1)
    make_release()
    bound(storage_mb=0)
    with pytest.raises(QuotaReachedError, match="storage_mb"):
        make_release("anderer")


def test_clients_that_were_ended_do_not_count(bound, session):
    bound(clients=1)

    def make():
        return accounts.create_client(session, OPERATOR, MG, name="x", scopes=set(), expires_at=None)[0]

    first = make()
    with pytest.raises(QuotaReachedError, match="clients"):
        make()
    accounts.end_client(session, OPERATOR, MG, first.client_id)
    make()


def test_members_are_bounded(bound, session):
    bound(members=1)
    accounts.add_member(session, OPERATOR, MG, email="a@mg.example", role=Role.OWNER)
    with pytest.raises(QuotaReachedError, match="members"):
        accounts.add_member(session, OPERATOR, MG, email="b@mg.example", role=Role.VIEWER)


def test_a_package_may_be_as_large_as_its_organisation_may_have(bound, resources, session, make_service, actor_of):
    service, who = make_service(), actor_of("moenchengladbach-publisher")
    usual = resources.settings.limits
    assert releases.most(session, who, service, usual) == usual
    bound(package_mb=7)
    assert releases.most(session, who, service, usual).package_bytes == 7_000_000


def test_only_the_operator_moves_a_bound_and_the_journal_tells(bound, session, actor_of):
    with pytest.raises(ScopeMissingError):
        accounts.change_limits(session, actor_of("moenchengladbach-owner"), MG, {Quota.SERVICES: 9})
    assert Scope.REGISTRY_OPERATE in OPERATOR.scopes
    assert bound(services=9)[Quota.SERVICES] == 9
    assert bound(services=9)[Quota.SERVICES] == 9
    assert bound(services=None)[Quota.SERVICES] == 2_000
    session.flush()
    told = [
        (it.before, it.after) for it in session.query(Entry).filter_by(type="organisation.limits").order_by("serial")
    ]
    assert told == [({}, {"services": 9}), ({"services": 9}, {})]
    assert session.query(Organisation).filter_by(slug=MG).one().limits is None


def test_owners_are_told_how_much_there_is_and_nobody_else(session, actor_of, make_service, make_release):
    make_service()
    make_service("anderer")
    make_release()
    make_service("kieler-woche", who="kiel-publisher")
    owner, own = actor_of("moenchengladbach-owner"), accounts.find(session, OPERATOR, MG)
    accounts.add_member(session, OPERATOR, MG, email="a@m.example", role=Role.VIEWER)
    used = accounts.used(session, owner, own) | releases.used(session, owner, own)
    assert used == {Quota.CLIENTS: 0, Quota.MEMBERS: 1, Quota.SERVICES: 2, Quota.STORAGE_MB: 1}
    for tell in (accounts.used, releases.used):
        with pytest.raises(ScopeMissingError):
            tell(session, actor_of("moenchengladbach-publisher"), own)


def test_owners_are_told_which_clients_expire_soon(session, actor_of):
    owner = actor_of("moenchengladbach-owner")
    for name, days in (("bald", 3), ("vorbei", -1), ("später", 90), ("nie", None)):
        end = None if days is None else clock.now() + timedelta(days=days)
        accounts.create_client(session, owner, MG, name=name, scopes=[Scope.SERVICES_WRITE], expires_at=end)
    ending = accounts.expiring(session, owner, MG, within=timedelta(days=30))
    assert [client.name for client in ending] == ["vorbei", "bald"]


def test_members_are_told_which_releases_wait_for_them(session, actor_of, make_service, make_release):
    accounts.change(session, OPERATOR, MG, {"four_eyes": True})
    make_service()
    make_release()
    told = releases.awaiting(session, actor_of("moenchengladbach-viewer"))
    assert [(slug, version) for slug, _, version, _ in told] == [("wunschkennzeichen", "1.0.0")]
    assert releases.awaiting(session, actor_of("kiel-owner")) == []
