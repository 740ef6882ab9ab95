"""Who sees which adoptions, one by one and in lists."""

import json
from datetime import timedelta

import pytest
import time_machine

from registry.accounts.errors import OrganisationNotFoundError
from registry.adoption import service as adoption
from registry.adoption.errors import AdoptionNotFoundError
from registry.adoption.models import AdoptionStatus, DeploymentStatus, Relation, Visibility
from registry.authz.actor import NOBODY
from registry.authz.policy import Permission, can
from registry.catalogue.errors import ServiceNotFoundError
from registry.catalogue.models import ReuseModel
from registry.kit.paging import Page
from tests.adoption.world import day
from tests.cast import CAST


def slugs(page: Page[bytes]):
    return [json.loads(body)["organisation"] for body in page.items]


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("visibility", Visibility)
def test_lists_show_just_what_the_policy_lets_one_read(session, world, actor_of, who, visibility):
    it = world.stand(world.wiesbaden, AdoptionStatus.LIVE, visibility=visibility)
    asking = actor_of(who)
    may = can(asking, Permission.ADOPTION_READ, it)
    assert may == (visibility is Visibility.PUBLIC or who != "nobody")
    for page in (
        adoption.browse(session, asking, adoption.Wanted()),
        adoption.of_service(session, asking, "a38"),
        adoption.of_organisation(session, asking, "wiesbaden"),
    ):
        assert slugs(page) == ["wiesbaden"] * may
        assert page.total == may
    assert len(adoption.fleet(session, asking, "a38").items) == may
    if may:
        assert adoption.find(session, asking, "a38", "wiesbaden") is it
        assert adoption.deployments(session, asking, "a38", "wiesbaden").total == 0
        return
    for ask in (adoption.find, adoption.rendering, adoption.deployments):
        with pytest.raises(AdoptionNotFoundError):
            ask(session, asking, "a38", "wiesbaden")


@pytest.mark.usefixtures("world")
def test_a_list_of_what_does_not_exist_is_not_found(session):
    with pytest.raises(ServiceNotFoundError):
        adoption.of_service(session, NOBODY, "nothing")
    with pytest.raises(OrganisationNotFoundError):
        adoption.of_organisation(session, NOBODY, "nowhere")
    with pytest.raises(ServiceNotFoundError):
        adoption.fleet(session, NOBODY, "nothing")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["kiel", "mainz", "wiesbaden"]),
        ({"status": AdoptionStatus.PLANNED}, ["mainz"]),
        ({"relation": Relation.METHOD}, ["kiel"]),
        ({"model": ReuseModel.CO_USE}, ["mainz"]),
        ({"version": "1.1.0"}, ["wiesbaden"]),
        ({"organisation": "kiel"}, ["kiel"]),
        ({"service": "a38"}, ["kiel", "mainz", "wiesbaden"]),
        ({"service": "a38", "organisation": "mainz"}, ["mainz"]),
        ({"stale": True}, ["wiesbaden"]),
        ({"stale": False}, ["kiel", "mainz"]),
        ({"service": "nothing"}, []),
        ({"organisation": "nowhere"}, []),
    ],
)
def test_adoptions_are_filtered(session, world, wanted, found):
    with time_machine.travel("2025-01-01T12:00:00Z"):
        world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT, version="1.1.0")
    with time_machine.travel("2026-01-01T12:00:00Z") as traveller:
        world.declare(world.mainz, status=AdoptionStatus.PLANNED, model=ReuseModel.CO_USE)
        traveller.shift(timedelta(seconds=1))
        world.declare(world.kiel, status=AdoptionStatus.INTERESTED, relation=Relation.METHOD)
        traveller.shift(timedelta(days=30))
        page = adoption.browse(session, NOBODY, adoption.Wanted(**wanted))
        assert slugs(page) == found
        assert page.total == len(found)
        assert [json.loads(body)["stale"] for body in page.items] == [slug == "wiesbaden" for slug in found]


