"""The shape of what is said about adoptions and deployments."""

import json

import pytest
from marshmallow import Schema, ValidationError

from registry.adoption import representation
from registry.adoption import service as adoption
from registry.adoption.models import AdoptionStatus, Environment
from registry.adoption.schemas import (
    AdoptionChangeSchema,
    AdoptionSchema,
    DeploymentSchema,
    FleetEntrySchema,
    MaturityAtLeast,
    NewDeploymentSchema,
)
from registry.authz.actor import NOBODY

CHANGE, REPORT = AdoptionChangeSchema(), NewDeploymentSchema()
LEAST = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"status": "live", "version": None, "model": None, "became": None, "platform": None, "note": None},
        {"note": {"de": "Zeile\nZeile"}, "evidence_url": "https://a.example", "visibility": "members"},
    ],
)
def test_a_declaration_may_say_as_much_as_it_likes(said):
    assert CHANGE.load(said).keys() == said.keys()


@pytest.mark.parametrize(
    "said",
    [
        {"status": "Live"},
        {"status": None},
        {"relation": "copy"},
        {"visibility": None},
        {"note": {"en": "no German"}},
        {"evidence_url": "javascript:alert(1)"},
        {"became": "No Slug"},
        {"contact": "x" * 255},
        {"demo": True},
        {"version": "1" * 65},
    ],
)
def test_a_declaration_of_another_shape_is_refused(said):
    with pytest.raises(ValidationError):
        CHANGE.load(said)


@pytest.mark.parametrize(
    "more",
    [
        {"maturity": {"model": "1.1", "level": 4}},
        {"maturity": {"model": "2.0", "level": 7}, "usage": None},
        {"usage": {"applications": 0, "period": "2026"}},
        {"usage": {"applications": 1, "period": "2026-12"}},
        {"usage": {"applications": 1, "period": "2026-Q4"}},
        {"occurred_at": "2026-05-01T10:00:00+02:00"},
        {"url": None, "note": None, "maturity": None},
    ],
)
def test_a_report_may_say_more_than_it_must(more):
    assert REPORT.load(LEAST | more)["version"] == "1.0.0"


@pytest.mark.parametrize(
    "more",
    [
        {"maturity": {"model": "1.1", "level": 5}},
        {"maturity": {"model": "2.0", "level": 8}},
        {"maturity": {"model": "2.0", "level": -1}},
        {"maturity": {"model": "2.0", "level": "5"}},
        {"maturity": {"model": "3.0", "level": 1}},
        {"maturity": {"model": "2.0"}},
        {"usage": {"applications": -1, "period": "2026"}},
        {"usage": {"applications": 1, "period": "2026-13"}},
        {"usage": {"applications": 1, "period": "2026-Q5"}},
        {"usage": {"applications": 1, "period": "26"}},
        {"usage": {"applications": 1}},
        {"occurred_at": "2026-05-01T10:00:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "9999-12-31T23:59:59-14:00"},
        {"occurred_at": "yesterday"},
        {"occurred_at": 5},
        {"environment": "prod"},
        {"status": None},
        {"declared_by": "kiel"},
    ],
)
def test_a_report_of_another_shape_is_refused(more):
    with pytest.raises(ValidationError):
        REPORT.load(LEAST | more)


@pytest.mark.parametrize("missing", LEAST)
def test_a_report_says_what_where_and_what_became_of_it(missing):
    with pytest.raises(ValidationError) as refused:
        REPORT.load({name: value for name, value in LEAST.items() if name != missing})
    assert list(refused.value.messages_dict) == [missing]


def test_a_filter_by_maturity_names_model_and_level():
    schema = Schema.from_dict({"maturity": MaturityAtLeast()})()
    assert schema.load({"maturity": "2.0:7"}) == {"maturity": ("2.0", 7)}
    for wrong in ("5", "2.0:8", "1.1:5", "3.0:1", "2.0:", "2.0:٣", "x" * 20):
        with pytest.raises(ValidationError):
            schema.load({"maturity": wrong})


def test_the_schemas_describe_just_what_is_told(session, world):
    world.declare(world.wiesbaden, status=AdoptionStatus.ROLLING_OUT)
    told = world.report(world.wiesbaden, "1.0.0", environment=Environment.PRODUCTION)
    it = json.loads(adoption.rendering(session, NOBODY, "a38", "wiesbaden").body)
    assert it.keys() == AdoptionSchema().fields.keys()
    assert (
        representation.deployment(told, service="a38", organisation="wiesbaden").keys()
        == DeploymentSchema().fields.keys()
    )
    (entry,) = adoption.fleet(session, NOBODY, "a38").items
    assert entry.keys() == FleetEntrySchema().fields.keys()
