"""How an organisation says that it reuses a service."""

import json
from datetime import timedelta

import pytest
import time_machine

from registry.accounts import service as accounts
from registry.accounts.errors import OrganisationNotFoundError
from registry.adoption import representation
from registry.adoption import service as adoption
from registry.adoption.errors import (
    AdoptionInvalidError,
    AdoptionNotFoundError,
    AdoptionStatusNotOpenError,
    ServiceNotAdoptableError,
)
from registry.adoption.models import CONFIRMED_FOR, FIRST, NEXT, AdoptionStatus, Relation, Visibility
from registry.authz.actor import NOBODY
from registry.authz.errors import NotYoursError, TokenMissingError
from registry.catalogue import service as catalogue
from registry.catalogue.errors import ServiceNotFoundError
from registry.catalogue.models import ReuseModel
from registry.kit import clock
from registry.kit.rendering import render
from tests.cast import OPERATOR

pytestmark = pytest.mark.in_hundreds

ORDER = ["interested", "evaluating", "planned", "rolling_out", "live", "retired"]


def open_by_contract(now, then):
    """Say anew, in other words than the table of the code, what the contract lets follow."""
    if then == "declined":
        return now in ORDER[:4]
    if now in {"retired", "declined"}:
        return then == "evaluating"
    return ORDER.index(then) == ORDER.index(now) + 1


@pytest.mark.parametrize("now", AdoptionStatus)
@pytest.mark.parametrize("then", AdoptionStatus)
def test_a_status_moves_one_step_at_a_time(world, now, then):
    it = world.stand(world.wiesbaden, now)
    if then is now or open_by_contract(now, then):
        assert world.declare(world.wiesbaden, status=then).status is then
        return
    with pytest.raises(AdoptionStatusNotOpenError) as refused:
        world.declare(world.wiesbaden, status=then)
    assert all(status in refused.value.detail["en"] for status in NEXT[now])
    assert it.status is now


@pytest.mark.parametrize("status", AdoptionStatus)
def test_the_first_word_may_be_any_status_up_to_rolling_out(world, status):
    if status in FIRST:
        assert world.declare(world.wiesbaden, status=status).status is status
        return
    with pytest.raises(AdoptionStatusNotOpenError) as refused:
        world.declare(world.wiesbaden, status=status)
    assert "interested, evaluating, planned, rolling_out" in refused.value.detail["en"]


def test_the_first_word_needs_a_status(world):
    with pytest.raises(AdoptionInvalidError) as refused:
        world.declare(world.wiesbaden, version="1.0.0")
    assert [fault.pointer for fault in refused.value.faults] == ["#/status"]


def test_declaring_tells_whether_it_is_new(session, world):
    said = {"status": AdoptionStatus.PLANNED}
    assert adoption.declare(session, world.wiesbaden, "a38", "wiesbaden", said, demo=True)[1]
    it, created = adoption.declare(session, world.wiesbaden, "a38", "wiesbaden", said)
    assert not created
    assert it.demo


def test_what_is_left_out_keeps_its_value(session, world):
    everything = {
        "status": AdoptionStatus.ROLLING_OUT,
        "version": "1.0.0",
        "relation": Relation.METHOD,
        "model": ReuseModel.CO_USE,
        "platform": "Musterformular",
        "contact": "egov@wiesbaden.example",
        "evidence_url": "https://wiesbaden.example",
        "note": {"de": "gut"},
        "visibility": Visibility.MEMBERS,
    }
    world.declare(world.wiesbaden, **everything)
    world.declare(world.wiesbaden, status=AdoptionStatus.LIVE, note=None)
    body = json.loads(adoption.rendering(session, world.wiesbaden, "a38", "wiesbaden").body)
    assert {name: body[name] for name in everything} == everything | {"status": "live", "note": None}


def test_by_default_it_is_a_public_reuse(world):
    it = world.declare(world.wiesbaden, status=AdoptionStatus.INTERESTED)
    assert (it.relation, it.visibility, it.declared_by) == (Relation.REUSE, Visibility.PUBLIC, "wiesbaden")


@pytest.mark.parametrize("version", ["3.0.0", "9.9.9", "1.0"])
def test_a_version_must_be_published(world, version):
    with pytest.raises(AdoptionInvalidError) as refused:
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, version=version)
    assert [fault.pointer for fault in refused.value.faults] == ["#/version"]


def test_a_version_of_another_service_does_not_count(world, offer):
    offer(world.moenchengladbach, "b39", "5.0.0")
    with pytest.raises(AdoptionInvalidError):
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, version="5.0.0")


