"""The shape of what is said about services."""

from marshmallow import fields, validate

from registry.accounts.keys import STATES
from registry.catalogue.models import (
    Account,
    ContactRole,
    CostKey,
    ReuseModel,
    ServiceKind,
    ServiceStatus,
    Sort,
    TrustLevel,
)
from registry.catalogue.topics import TOPICS
from registry.kit.schemas import (
    LONG_TEXT_LIMIT,
    TEXT_LIMIT,
    Email,
    Localised,
    PublicKey,
    Schema,
    Slug,
    String,
    Url,
    at_most,
    one_of,
)

LeikaKey = validate.Regexp(r"\A[0-9]{14}\Z", error="Must be a LeiKa key of 14 digits.")
OzgId = validate.Regexp(r"\A[0-9]{5}\Z", error="Must be an OZG ID of 5 digits.")


class ContactSchema(Schema):
    """Whom to ask; shown to everybody only with consent (`public`)."""

    name = String(200, required=True)
    role = fields.Enum(ContactRole, by_value=True, required=True)
    email = Email(load_default=None, allow_none=True)
    phone = String(50, load_default=None, allow_none=True)
    public = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class RightsSchema(Schema):
    """Software licence, content licence and the contractual right to pass something on are three things."""

    software = Localised(TEXT_LIMIT, lines=True)
    content = Localised(TEXT_LIMIT, lines=True)
    contractual = Localised(TEXT_LIMIT, lines=True)


class CostSchema(Schema):
    """By what the costs are split, and what to know about it."""

    key = fields.Enum(CostKey, by_value=True, required=True)
    note = Localised(TEXT_LIMIT, lines=True)


class AwardSchema(Schema):
    """A prize that the service has won."""

    issuer = String(200, required=True)
    name = String(200, required=True)
    year = fields.Integer(required=True, strict=True, validate=validate.Range(1990, 2100))
    url = Url(load_default=None, allow_none=True)


class ServiceChangeSchema(Schema):
    """What may change about a service."""

    kind = one_of(ServiceKind)
    name = Localised(200)
    summary = Localised(500)
    description = Localised(LONG_TEXT_LIMIT, lines=True, allow_none=True, metadata={"description": "Markdown."})
    is_based_on = Slug(allow_none=True)
    status = one_of(ServiceStatus)
    successor = Slug(allow_none=True)
    topic = fields.String(validate=validate.OneOf(TOPICS))
    keywords = fields.List(String(64), validate=at_most(50))
    leika = fields.List(fields.String(validate=LeikaKey), validate=at_most(50))
    ozg_id = fields.String(allow_none=True, validate=OzgId)
    licence = String(200, metadata={"description": "An SPDX licence expression."})
    rights = fields.Nested(RightsSchema)
    trust_level = fields.Enum(TrustLevel, by_value=True, allow_none=True)
    accounts = fields.List(one_of(Account), validate=at_most(3))
    reuse_models = fields.List(one_of(ReuseModel), validate=at_most(3))
    cost = fields.Nested(CostSchema, allow_none=True)
    platforms = fields.List(String(100), validate=at_most(50))
    repository_url = Url(allow_none=True)
    demo_url = Url(allow_none=True)
    contacts = fields.List(fields.Nested(ContactSchema), validate=at_most(20))
    bootcamp = String(64, allow_none=True, metadata={"description": "The workshop that it came from."})
    awards = fields.List(fields.Nested(AwardSchema), validate=at_most(50))
    only_trusted_publishing = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={
            "description": "Whether only trusted pipelines may publish; to change it takes `organisation:manage`."
        },
    )


class NewServiceSchema(ServiceChangeSchema):
    """A service that is put into the catalogue, as a draft until its first release."""

    class Meta(Schema.Meta):
        exclude = ("status", "successor", "only_trusted_publishing")

    slug = Slug(required=True)
    name = Localised(200, required=True)
    summary = Localised(500, required=True)
    topic = fields.String(required=True, validate=validate.OneOf(TOPICS))
    licence = String(200, required=True, metadata={"description": "An SPDX licence expression."})


class LatestReleaseSchema(Schema):
    """The highest release that is neither a pre-release nor yanked."""

    version = fields.String(required=True)
    published_at = fields.DateTime(required=True)


class PublicContactSchema(Schema):
    """A contact that agreed to be shown."""

    name = String(200, required=True)
    role = fields.Enum(ContactRole, by_value=True, required=True)
    email = Email(required=True, allow_none=True)
    phone = String(50, required=True, allow_none=True)
    public = fields.Boolean(required=True)


