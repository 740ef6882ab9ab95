"""The shape of what the change feed and the audit trail tell."""

from marshmallow import fields

from registry.authz.actor import ActorKind
from registry.kit.schemas import Schema


class ChangeSchema(Schema):
    """One public change."""

    serial = fields.Integer(required=True)
    type = fields.String(required=True)
    time = fields.DateTime(required=True)
    organisation = fields.String(required=True, allow_none=True)
    service = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True)


class ActorSchema(Schema):
    """Who did it: never by name; `id` is a machine client's, or a person's random one until she is erased."""

    kind = fields.Enum(ActorKind, by_value=True, required=True)
    id = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)


class AuditEntrySchema(ChangeSchema):
    """One entry of the audit trail; `hash` vouches for it as soon as it is chained."""

    actor = fields.Nested(ActorSchema, required=True)
    subject = fields.String(required=True)
    before = fields.Dict(required=True)
    after = fields.Dict(required=True)
    request_id = fields.String(required=True, allow_none=True)
    public = fields.Boolean(required=True)
    hash = fields.String(required=True, allow_none=True)
