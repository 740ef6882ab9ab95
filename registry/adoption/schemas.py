"""The shape of what is said about adoptions and deployments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema
from typing_extensions import override

from registry.adoption.models import AdoptionStatus, DeploymentStatus, Environment, Relation, Visibility
from registry.catalogue.models import ReuseModel
from registry.kit.schemas import TEXT_LIMIT, Localised, Schema, Slug, String, Url, one_of
from registry.releases import versions

#: The highest level of each version of the OZG maturity model; the lowest is 0.
MATURITY_LEVELS: Mapping[str, int] = {"1.1": 4, "2.0": 7}

_MATURITIES = {f"{model}:{level}": (model, level) for model, top in MATURITY_LEVELS.items() for level in range(top + 1)}
_PERIOD = validate.Regexp(
    r"\A20[0-9]{2}(-(0[1-9]|1[0-2]|Q[1-4]))?\Z", error="Must be a year, a month or a quarter: 2026, 2026-10, 2026-Q3."
)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class MaturityAtLeast(String):
    """A filter such as `2.0:5`: at least level 5 of the maturity model 2.0."""

    default_error_messages = {
        "maturity": "Must be a maturity model and a level, such as 2.0:5 or 1.1:3.",
    }

    def __init__(self) -> None:
        super().__init__(
            metadata={
                "description": "`model:level` that is reached somewhere: 1.1:3 or 2.0:5.",
                "enum": [*_MATURITIES],
            }
        )

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        said = _MATURITIES.get(super()._deserialize(value, attr, data, **kwargs))
        if said is None:
            raise self.make_error("maturity")
        return said


class AdoptionChangeSchema(Schema):
    """What an organisation says of its reuse; what is left out keeps its value. The first time needs a `status`."""

    status = one_of(AdoptionStatus)
    version = String(versions.LIMIT, allow_none=True)
    relation = one_of(Relation)
    model = fields.Enum(ReuseModel, by_value=True, allow_none=True)
    became = Slug(allow_none=True, metadata={"description": "The service that an adaptation is now."})
    platform = String(100, allow_none=True)
    contact = String(254, allow_none=True, metadata={"description": "A functional address; everybody sees it."})
    evidence_url = Url(allow_none=True)
    note = Localised(TEXT_LIMIT, lines=True, allow_none=True)
    visibility = one_of(Visibility)


class AdoptionSchema(AdoptionChangeSchema):
    """An adoption as it is read."""

    service = Slug(required=True)
    organisation = Slug(required=True)
    status = fields.Enum(AdoptionStatus, by_value=True, required=True)
    version = String(versions.LIMIT, required=True, allow_none=True)
    since = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Since when `version` runs in production."}
    )
    relation = fields.Enum(Relation, by_value=True, required=True)
    model = fields.Enum(ReuseModel, by_value=True, required=True, allow_none=True)
    became = Slug(required=True, allow_none=True)
    platform = String(100, required=True, allow_none=True)
    contact = String(254, required=True, allow_none=True)
    evidence_url = Url(required=True, allow_none=True)
    note = Localised(TEXT_LIMIT, lines=True, required=True, allow_none=True)
    visibility = fields.Enum(Visibility, by_value=True, required=True)
    declared_by = Slug(
        required=True, metadata={"description": "Who said it: the organisation itself, or its provider."}
    )
    declared_at = fields.DateTime(required=True)
    confirmed_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    stale = fields.Boolean(required=True, metadata={"description": "Nobody has confirmed it for a year."})


class MaturitySchema(Schema):
    """How mature a service is as it runs in one municipality, by a version of the OZG maturity model."""

    model = fields.String(required=True, validate=validate.OneOf(tuple(MATURITY_LEVELS)))
    level = fields.Integer(required=True, strict=True, validate=validate.Range(0, max(MATURITY_LEVELS.values())))

    @validates_schema
    def _level_fits_model(self, data: dict[str, Any], **_kwargs: object) -> None:
        highest = MATURITY_LEVELS[data["model"]]
        if data["level"] > highest:
            raise ValidationError(f"The model {data['model']} has levels 0 to {highest}.", "level")


class UsageSchema(Schema):
    """How many applications came in, and in which year, month or quarter."""

    applications = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000_000))
    period = fields.String(required=True, validate=_PERIOD)


class NewDeploymentSchema(Schema):
    """A report of a deployment; `occurred_at` is now unless said otherwise."""

    version = String(versions.LIMIT, required=True)
    environment = fields.Enum(Environment, by_value=True, required=True)
    status = fields.Enum(DeploymentStatus, by_value=True, required=True)
    url = Url(allow_none=True)
    occurred_at = fields.AwareDateTime(format="iso", validate=validate.Range(_EARLIEST, _LATEST))
    note = String(TEXT_LIMIT, lines=True, allow_none=True)
    maturity = fields.Nested(MaturitySchema, allow_none=True)
    usage = fields.Nested(UsageSchema, allow_none=True)


class DeploymentSchema(NewDeploymentSchema):
    """A report as it is read."""

    id = fields.UUID(required=True)
    service = Slug(required=True)
    organisation = Slug(required=True)
    version = String(versions.LIMIT, required=True)
    url = Url(required=True, allow_none=True)
    occurred_at = fields.AwareDateTime(required=True)
    note = String(TEXT_LIMIT, lines=True, required=True, allow_none=True)
    maturity = fields.Nested(MaturitySchema, required=True, allow_none=True)
    usage = fields.Nested(UsageSchema, required=True, allow_none=True)
    declared_by = Slug(required=True)
    reported_at = fields.DateTime(required=True)


class FleetEntrySchema(Schema):
    """What one adopter runs, and how far that is behind."""

    organisation = Slug(required=True)
    status = fields.Enum(AdoptionStatus, by_value=True, required=True)
    version = fields.String(
        required=True, allow_none=True, metadata={"description": "What runs there; null where the adopter did not say."}
    )
    since = fields.DateTime(required=True, allow_none=True)
    behind = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "How many stable releases, not yanked, are newer than `version`."},
    )
    latest = fields.String(required=True, allow_none=True)
    yanked = fields.Boolean(required=True)
    deprecated = fields.Boolean(required=True)
    advisory = fields.Boolean(required=True)
    stale = fields.Boolean(required=True)
    demo = fields.Boolean(required=True)
