"""Who may: the table of permissions, and that lists obey the same rules as single things."""

from dataclasses import replace
from uuid import uuid4

import pytest

from registry.accounts.service import Principal
from registry.authz.actor import NOBODY, Actor, ActorKind, Scope, operator, system_for
from registry.authz.errors import (
    NotYoursError,
    ScopeMissingError,
    SecondFactorMissingError,
    TokenMissingError,
    TokenNarrowedError,
)
from registry.authz.policy import POLICY, STRONG, Permission, anyone, can, operating, require, require_scope
from registry.catalogue import service as catalogue
from registry.catalogue.errors import ServiceNotFoundError
from registry.catalogue.models import ServiceStatus, Sort
from registry.catalogue.service import Wanted, keeping
from registry.releases import service as releases
from registry.releases.errors import ReleaseNotFoundError
from tests.cast import CAST

WISHES = [Wanted(), Wanted(q="wunschkennzeichen"), Wanted(originator="moenchengladbach")]


def test_every_permission_has_its_rules():
    assert set(POLICY) == set(Permission)
    assert all(rules for _, rules in POLICY.values())


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("status", ServiceStatus)
def test_the_list_shows_just_what_the_policy_lets_one_read(session, actor_of, make_service, who, status):
    service = make_service()
    service.status = status
    keeping.settle(session, service)
    session.commit()
    actor = actor_of(who)
    may = can(actor, Permission.SERVICE_READ, service)
    try:
        found = catalogue.find(session, actor, service.slug) is service
    except ServiceNotFoundError:
        found = False
    try:
        rendered = bool(catalogue.rendering(session, actor, service.slug))
    except ServiceNotFoundError:
        rendered = False
    assert found == rendered == may
    for wanted in WISHES:
        for sort in (None, *Sort):
            told = catalogue.browse(session, actor, wanted, sort=sort)
            assert (len(told.page.items), told.page.total) == (int(may), int(may))
            assert any(told.facets.values()) == may


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("service_is_open", [True, False], ids=["open service", "hidden service"])
@pytest.mark.parametrize("is_draft", [True, False], ids=["draft", "published"])
def test_the_list_shows_just_the_releases_that_the_policy_lets_one_read(
    session, actor_of, make_service, make_release, who, service_is_open, is_draft
):
    service = make_service()
    if service_is_open:
        make_release(version="0.1.0")
    release = make_release(version="1.0.0", draft=is_draft)
    service.status = ServiceStatus.ACTIVE if service_is_open else ServiceStatus.DRAFT
    session.commit()
    actor = actor_of(who)
    sees_service = can(actor, Permission.SERVICE_READ, service)
    may = sees_service and can(actor, Permission.RELEASE_READ, release)
    for read in (releases.find, releases.rendering, releases.inspection, releases.download, releases.files):
        try:
            found = bool(read(session, actor, service.slug, "1.0.0"))
        except (ReleaseNotFoundError, ServiceNotFoundError):
            found = False
        assert found == may
    try:
        listed = releases.browse(session, actor, service.slug)
    except ServiceNotFoundError:
        assert not sees_service
        return
    assert listed.total == len(listed.items) == service_is_open + may


class Thing:
    """Something of Mönchengladbach."""

    def __init__(self, owner_id, *, is_public=False, provider_id=None, service_id=None):
        self.owner_id = owner_id
        self.is_public = is_public
        self.provider_id = provider_id
        self.service_id = service_id


def test_the_reasons_are_given_in_order(actor_of):
    own = actor_of("moenchengladbach-owner")
    thing = Thing(own.organisation_id)
    with pytest.raises(TokenMissingError):
        require(NOBODY, Permission.SERVICE_CHANGE, thing)
    with pytest.raises(ScopeMissingError, match="services:write"):
        require(actor_of("kiel-owner").__class__(ActorKind.CLIENT, "x"), Permission.SERVICE_CHANGE, thing)
    with pytest.raises(NotYoursError):
        require(actor_of("kiel-owner"), Permission.SERVICE_CHANGE, thing)
    require(own, Permission.SERVICE_CHANGE, thing)
    require_scope(NOBODY, Permission.SERVICE_READ)


