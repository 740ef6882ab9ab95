"""The shape of what is said about organisations, and to whom machine clients belong."""

from marshmallow import fields, validate

from registry.accounts.keys import STATES
from registry.accounts.models import OrganisationKind, Proof
from registry.authz.actor import Role, Scope
from registry.journal.schemas import ActorSchema
from registry.kit.schemas import Email, PublicKey, Schema, Slug, String, Url, one_of

#: To how many services a client may be narrowed.
SERVICES_MAX = 100


#: How the official keys begin.
LAND = "(0[1-9]|1[0-6])"


class LocationSchema(Schema):
    """A point on the map, WGS 84, in degrees."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, validate=validate.Range(-180, 180))


class OrganisationChangeSchema(Schema):
    """What may change about an organisation; kind, keys, state and population are the operator's to change."""

    name = String(200)
    website = Url(allow_none=True)
    email = Email(allow_none=True)
    location = fields.Nested(LocationSchema, allow_none=True)
    kind = one_of(OrganisationKind)
    ars = String(12, allow_none=True, metadata={"pattern": f"^{LAND}([0-9]{{3}}|[0-9]{{10}})?$"})
    ags = String(8, allow_none=True, metadata={"pattern": f"^{LAND}[0-9]{{6}}$"})
    state = fields.String(allow_none=True, validate=validate.OneOf(sorted(STATES.values())))
    population = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 1_000_000_000))
    parent = Slug(allow_none=True)
    four_eyes = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={"description": "Whether a second member approves each release before it is public."},
    )


class NewOrganisationSchema(OrganisationChangeSchema):
    """An organisation that is taken in."""

    slug = Slug(required=True)
    name = String(200, required=True)
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)


class OrganisationSchema(Schema):
    """An organisation as everybody reads it."""

    slug = Slug(required=True)
    name = String(200, required=True)
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    ars = String(12, required=True, allow_none=True)
    ags = String(8, required=True, allow_none=True)
    state = String(5, required=True, allow_none=True)
    population = fields.Integer(required=True, allow_none=True)
    location = fields.Nested(LocationSchema, required=True, allow_none=True)
    website = Url(required=True, allow_none=True)
    email = Email(required=True, allow_none=True)
    parent = Slug(required=True, allow_none=True)
    verified = fields.Enum(Proof, by_value=True, required=True, allow_none=True)
    demo = fields.Boolean(required=True, metadata={"description": "Demo data: not said by the organisation itself."})
    four_eyes = fields.Boolean(
        required=True,
        metadata={"description": "Whether a second member approves each release before it is public."},
    )


class MemberSchema(Schema):
    """A member, as owners read it."""

    id = fields.UUID(required=True)
    email = Email(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    since = fields.DateTime(required=True)


class ClientChangeSchema(Schema):
    """What may change about a machine client; what it loses its tokens lose at once."""

    name = String(100)
    scopes = fields.List(
        fields.Enum(Scope, by_value=True), validate=validate.Length(1, len(Scope)), metadata={"uniqueItems": True}
    )
    services = fields.List(
        Slug(),
        allow_none=True,
        validate=validate.Length(1, SERVICES_MAX),
        metadata={"uniqueItems": True, "description": "The only services that it may act on; null: all."},
    )
    expires_at = fields.AwareDateTime(allow_none=True)


class MemberChangeSchema(Schema):
    """What may change about a member."""

    role = fields.Enum(Role, by_value=True, required=True)


class NewInvitationSchema(Schema):
    """A role that is offered to an address."""

    email = Email(required=True)
    role = fields.Enum(Role, by_value=True, required=True)


class InvitationSchema(NewInvitationSchema):
    """An open invitation, as owners read it."""

    id = fields.UUID(required=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class ProofSchema(Schema):
    """How an organisation shows that a domain is its own: a TXT record of this name with this value."""

    verified = fields.Enum(Proof, by_value=True, required=True, allow_none=True)
    record_name = fields.String(required=True)
    record_type = fields.String(required=True, validate=validate.Equal("TXT"))
    record_value = fields.String(required=True)


class NewClientSchema(Schema):
    """A machine client that is set up."""

    name = String(100, load_default="client")
    scopes = fields.List(
        fields.Enum(Scope, by_value=True),
        required=True,
        validate=validate.Length(1, len(Scope)),
        metadata={"uniqueItems": True},
    )
    services = fields.List(
        Slug(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, SERVICES_MAX),
        metadata={"uniqueItems": True, "description": "The only services that it may act on; null: all."},
    )
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True)


class ClientSchema(Schema):
    """A machine client, as owners read it."""

    client_id = String(64, required=True)
    name = String(100, required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    services = fields.List(Slug(), required=True, allow_none=True)
    secret_begins = String(16, required=True, allow_none=True)
    former_secret_until = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until then the secret from before the last rotation is good, too."},
    )
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    last_used_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "To the hour."})


class ClientWithSecretSchema(ClientSchema):
    """A machine client; `client_secret` is shown this once."""

    client_secret = String(100, required=True)


class RotationSchema(Schema):
    """How long the secret that is replaced stays good, in seconds."""

    overlap = fields.Integer(strict=True, load_default=86_400, validate=validate.Range(0, 2_592_000))


class LeakedSecretsSchema(Schema):
    """Access tokens and client secrets that lay open somewhere."""

    secrets = fields.List(String(200), required=True, validate=validate.Length(1, 100))


class NewSigningKeySchema(Schema):
    """A key by which the organisation signs."""

    name = String(100, required=True)
    public_key = PublicKey(required=True)


class SigningKeySchema(Schema):
    """A key by which an organisation signs, or signed; `keyid` is the SHA-256 of the key in DER."""

    keyid = fields.String(required=True)
    name = String(100, required=True)
    public_key = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)


class MandateSchema(Schema):
    """That `provider` may adopt and report for `organisation`."""

    provider = Slug(required=True)
    organisation = Slug(required=True)
    given_at = fields.DateTime(required=True)
    given_by = fields.Nested(
        ActorSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Who gave it, as the audit trail tells it; null where that is not known."},
    )


def _bound(least: int, most: int, about: str) -> fields.Integer:
    return fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(least, most), metadata={"description": about}
    )


class LimitsChangeSchema(Schema):
    """How much an organisation may have other than usual; null: as usual."""

    services = _bound(0, 10**9, "Services.")
    releases = _bound(0, 10**9, "Releases of one service.")
    clients = _bound(0, 10**9, "Machine clients that were not ended.")
    members = _bound(0, 10**9, "Members.")
    storage_mb = _bound(0, 10**9, "Packages together, in millions of bytes.")
    package_mb = _bound(1, 100_000, "One package, in millions of bytes.")


class LimitsSchema(Schema):
    """How much an organisation may have."""

    services = fields.Integer(required=True)
    releases = fields.Integer(required=True, metadata={"description": "Of one service."})
    clients = fields.Integer(required=True)
    members = fields.Integer(required=True)
    storage_mb = fields.Integer(required=True, metadata={"description": "In millions of bytes."})
    package_mb = fields.Integer(required=True, metadata={"description": "In millions of bytes."})