def test_every_fault_is_named_at_once(world):
    with pytest.raises(AdoptionInvalidError) as refused:
        world.declare(world.wiesbaden, version="9.9.9", became="nothing")
    assert [fault.pointer for fault in refused.value.faults] == ["#/status", "#/version", "#/became"]


def test_an_adaptation_names_what_it_became(world, offer):
    offer(world.wiesbaden, "a38-plus", "1.0.0")
    it = world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, relation=Relation.ADAPTATION, became="a38-plus")
    assert json.loads(it.rendering.body)["became"] == "a38-plus"
    assert json.loads(world.declare(world.wiesbaden, became=None).rendering.body)["became"] is None


@pytest.mark.parametrize("slug", ["a38", "own-draft", "nothing"])
def test_it_became_no_draft_and_not_itself(world, offer, slug):
    offer(world.wiesbaden, "own-draft")
    with pytest.raises(AdoptionInvalidError):
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, became=slug)


def test_what_is_wrong_is_told_before_what_is_not_open(world):
    with pytest.raises(AdoptionInvalidError):
        world.declare(world.wiesbaden, status=AdoptionStatus.LIVE, version="9.9.9")


class TestWho:
    def test_a_town_speaks_for_itself(self, session, world):
        with pytest.raises(NotYoursError):
            adoption.declare(session, world.kiel, "a38", "wiesbaden", {"status": AdoptionStatus.PLANNED})

    @pytest.mark.usefixtures("world")
    def test_nobody_does_not(self, session):
        with pytest.raises(TokenMissingError):
            adoption.declare(session, NOBODY, "a38", "wiesbaden", {"status": AdoptionStatus.PLANNED})

    def test_a_provider_speaks_for_those_whose_mandate_it_holds(self, session, world):
        it, _ = adoption.declare(session, world.provider, "a38", "mainz", {"status": AdoptionStatus.PLANNED})
        assert it.declared_by == "rechenzentrum"
        assert it.owner_id == world.mainz.organisation_id

    def test_a_provider_does_not_speak_for_others(self, session, world):
        with pytest.raises(NotYoursError):
            adoption.declare(session, world.provider, "a38", "wiesbaden", {"status": AdoptionStatus.PLANNED})

    def test_a_mandate_that_was_withdrawn_ends_it(self, session, world):
        accounts.withdraw_mandate(session, OPERATOR, "rechenzentrum", "mainz")
        with pytest.raises(NotYoursError):
            adoption.declare(session, world.provider, "a38", "mainz", {"status": AdoptionStatus.PLANNED})

    def test_a_stranger_learns_nothing_from_what_is_wrong(self, session, world):
        with pytest.raises(NotYoursError):
            adoption.declare(session, world.kiel, "a38", "wiesbaden", {"version": "9.9.9"})

    def test_the_door_asks_first_what_there_is(self, session, world):
        assert adoption.declared(session, world.wiesbaden, "a38", "wiesbaden") is None
        it = world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
        assert adoption.declared(session, world.wiesbaden, "a38", "wiesbaden") is it
        with pytest.raises(NotYoursError):
            adoption.declared(session, world.kiel, "a38", "wiesbaden")


class TestWhat:
    def test_the_draft_of_another_is_not_found(self, session, world, offer):
        offer(world.moenchengladbach, "draft")
        with pytest.raises(ServiceNotFoundError):
            adoption.declare(session, world.wiesbaden, "draft", "wiesbaden", {"status": AdoptionStatus.PLANNED})

    def test_ones_own_draft_cannot_be_adopted(self, session, world, offer):
        offer(world.wiesbaden, "draft")
        with pytest.raises(ServiceNotAdoptableError):
            adoption.declare(session, world.wiesbaden, "draft", "wiesbaden", {"status": AdoptionStatus.PLANNED})

    def test_an_organisation_must_exist(self, session, world):
        with pytest.raises(OrganisationNotFoundError):
            adoption.declare(session, world.wiesbaden, "a38", "nowhere", {"status": AdoptionStatus.PLANNED})

    @pytest.mark.parametrize(
        ("service", "organisation", "error"),
        [
            ("nothing", "wiesbaden", ServiceNotFoundError),
            ("a38", "nowhere", OrganisationNotFoundError),
            ("a38", "wiesbaden", AdoptionNotFoundError),
        ],
    )
    @pytest.mark.usefixtures("world")
    def test_what_is_missing_is_named(self, session, service, organisation, error):
        with pytest.raises(error):
            adoption.find(session, NOBODY, service, organisation)
        with pytest.raises(error):
            adoption.rendering(session, NOBODY, service, organisation)
        with pytest.raises(error):
            adoption.find(session, NOBODY, service, organisation, lock=True)