def test_a_mandate_lets_one_adopt_and_report_and_nothing_else(actor_of):
    provider, town = actor_of("rechenzentrum-adopter"), actor_of("mainz-adopter")
    represented = Thing(town.organisation_id, provider_id=provider.organisation_id)
    assert can(provider, Permission.ADOPTION_DECLARE, represented)
    assert can(provider, Permission.DEPLOYMENT_REPORT, represented)
    full = Actor(ActorKind.CLIENT, "x", provider.organisation_id, "rechenzentrum", frozenset(Scope))
    assert not can(full, Permission.SERVICE_CHANGE, represented)
    assert not can(provider, Permission.ADOPTION_DECLARE, Thing(town.organisation_id))


def test_one_without_an_organisation_is_no_member_of_nothing():
    nobody_in_particular = Actor(ActorKind.CLIENT, "x", None, None, frozenset(Scope) - {Scope.REGISTRY_OPERATE})
    assert not can(nobody_in_particular, Permission.SERVICE_CHANGE, Thing(None))
    assert not can(nobody_in_particular, Permission.ADOPTION_DECLARE, Thing(None, provider_id=None))
    assert not can(nobody_in_particular, Permission.SERVICE_CREATE)


def test_the_operator_governs_and_does_not_publish(actor_of):
    its = actor_of("operator")
    thing = Thing(actor_of("moenchengladbach-owner").organisation_id)
    assert can(its, Permission.ORGANISATION_CREATE)
    assert can(its, Permission.SERVICE_READ, thing)
    for permission in (Permission.SERVICE_CHANGE, Permission.RELEASE_PUBLISH, Permission.ADOPTION_DECLARE):
        assert not can(its, permission, thing)


def test_a_narrowed_token_is_good_for_things_of_its_services_only(actor_of):
    own = actor_of("moenchengladbach-owner")
    ours, other = uuid4(), uuid4()
    narrowed = replace(own, services=frozenset({ours}))
    thing, of_other, of_none = (Thing(own.organisation_id, service_id=it) for it in (ours, other, None))
    require(narrowed, Permission.SERVICE_CHANGE, thing)
    for refused in (of_other, of_none, None):
        assert not can(narrowed, Permission.RELEASE_PUBLISH, refused)
    with pytest.raises(TokenNarrowedError):
        require(narrowed, Permission.SERVICE_CHANGE, of_other)
    with pytest.raises(TokenNarrowedError):
        require(narrowed, Permission.SERVICE_CREATE)
    with pytest.raises(NotYoursError):
        require(narrowed, Permission.SERVICE_CHANGE, Thing(uuid4(), service_id=ours))
    assert can(narrowed, Permission.SERVICE_READ, of_other)


def test_a_narrowed_token_does_not_operate_the_registry(actor_of):
    narrowed = replace(actor_of("operator"), services=frozenset({uuid4()}))
    assert not can(narrowed, Permission.ORGANISATION_CREATE)
    assert not can(narrowed, Permission.SERVICE_READ, Thing(uuid4()))


def test_the_registry_itself_acts_by_name():
    assert operator("seed").is_known
    assert not NOBODY.is_known
    assert system_for("seed", uuid4(), "kiel").organisation == "kiel"


def test_an_operator_without_a_second_factor_is_nobody_special(session, actor_of, make_service):
    weak = Actor(ActorKind.PERSON, str(uuid4()), scopes=frozenset({Scope.REGISTRY_OPERATE}), strong=False)
    hidden = make_service()
    session.commit()
    assert can(replace(weak, strong=True), Permission.SERVICE_READ, hidden)
    assert not can(weak, Permission.SERVICE_READ, hidden)
    for permission, (scope, rules) in POLICY.items():
        if operating in rules and anyone not in rules:
            assert not can(weak, permission, uuid4())
            with pytest.raises(SecondFactorMissingError):
                require(weak, permission, uuid4())
            assert scope in {None, *STRONG}


def test_an_owner_without_a_second_factor_may_not_what_she_would_be_refused():
    scopes = frozenset({Scope.ORGANISATION_MANAGE})
    weak = Actor(ActorKind.PERSON, str(uuid4()), uuid4(), "wiesbaden", scopes, strong=False)
    its = Principal(weak.organisation_id, "wiesbaden", None)
    assert can(replace(weak, strong=True), Permission.MEMBERS_READ, its)
    assert not can(weak, Permission.MEMBERS_READ, its)