class ServiceSchema(ServiceChangeSchema):
    """A service as everybody reads it."""

    slug = Slug(required=True)
    kind = fields.Enum(ServiceKind, by_value=True, required=True)
    name = Localised(200, required=True)
    summary = Localised(500, required=True)
    description = Localised(LONG_TEXT_LIMIT, lines=True, required=True, allow_none=True)
    originator = Slug(required=True)
    is_based_on = Slug(required=True, allow_none=True)
    status = fields.Enum(ServiceStatus, by_value=True, required=True)
    successor = Slug(required=True, allow_none=True)
    topic = fields.String(required=True)
    keywords = fields.List(fields.String(), required=True)
    leika = fields.List(fields.String(), required=True)
    ozg_id = fields.String(required=True, allow_none=True)
    licence = String(200, required=True)
    rights = fields.Nested(RightsSchema, required=True)
    trust_level = fields.Enum(TrustLevel, by_value=True, required=True, allow_none=True)
    accounts = fields.List(fields.Enum(Account, by_value=True), required=True)
    reuse_models = fields.List(fields.Enum(ReuseModel, by_value=True), required=True)
    cost = fields.Nested(CostSchema, required=True, allow_none=True)
    platforms = fields.List(fields.String(), required=True)
    repository_url = Url(required=True, allow_none=True)
    demo_url = Url(required=True, allow_none=True)
    contacts = fields.List(fields.Nested(PublicContactSchema), required=True)
    bootcamp = String(64, required=True, allow_none=True)
    awards = fields.List(fields.Nested(AwardSchema), required=True)
    latest_release = fields.Nested(LatestReleaseSchema, required=True, allow_none=True)
    adoption_counts = fields.Dict(
        fields.String(), fields.Integer(), required=True, metadata={"description": "Public adoptions by status."}
    )
    demo = fields.Boolean(required=True, metadata={"description": "Demo data: not said by the organisation itself."})
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    only_trusted_publishing = fields.Boolean(required=True)


class NewPublisherSchema(Schema):
    """A pipeline that is to be trusted."""

    issuer = Url(required=True, metadata={"description": "As the operator allows it, such as https://gitlab.com."})
    project = String(
        300,
        required=True,
        metadata={"description": "GitLab's `project_path`, GitHub's `repository`; of any other issuer the `sub`."},
    )
    ref = String(
        255,
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(
            r"\Arefs/(heads|tags)/[^*\s]*\*?\Z", error="Must begin with refs/heads/ or refs/tags/; * only at its end."
        ),
        metadata={
            "description": "`refs/heads/main`, or `refs/tags/*` for all that begin so; null only where the issuer "
            "tells no ref."
        },
    )
    protected = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={"description": "Whether the issuer must say that the ref is protected (`ref_protected`)."},
    )
    environment = String(255, load_default=None, allow_none=True)
    public_key = PublicKey(load_default=None, allow_none=True)


class PublisherSchema(Schema):
    """A pipeline that may publish a service."""

    id = fields.UUID(required=True)
    service = Slug(required=True)
    issuer = Url(required=True)
    project = fields.String(required=True)
    ref = fields.String(required=True, allow_none=True)
    protected = fields.Boolean(required=True)
    environment = fields.String(required=True, allow_none=True)
    public_key = fields.String(required=True, allow_none=True)
    ids = fields.Dict(
        fields.String(),
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "What the issuer calls project and owner; remembered from the first exchange on."},
    )
    created_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)


class SimilarSchema(Schema):
    """A service that the new one resembles."""

    service = Slug(required=True)
    name = Localised(200, required=True)
    reason = fields.String(required=True, validate=validate.OneOf(("leika", "name")))
    url = fields.String(required=True)


class ServiceWarningSchema(Schema):
    """Something to look at, which keeps nothing from happening."""

    code = fields.String(required=True, validate=validate.Equal("similar-service"))
    message = Localised(500, required=True)
    services = fields.List(fields.Nested(SimilarSchema), required=True)


class CreatedServiceSchema(ServiceSchema):
    """The new service, and what it resembles."""

    warnings = fields.List(fields.Nested(ServiceWarningSchema), required=True)


class TopicSchema(Schema):
    """One of the fourteen topic areas, and how many public services it has."""

    label = fields.String(required=True)
    services = fields.Integer(required=True)


class LicenceSchema(Schema):
    """A licence that services may declare, and how many public services do."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    osi_approved = fields.Boolean(required=True)
    services = fields.Integer(required=True)


class WantedSchema(Schema):
    """What to look for in the catalogue, and in what order to list it."""

    q = String(
        200, metadata={"description": "Words; typos, compounds and ß or umlauts in any spelling are understood."}
    )
    topic = fields.String(validate=validate.OneOf(TOPICS))
    licence = String(64, metadata={"description": "An SPDX identifier that the licence expression names."})
    state = fields.String(validate=validate.OneOf(sorted(STATES.values())))
    originator = Slug()
    platform = String(100)
    trust_level = fields.Enum(TrustLevel, by_value=True)
    leika = fields.String(validate=LeikaKey)
    status = fields.Enum(ServiceStatus, by_value=True)
    kind = fields.Enum(ServiceKind, by_value=True)
    sort = fields.Enum(Sort, by_value=True)
