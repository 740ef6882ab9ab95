"""What reports of deployments do to an adoption."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event

from registry.accounts.errors import OrganisationNotFoundError
from registry.adoption import representation
from registry.adoption import service as adoption
from registry.adoption.errors import (
    AdoptionMovedError,
    AdoptionNotFoundError,
    AdoptionStatusNotOpenError,
    DeploymentInvalidError,
)
from registry.adoption.models import AdoptionStatus, DeploymentStatus, Environment, Visibility
from registry.adoption.service import reporting
from registry.authz.actor import NOBODY
from registry.authz.errors import NotYoursError
from registry.catalogue.errors import ServiceNotFoundError
from registry.kit import clock
from tests.adoption.world import day

pytestmark = pytest.mark.in_hundreds

ROLLED_OUT, ROLLED_BACK = DeploymentStatus.ROLLED_OUT, DeploymentStatus.ROLLED_BACK
RETIRED = DeploymentStatus.RETIRED


@pytest.fixture
def town(world):
    world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
    return world.wiesbaden


@pytest.fixture
def it(session, town):
    return adoption.find(session, town, "a38", "wiesbaden")


@pytest.mark.parametrize("status", AdoptionStatus)
def test_a_roll_out_to_production_makes_it_live_from_any_status_but_declined(world, status):
    it = world.stand(world.wiesbaden, status)
    if status is AdoptionStatus.DECLINED:
        with pytest.raises(AdoptionStatusNotOpenError, match="evaluating"):
            world.report(world.wiesbaden, "1.1.0")
        return
    world.report(world.wiesbaden, "1.1.0", occurred_at=day(2))
    assert (it.status, it.version, it.since) == (AdoptionStatus.LIVE, "1.1.0", day(2))
    assert (world.a38.adoption_counts, world.a38.adopters) == ({"live": 1}, 1)


@pytest.mark.parametrize(
    ("environment", "status"),
    [pair for pair in itertools.product(Environment, DeploymentStatus) if pair != (Environment.PRODUCTION, ROLLED_OUT)],
)
def test_no_other_report_moves_what_does_not_run(world, town, it, environment, status):
    before = it.rendering
    world.report(town, "1.0.0", status, environment)
    assert it.rendering == before
    assert it.status is AdoptionStatus.PLANNED


@pytest.mark.parametrize("order", [*itertools.permutations(["1.0.0", "1.1.0", "2.0.0"])])
def test_reports_out_of_order_end_with_the_newest(world, town, it, order):
    days = {"1.0.0": 3, "1.1.0": 1, "2.0.0": 2}
    for version in order:
        world.report(town, version, occurred_at=day(days[version]))
    assert (it.version, it.since) == ("1.0.0", day(3))


def test_the_later_word_wins_where_two_are_of_one_moment(world, town, it):
    world.report(town, "1.1.0", occurred_at=day(1))
    world.report(town, "1.0.0", occurred_at=day(1))
    assert it.version == "1.0.0"


def test_the_same_version_again_changes_nothing(world, town, it):
    world.report(town, "1.0.0", occurred_at=day(1))
    before = it.rendering
    world.report(town, "1.0.0", occurred_at=day(2))
    assert it.rendering == before
    assert len(world.entries("adoption.changed")) == 2
    assert len(world.entries("deployment.reported")) == 2


class TestRetiring:
    @pytest.mark.parametrize("url", [None, "https://a.example"])
    def test_the_only_production_retired_is_all_retired(self, world, town, it, url):
        world.report(town, "1.0.0", occurred_at=day(1), url=url)
        world.report(town, "1.0.0", RETIRED, occurred_at=day(2), url=url)
        assert (it.status, it.version, it.since) == (AdoptionStatus.RETIRED, "1.0.0", None)
        assert (world.a38.adoption_counts, world.a38.adopters) == ({"retired": 1}, 0)

    def test_it_is_live_until_the_last_production_is_retired(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1), url="https://a.example")
        world.report(town, "1.1.0", occurred_at=day(2), url="https://b.example")
        world.report(town, "1.1.0", RETIRED, occurred_at=day(3), url="https://b.example")
        assert (it.status, it.version, it.since) == (AdoptionStatus.LIVE, "1.0.0", day(1))
        world.report(town, "1.0.0", RETIRED, occurred_at=day(4), url="https://a.example")
        assert it.status is AdoptionStatus.RETIRED

    def test_the_version_stays_while_another_production_runs_it(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1), url="https://a.example")
        world.report(town, "1.1.0", occurred_at=day(2), url="https://b.example")
        world.report(town, "1.0.0", RETIRED, occurred_at=day(3), url="https://a.example")
        assert (it.status, it.version) == (AdoptionStatus.LIVE, "1.1.0")

    @pytest.mark.parametrize("named", ["roll-out", "end"])
    def test_a_report_without_url_speaks_of_the_production_as_such(self, world, town, it, named):
        urls = {"roll-out": ("https://a.example", None), "end": (None, "https://a.example")}[named]
        world.report(town, "1.0.0", occurred_at=day(1), url=urls[0])
        world.report(town, "1.0.0", RETIRED, occurred_at=day(2), url=urls[1])
        assert it.status is AdoptionStatus.RETIRED

    @pytest.mark.parametrize("environment", [Environment.TEST, Environment.STAGING])
    def test_the_end_of_a_test_ends_nothing(self, world, town, it, environment):
        world.report(town, "1.0.0", occurred_at=day(1))
        world.report(town, "1.0.0", RETIRED, environment, occurred_at=day(2))
        assert it.status is AdoptionStatus.LIVE

    def test_an_end_that_came_late_does_not_end_what_began_after_it(self, world, town, it):
        world.report(town, "1.1.0", occurred_at=day(3))
        world.report(town, "1.0.0", RETIRED, occurred_at=day(2))
        assert (it.status, it.version) == (AdoptionStatus.LIVE, "1.1.0")

    def test_what_was_replaced_may_be_put_away(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1))
        world.report(town, "1.1.0", occurred_at=day(2))
        world.report(town, "1.0.0", RETIRED, occurred_at=day(3))
        assert (it.status, it.version, it.since) == (AdoptionStatus.LIVE, "1.1.0", day(2))
        world.report(town, "1.1.0", RETIRED, occurred_at=day(4))
        assert it.status is AdoptionStatus.RETIRED

    def test_what_came_back_and_ended_leaves_nothing_of_what_it_replaced(self, world, town, it):
        for number, version in enumerate(["1.0.0", "1.1.0", "1.0.0"], start=1):
            world.report(town, version, occurred_at=day(number))
        world.report(town, "1.0.0", RETIRED, occurred_at=day(4))
        assert it.status is AdoptionStatus.RETIRED

    def test_the_end_of_a_version_that_nobody_rolled_out_is_the_end_of_all(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1))
        world.report(town, "1.1.0", RETIRED, occurred_at=day(2))
        assert it.status is AdoptionStatus.RETIRED

    @pytest.mark.parametrize("late", [1, 2])
    def test_a_roll_out_that_came_late_does_not_undo_the_end(self, world, town, it, late):
        version, moment = {1: ("1.0.0", day(1)), 2: ("1.1.0", day(3))}[late]
        world.report(town, "1.1.0", occurred_at=day(2))
        world.report(town, "1.1.0", RETIRED, occurred_at=day(4))
        world.report(town, version, occurred_at=moment)
        assert (it.status, it.version) == (AdoptionStatus.RETIRED, "1.1.0")

    def test_it_may_come_to_life_again(self, world, town, it):
        world.report(town, "1.1.0", occurred_at=day(1))
        world.report(town, "1.1.0", RETIRED, occurred_at=day(2))
        world.report(town, "2.0.0", occurred_at=day(3))
        assert (it.status, it.version, it.since) == (AdoptionStatus.LIVE, "2.0.0", day(3))

    def test_what_the_town_said_without_any_report_ends_too(self, world):
        it = world.stand(world.wiesbaden, AdoptionStatus.LIVE)
        world.report(world.wiesbaden, "1.0.0", RETIRED)
        assert it.status is AdoptionStatus.RETIRED


class TestRollingBack:
    def test_it_falls_back_to_what_ran_before(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1))
        world.report(town, "1.1.0", occurred_at=day(2))
        world.report(town, "1.1.0", ROLLED_BACK, occurred_at=day(3))
        assert (it.status, it.version, it.since) == (AdoptionStatus.LIVE, "1.0.0", day(1))

    def test_with_nothing_before_it_stays_what_was_last(self, world, town, it):
        world.report(town, "1.1.0", occurred_at=day(2))
        world.report(town, "1.1.0", ROLLED_BACK, occurred_at=day(3))
        assert (it.status, it.version) == (AdoptionStatus.LIVE, "1.1.0")

    def test_what_was_never_rolled_out_takes_nothing_back(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1))
        world.report(town, "1.1.0", ROLLED_BACK, occurred_at=day(3))
        assert (it.version, it.since) == ("1.0.0", day(1))

    def test_a_second_attempt_counts(self, world, town, it):
        world.report(town, "1.0.0", occurred_at=day(1))
        for number, status in ((2, ROLLED_OUT), (3, ROLLED_BACK), (4, ROLLED_OUT)):
            world.report(town, "1.1.0", status, occurred_at=day(number))
        assert (it.version, it.since) == ("1.1.0", day(4))


class TestWho:
    def test_a_provider_reports_for_those_whose_mandate_it_holds(self, session, world):
        world.declare(world.mainz, status=AdoptionStatus.PLANNED)
        said = {"version": "1.0.0", "environment": Environment.PRODUCTION, "status": ROLLED_OUT}
        told = adoption.report(session, world.provider, "a38", "mainz", said)
        assert told.declared_by == "rechenzentrum"
        assert adoption.find(session, NOBODY, "a38", "mainz").status is AdoptionStatus.LIVE

    @pytest.mark.usefixtures("town")
    def test_nobody_reports_for_others(self, session, world):
        said = {"version": "9.9.9", "environment": Environment.TEST, "status": ROLLED_OUT}
        for stranger in (world.kiel, world.provider):
            with pytest.raises(NotYoursError):
                adoption.report(session, stranger, "a38", "wiesbaden", said)

    @pytest.mark.parametrize(
        ("service", "organisation", "error"),
        [
            ("nothing", "wiesbaden", ServiceNotFoundError),
            ("a38", "nowhere", OrganisationNotFoundError),
            ("a38", "wiesbaden", AdoptionNotFoundError),
        ],
    )
    def test_what_is_missing_is_named(self, session, world, service, organisation, error):
        for environment in Environment:
            said = {"version": "1.0.0", "environment": environment, "status": ROLLED_OUT}
            with pytest.raises(error):
                adoption.report(session, world.wiesbaden, service, organisation, said)


class TestWhat:
    @pytest.mark.parametrize("version", ["3.0.0", "9.9.9"])
    def test_a_version_must_be_published(self, world, town, version):
        with pytest.raises(DeploymentInvalidError) as refused:
            world.report(town, version)
        assert [fault.pointer for fault in refused.value.faults] == ["#/version"]

    def test_a_yanked_version_may_run(self, world, town, it, add_release):
        add_release(world.a38, "1.2.0", yanked_at=clock.now())
        world.report(town, "1.2.0")
        assert it.version == "1.2.0"

    @pytest.mark.parametrize(
        ("status", "ahead", "good"),
        [
            (ROLLED_OUT, timedelta(hours=23), True),
            (ROLLED_OUT, timedelta(hours=25), False),
            (DeploymentStatus.PLANNED, timedelta(days=300), True),
            (DeploymentStatus.PLANNED, timedelta(days=4000), False),
        ],
    )
    def test_only_a_plan_lies_in_the_future(self, world, town, status, ahead, good):
        moment = clock.now() + ahead
        if good:
            assert world.report(town, "1.0.0", status, occurred_at=moment).occurred_at == moment
            return
        with pytest.raises(DeploymentInvalidError) as refused:
            world.report(town, "1.0.0", status, occurred_at=moment)
        assert [fault.pointer for fault in refused.value.faults] == ["#/occurred_at"]

    def test_it_occurred_now_unless_said_otherwise(self, world, town):
        with time_machine.travel("2026-05-05T12:00:00Z", tick=False):
            told = world.report(town, "1.0.0")
            assert told.occurred_at == told.reported_at == clock.now()

    def test_everything_that_was_said_is_told(self, session, world, town):
        said = {
            "url": "https://a.example",
            "note": "gut",
            "maturity": {"model": "2.0", "level": 0},
            "usage": {"applications": 0, "period": "2026-Q3"},
        }
        told = world.report(town, "1.0.0", occurred_at=day(1), **said)
        session.expire_all()
        body = representation.deployment(told, service="a38", organisation="wiesbaden")
        assert {name: body[name] for name in said} == said
        assert body["occurred_at"] == "2026-05-01T08:00:00Z"
        bare = world.report(town, "1.0.0")
        assert (bare.maturity, bare.usage, bare.url, bare.note) == (None, None, None, None)

    def test_history_is_told_newest_first(self, session, world, town):
        for number, version in ((2, "1.1.0"), (3, "2.0.0"), (1, "1.0.0")):
            world.report(town, version, environment=Environment.TEST, occurred_at=day(number))
        page = adoption.deployments(session, NOBODY, "a38", "wiesbaden", limit=2)
        assert [told.version for told in page.items] == ["2.0.0", "1.1.0"]
        rest = adoption.deployments(session, NOBODY, "a38", "wiesbaden", after=page.next, limit=2)
        assert ([told.version for told in rest.items], rest.next, rest.total) == (["1.0.0"], None, 3)


class TestWhatFollows:
    def test_a_report_that_changes_the_adoption_confirms_it(self, session, world):
        with time_machine.travel("2025-01-01T12:00:00Z"):
            it = world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT)
        assert it.is_stale
        world.report(world.wiesbaden, "1.0.0")
        assert not it.is_stale
        assert it.rendering == adoption.rendering(session, NOBODY, "a38", "wiesbaden")

    def test_a_report_of_the_past_never_makes_it_older(self, session, town, it):
        confirmed_at = it.confirmed_at
        said = {"version": "1.0.0", "environment": Environment.PRODUCTION, "status": ROLLED_OUT}
        told = adoption.report(session, town, "a38", "wiesbaden", said, at=day(1))
        assert (told.occurred_at, it.since, it.confirmed_at) == (day(1), day(1), confirmed_at)

    @pytest.mark.parametrize("visibility", Visibility)
    def test_the_journal_tells_facts_to_those_who_may_know(self, world, town, visibility):
        world.declare(town, visibility=visibility)
        world.report(town, "1.0.0", note="Frau Geheim fragen", url="https://geheim.example")
        (told,) = world.entries("deployment.reported")
        facts = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}
        assert told.data == {"service": "a38", "organisation": "wiesbaden", **facts}
        assert told.public == (visibility is Visibility.PUBLIC)
        assert "eheim" not in str(vars(told))
        last = world.entries("adoption.changed")[-1]
        assert last.after == {"status": "live", "version": "1.0.0", "fields": ["status", "version"]}
        assert last.public == told.public

    @pytest.mark.parametrize(("environment", "most"), [(Environment.TEST, 4), (Environment.PRODUCTION, 5)])
    def test_a_report_that_changes_nothing_is_a_handful_of_statements(self, session, world, town, environment, most):
        world.report(town, "1.0.0", environment=environment, occurred_at=day(1))
        session.flush()
        session.expunge_all()
        said = []
        bind = session.get_bind()
        listen = (bind, "before_cursor_execute", lambda _c, _k, statement, *_rest: said.append(statement))
        event.listen(*listen)
        world.report(town, "1.0.0", environment=environment, occurred_at=day(2))
        session.flush()
        event.remove(*listen)
        assert len(said) <= most, said
        assert not any(" services" in statement and "FOR" in statement for statement in said)

    def test_one_that_another_moved_at_the_same_moment_is_refused(self, monkeypatch, world, town):
        before = reporting.standing
        monkeypatch.setattr(reporting, "standing", lambda *asked: replace(before(*asked), status=AdoptionStatus.LIVE))
        with pytest.raises(AdoptionMovedError):
            world.report(town, "1.0.0")