def test_pages_follow_one_another_though_others_write(session, world, make_town):
    for name in ("trier", "worms", "bingen", "alzey"):
        world.declare(make_town(name), status=AdoptionStatus.PLANNED)
    first = adoption.of_service(session, NOBODY, "a38", limit=2)
    assert (slugs(first), first.total) == (["alzey", "bingen"], 4)
    world.declare(world.kiel, status=AdoptionStatus.PLANNED)
    second = adoption.of_service(session, NOBODY, "a38", after=first.next, limit=2)
    assert (slugs(second), second.next) == (["worms", "trier"], None)


class TestSelecting:
    def test_adopters_and_adopted_are_those_who_reuse_it_for_all_to_see(self, session, world):
        world.stand(world.wiesbaden, AdoptionStatus.INTERESTED)
        world.stand(world.mainz, AdoptionStatus.LIVE, visibility=Visibility.MEMBERS)
        world.stand(world.kiel, AdoptionStatus.RETIRED)
        world.stand(world.moenchengladbach, AdoptionStatus.DECLINED)
        for query in (adoption.adopters(), adoption.adopters("a38")):
            assert session.scalars(query).all() == [world.wiesbaden.organisation_id]
        assert session.scalars(adoption.adopters("nothing")).all() == []
        assert session.scalars(adoption.adopted_by("wiesbaden")).all() == [world.a38.id]
        assert session.scalars(adoption.adopted_by("mainz")).all() == []
        assert session.scalars(adoption.adopted_by("kiel")).all() == []

    def rate(self, world, who, number, model, level, **more):
        world.report(who, "1.0.0", occurred_at=day(number), maturity={"model": model, "level": level}, **more)

    @pytest.mark.parametrize(
        ("model", "level", "there"), [("2.0", 4, True), ("2.0", 5, True), ("2.0", 6, False), ("1.1", 0, False)]
    )
    def test_a_service_is_as_mature_as_where_it_is_most(self, session, world, model, level, there):
        world.stand(world.wiesbaden, AdoptionStatus.ROLLING_OUT)
        world.stand(world.mainz, AdoptionStatus.ROLLING_OUT)
        self.rate(world, world.wiesbaden, 1, "1.1", 4)
        self.rate(world, world.wiesbaden, 3, "2.0", 2)
        self.rate(world, world.wiesbaden, 2, "2.0", 7)
        world.report(world.wiesbaden, "1.1.0", occurred_at=day(4))
        self.rate(world, world.mainz, 1, "2.0", 5)
        assert session.scalars(adoption.mature(model, level)).all() == [world.a38.id] * there

    @pytest.mark.parametrize("visibility", Visibility)
    def test_what_is_hidden_or_over_does_not_count(self, session, world, visibility):
        world.stand(world.wiesbaden, AdoptionStatus.ROLLING_OUT, visibility=visibility)
        self.rate(world, world.wiesbaden, 1, "2.0", 5)
        shown = [world.a38.id] * (visibility is Visibility.PUBLIC)
        assert session.scalars(adoption.mature("2.0", 5)).all() == shown
        world.report(world.wiesbaden, "1.0.0", DeploymentStatus.RETIRED)
        assert session.scalars(adoption.mature("2.0", 5)).all() == []

    def test_filters_meet(self, session, world, offer):
        other = offer(world.moenchengladbach, "b39", "1.0.0")
        adoption.declare(session, world.wiesbaden, "b39", "wiesbaden", {"status": AdoptionStatus.PLANNED})
        world.stand(world.wiesbaden, AdoptionStatus.ROLLING_OUT)
        self.rate(world, world.wiesbaden, 1, "2.0", 5)
        assert adoption.reused() is None
        assert self.ids(session, adopted_by_slug="wiesbaden") == {world.a38.id, other.id}
        assert self.ids(session, maturity=("2.0", 5)) == {world.a38.id}
        assert self.ids(session, adopted_by_slug="wiesbaden", maturity=("2.0", 5)) == {world.a38.id}
        assert self.ids(session, adopted_by_slug="mainz", maturity=("2.0", 5)) == set()

    def ids(self, session, **wanted):
        query = adoption.reused(**wanted)
        assert query is not None
        return set(session.scalars(query).all())