class TestConfirming:
    def test_a_claim_is_stale_after_a_year(self, session, world):
        with time_machine.travel("2025-03-01T12:00:00Z", tick=False) as traveller:
            it = world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
            assert it.expires_at == it.confirmed_at + timedelta(days=365)
            fresh = adoption.rendering(session, NOBODY, "a38", "wiesbaden")
            traveller.shift(CONFIRMED_FOR)
            assert adoption.rendering(session, NOBODY, "a38", "wiesbaden") == fresh
            traveller.shift(timedelta(seconds=1))
            stale = adoption.rendering(session, NOBODY, "a38", "wiesbaden")
            assert it.is_stale
        assert stale.etag != fresh.etag
        assert json.loads(stale.body) == json.loads(fresh.body) | {"stale": True}
        assert not json.loads(fresh.body)["stale"]

    def test_saying_nothing_new_confirms_the_claim(self, world):
        with time_machine.travel("2025-03-01T12:00:00Z", tick=False) as traveller:
            before = world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
            declared_at, updated_at = before.declared_at, before.updated_at
            traveller.shift(timedelta(days=400))
            it = world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
            assert not it.is_stale
            assert (it.confirmed_at, it.expires_at) == (clock.now(), clock.now() + CONFIRMED_FOR)
            assert (it.declared_at, it.updated_at) == (declared_at, updated_at)
            assert json.loads(it.rendering.body)["confirmed_at"] == "2026-04-05T12:00:00Z"
        assert len(world.entries("adoption.changed")) == 1
        (confirmed,) = world.entries("adoption.confirmed")
        assert not confirmed.public

    def test_a_change_confirms_too(self, world):
        with time_machine.travel("2025-03-01T12:00:00Z", tick=False) as traveller:
            world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
            traveller.shift(timedelta(days=400))
            it = world.declare(world.wiesbaden, platform="Formular")
            assert it.confirmed_at == it.declared_at == it.updated_at == clock.now()

    def test_what_was_said_in_the_past_keeps_its_day(self, session, world):
        past = clock.now() - timedelta(days=500)
        it, _ = adoption.declare(
            session, world.wiesbaden, "a38", "wiesbaden", {"status": AdoptionStatus.PLANNED}, at=past
        )
        assert (it.created_at, it.declared_at, it.confirmed_at) == (past, past, past)
        assert it.is_stale


class TestWhatFollows:
    def test_the_service_counts_public_adoptions_by_status(self, session, world):
        world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT)
        world.declare(world.mainz, status=AdoptionStatus.PLANNED)
        world.declare(world.kiel, status=AdoptionStatus.PLANNED, visibility=Visibility.MEMBERS)
        assert json.loads(catalogue.rendering(session, NOBODY, "a38").body)["adoption_counts"] == {
            "rolling_out": 1,
            "planned": 1,
        }
        assert world.a38.adopters == 1
        world.declare(world.kiel, visibility=Visibility.PUBLIC)
        world.declare(world.wiesbaden, status=AdoptionStatus.LIVE)
        assert (world.a38.adoption_counts, world.a38.adopters) == ({"live": 1, "planned": 2}, 1)
        world.declare(world.wiesbaden, visibility=Visibility.MEMBERS)
        assert (world.a38.adoption_counts, world.a38.adopters) == ({"planned": 2}, 0)

    def test_the_journal_keeps_facts_and_no_words(self, world):
        note = {"de": "Frau Geheim fragen"}
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, note=note, contact="geheim@wiesbaden.example")
        world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT, version="1.0.0")
        first, second = world.entries("adoption.changed")
        assert first.data == {
            "service": "a38",
            "organisation": "wiesbaden",
            "status": "planned",
            "version": None,
        }
        assert second.before == {"status": "planned", "version": None}
        assert second.after == {"status": "rolling_out", "version": "1.0.0", "fields": ["status", "version"]}
        assert (first.service, first.organisation, first.public) == ("a38", "wiesbaden", True)
        assert "eheim" not in str([vars(first), vars(second)])

    def test_what_members_alone_see_is_no_public_news(self, world):
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, visibility=Visibility.MEMBERS)
        assert [entry.public for entry in world.entries("adoption.changed")] == [False]

    def test_the_stored_representation_is_true(self, session, world, offer):
        offer(world.wiesbaden, "a38-plus", "1.0.0")
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED, became="a38-plus", note={"de": "ä"})
        session.expire_all()
        it = adoption.find(session, NOBODY, "a38", "wiesbaden")
        told = representation.adoption(it, service="a38", organisation="wiesbaden", became="a38-plus")
        assert render(told) == (it.stored, it.stored_etag)
        assert it.rendering == adoption.rendering(session, NOBODY, "a38", "wiesbaden")
        assert it.etag == it.rendering.etag
