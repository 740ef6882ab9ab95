"""The shape of what the change feed tells."""

from marshmallow import fields

from registry.kit.schemas import Schema


class ChangeSchema(Schema):
    """One public change."""

    serial = fields.Integer(required=True)
    type = fields.String(required=True)
    time = fields.DateTime(required=True)
    organisation = fields.String(required=True, allow_none=True)
    service = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True)
