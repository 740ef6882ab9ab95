"""What the fleet list tells, and what else is seen of adopters at a glance."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import event

from registry.accounts import service as accounts
from registry.adoption import service as adoption
from registry.adoption.models import AdoptionStatus, Visibility
from registry.adoption.service import Dot, Wanted
from registry.authz.actor import NOBODY
from registry.catalogue import service as catalogue
from registry.kit import clock
from tests.adoption.world import day
from tests.cast import OPERATOR


def entries(session, **more):
    return {entry["organisation"]: entry for entry in adoption.fleet(session, NOBODY, "a38", **more).items}


@pytest.mark.parametrize(
    ("version", "behind"),
    [("1.0.0", 2), ("1.1.0", 1), ("1.2.0", 1), ("2.0.0", 0), ("2.1.0-rc.1", 0), ("1.1.0-rc.1", 2)],
)
def test_behind_counts_newer_stable_releases_that_are_not_yanked(session, world, add_release, version, behind):
    # Published late, out of the versions' order.
    add_release(world.a38, "1.2.0", yanked_at=clock.now(), yanked_reason={"de": "kaputt"})
    add_release(world.a38, "2.1.0-rc.1")
    add_release(world.a38, "1.1.0-rc.1")
    world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT)
    world.report(world.wiesbaden, version, occurred_at=day(4))
    entry = entries(session)["wiesbaden"]
    assert (entry["version"], entry["behind"], entry["latest"]) == (version, behind, "2.0.0")
    assert entry["yanked"] == (version == "1.2.0")
    assert entry["since"] == "2026-05-04T08:00:00Z"


def test_a_deprecated_version_is_told(session, world, add_release):
    add_release(world.a38, "1.3.0", deprecated={"reason": {"de": "alt"}})
    for town, version in ((world.wiesbaden, "1.3.0"), (world.mainz, "2.0.0")):
        world.declare(town, status=AdoptionStatus.ROLLING_OUT)
        world.report(town, version)
    found = entries(session)
    assert [found[slug]["deprecated"] for slug in ("wiesbaden", "mainz")] == [True, False]
    assert not found["wiesbaden"]["advisory"]


def test_releases_of_other_services_do_not_count(session, world, offer):
    offer(world.moenchengladbach, "b39", "2.0.0", "3.0.0")
    world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT)
    world.report(world.wiesbaden, "2.0.0")
    assert entries(session)["wiesbaden"]["behind"] == 0


@pytest.mark.parametrize("status", AdoptionStatus)
def test_the_fleet_is_where_it_is_live(session, world, status):
    world.stand(world.wiesbaden, status)
    assert list(entries(session)) == ["wiesbaden"] * (status is AdoptionStatus.LIVE)


def test_who_did_not_say_which_version_is_not_behind(session, world):
    world.stand(world.wiesbaden, AdoptionStatus.LIVE)
    entry = entries(session)["wiesbaden"]
    assert (entry["version"], entry["behind"], entry["yanked"]) == (None, None, False)


def test_what_a_town_says_itself_runs_since_it_said_so(session, world):
    world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT, version="1.0.0")
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False):
        world.declare(world.wiesbaden, status=AdoptionStatus.LIVE)
    assert entries(session)["wiesbaden"]["since"] == "2026-06-01T12:00:00Z"
    with time_machine.travel("2026-07-01T12:00:00Z", tick=False):
        world.declare(world.wiesbaden, version="1.1.0")
        assert not entries(session)["wiesbaden"]["stale"]
    entry = entries(session)["wiesbaden"]
    assert (entry["since"], entry["version"], entry["behind"]) == ("2026-07-01T12:00:00Z", "1.1.0", 1)
    with time_machine.travel("2028-07-01T12:00:00Z", tick=False):
        assert entries(session)["wiesbaden"]["stale"]
    world.declare(world.wiesbaden, status=AdoptionStatus.RETIRED)
    assert adoption.find(session, NOBODY, "a38", "wiesbaden").since is None


def test_it_is_paged_by_organisation_and_asks_three_times_however_long(session, world, make_town):
    for name in ("trier", "worms", "bingen", "alzey"):
        town = make_town(name)
        world.declare(town, status=AdoptionStatus.ROLLING_OUT)
        world.report(town, "1.0.0")
    session.flush()
    said = []
    bind = session.get_bind()
    listen = (bind, "before_cursor_execute", lambda _c, _k, statement, *_rest: said.append(statement))
    event.listen(*listen)
    first = adoption.fleet(session, NOBODY, "a38", limit=3)
    event.remove(*listen)
    assert len(said) == 3
    assert [entry["organisation"] for entry in first.items] == ["alzey", "bingen", "trier"]
    rest = adoption.fleet(session, NOBODY, "a38", after=first.next, limit=3)
    assert ([entry["organisation"] for entry in rest.items], rest.total, rest.next) == (["worms"], 4, None)


def test_latest_is_what_the_service_says(session, world):
    world.stand(world.wiesbaden, AdoptionStatus.LIVE)
    catalogue.note_latest(session, world.moenchengladbach, world.a38, version="1.1.0", published_at=clock.now())
    assert entries(session)["wiesbaden"]["latest"] == "1.1.0"


def runs(session, actor=NOBODY, **more):
    """Return which organisations an overview of the A38 has, in its order."""
    return [it["organisation"] for it in adoption.overview(session, actor, Wanted(service="a38"), **more).items]


def test_an_overview_tells_of_all_who_adopt_what_people_call_things(session, world):
    world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
    world.declare(world.mainz, status=AdoptionStatus.ROLLING_OUT)
    world.report(world.mainz, "1.0.0", occurred_at=day(4))
    mainz, wiesbaden = adoption.overview(session, NOBODY, Wanted(service="a38")).items
    assert (mainz["organisation_name"], mainz["state"], mainz["behind"]) == ("Mainz", "DE-RP", 2)
    assert (wiesbaden["status"], wiesbaden["version"], wiesbaden["behind"]) == ("planned", None, None)
    assert wiesbaden["service_name"] == world.a38.name
    assert mainz["etag"] == adoption.find(session, NOBODY, "a38", "mainz").etag


def test_overdue_are_those_who_could_upgrade_and_have_not_stopped(session, world, add_release):
    add_release(world.a38, "1.5.0", yanked_at=clock.now(), yanked_reason={"de": "kaputt"})
    add_release(world.a38, "2.1.0-rc.1", deprecated={"reason": {"de": "alt"}})
    for town, version in ((world.wiesbaden, "1.0.0"), (world.mainz, "2.0.0")):
        world.declare(town, status=AdoptionStatus.ROLLING_OUT)
        world.report(town, version)
    assert runs(session, overdue=True) == ["wiesbaden"]
    world.declare(world.mainz, version="1.5.0")
    assert runs(session, overdue=True) == ["mainz", "wiesbaden"]
    world.declare(world.wiesbaden, status=AdoptionStatus.RETIRED)
    world.declare(world.mainz, version="2.1.0-rc.1")
    assert runs(session, overdue=True) == ["mainz"]


def test_ending_are_those_whose_word_ends_before_then(session, world):
    with time_machine.travel("2026-01-10T12:00:00Z", tick=False):
        world.declare(world.wiesbaden, status=AdoptionStatus.PLANNED)
    with time_machine.travel("2026-03-10T12:00:00Z", tick=False):
        world.declare(world.mainz, status=AdoptionStatus.PLANNED)
    assert runs(session, ending=datetime(2027, 2, 1, tzinfo=UTC)) == ["wiesbaden"]
    assert runs(session, ending=datetime(2027, 4, 1, tzinfo=UTC)) == ["mainz", "wiesbaden"]
    world.declare(world.mainz, status=AdoptionStatus.DECLINED)
    assert runs(session, ending=datetime(2028, 4, 1, tzinfo=UTC)) == ["wiesbaden"]


def test_an_overview_of_a_service_is_paged_by_name_and_hides_what_is_for_members(session, world):
    for town in (world.wiesbaden, world.mainz, world.kiel):
        world.declare(town, status=AdoptionStatus.PLANNED)
    world.declare(world.kiel, visibility=Visibility.MEMBERS)
    first = adoption.overview(session, world.mainz, Wanted(service="a38"), limit=2)
    assert [it["organisation"] for it in first.items] == ["kiel", "mainz"]
    assert runs(session, world.mainz, after=first.next) == ["wiesbaden"]
    assert runs(session) == ["mainz", "wiesbaden"]


def test_versions_are_counted_where_they_run_the_highest_first(session, world, make_town, add_release):
    add_release(world.a38, "1.5.0", yanked_at=clock.now(), yanked_reason={"de": "kaputt"})
    for name, version in (("trier", "1.5.0"), ("worms", "1.0.0"), ("bingen", "1.0.0"), ("alzey", "2.0.0")):
        town = make_town(name)
        world.declare(town, status=AdoptionStatus.ROLLING_OUT)
        world.report(town, version)
    world.stand(world.wiesbaden, AdoptionStatus.LIVE)
    world.declare(world.mainz, status=AdoptionStatus.PLANNED, version="1.1.0")
    found = adoption.versions(session, NOBODY, ["a38", "nowhere"])
    told = [(it["version"], it["adopters"], it["behind"], it["yanked"]) for it in found["a38"]]
    assert told == [("2.0.0", 1, 0, False), ("1.5.0", 1, 1, True), ("1.0.0", 2, 2, False), (None, 1, None, False)]
    assert found["nowhere"] == []


def test_the_map_has_each_adopter_once_however_much_it_reuses(session, world, offer):
    offer(world.moenchengladbach, "b39", "1.0.0")
    place = {"location": {"lat": 50.08, "lon": 8.24}}
    accounts.change(session, OPERATOR, "wiesbaden", place)
    for slug in ("a38", "b39"):
        adoption.declare(session, world.wiesbaden, slug, "wiesbaden", {"status": AdoptionStatus.ROLLING_OUT})
    world.declare(world.mainz, status=AdoptionStatus.PLANNED)
    world.declare(world.kiel, status=AdoptionStatus.PLANNED, visibility=Visibility.MEMBERS)
    spread = adoption.spread(session, NOBODY)
    assert spread.states == {"DE-HE": 1, "DE-RP": 1}
    assert spread.dots == [Dot("wiesbaden", "Wiesbaden", 50.08, 8.24, live=False)]
    world.report(world.wiesbaden, "1.0.0")
    assert adoption.spread(session, NOBODY, Wanted(service="a38")).dots[0].live
    assert not adoption.spread(session, NOBODY, Wanted(service="b39")).dots[0].live
    world.declare(world.mainz, status=AdoptionStatus.DECLINED)
    assert adoption.spread(session, NOBODY).states == {"DE-HE": 1}


def test_where_there_are_many_the_map_has_the_largest(session, world):
    for slug, people in (("wiesbaden", 278_474), ("mainz", 218_578), ("kiel", None)):
        place = {"location": {"lat": 50.0, "lon": 8.0}, "population": people}
        accounts.change(session, OPERATOR, slug, place)
    for town in (world.kiel, world.mainz, world.wiesbaden):
        world.declare(town, status=AdoptionStatus.PLANNED)
    assert [dot.slug for dot in adoption.spread(session, NOBODY, dots=2).dots] == ["wiesbaden", "mainz"]
    assert [dot.slug for dot in adoption.spread(session, NOBODY).dots] == ["wiesbaden", "mainz", "kiel"]


def test_whom_a_version_concerns_is_counted_as_a_whole_and_named_as_far_as_asked_for(session, world):
    for town in (world.wiesbaden, world.mainz):
        world.declare(town, status=AdoptionStatus.ROLLING_OUT, version="1.0.0")
    world.report(world.mainz, "1.0.0")
    world.declare(world.kiel, status=AdoptionStatus.ROLLING_OUT, version="1.1.0")
    found = adoption.affected(session, NOBODY, "a38", "1.0.0", limit=1)
    assert (found.total, found.live) == (2, 1)
    assert [one.organisation for one in found.shown] == ["mainz"]
