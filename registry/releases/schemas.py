"""The shape of what is said about releases."""

from enum import StrEnum
from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields

from registry.authz.actor import Role
from registry.inspection import Severity
from registry.kit.schemas import LONG_TEXT_LIMIT, TEXT_LIMIT, Localised, Schema, String, at_most
from registry.releases import versions
from registry.releases.models import ReleaseState, Signer


class ChangeKind(StrEnum):
    """What sort of change it is (keepachangelog.com)."""

    ADDED = "added"
    CHANGED = "changed"
    FIXED = "fixed"
    REMOVED = "removed"
    SECURITY = "security"


def semantic(version: str) -> None:
    """Refuse what is no Semantic Version."""
    try:
        versions.parse(version)
    except ValueError:
        message = "Must be a Semantic Version 2.0.0."
        raise ValidationError(message) from None


def _version(**arguments: Any) -> String:
    return String(versions.LIMIT, validate=semantic, metadata={"pattern": versions.PATTERN}, **arguments)


class ReleaseChangeItemSchema(Schema):
    """One line of the changelog, for programs."""

    kind = fields.Enum(ChangeKind, by_value=True, required=True)
    text = Localised(TEXT_LIMIT, lines=True, required=True)


class ReasonSchema(Schema):
    """Why; everybody reads it, for good."""

    reason = Localised(
        TEXT_LIMIT, lines=True, required=True, metadata={"description": "Published and kept: name no people in it."}
    )


class MetadataSchema(Schema):
    """What is said of a release when it is made; only `version` is required."""

    version = _version(required=True)
    changelog = Localised(LONG_TEXT_LIMIT, lines=True, load_default=None, allow_none=True)
    changes = fields.List(fields.Nested(ReleaseChangeItemSchema), load_default=list, validate=at_most(200))
    breaking = fields.Nested(ReasonSchema, load_default=None, allow_none=True)
    draft = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class DeprecationSchema(ReasonSchema):
    """Why a release should no longer be used, and which one should instead."""

    successor = _version(load_default=None, allow_none=True)


class ReleaseChangeSchema(Schema):
    """What may change about a release; its package never does."""

    changelog = Localised(LONG_TEXT_LIMIT, lines=True, allow_none=True)
    deprecated = fields.Nested(DeprecationSchema, allow_none=True)


class PackageSchema(Schema):
    """The archive of a release."""

    size = fields.Integer(required=True, metadata={"description": "Bytes."})
    sha256 = fields.String(required=True)
    url = fields.String(required=True)


class YankSchema(Schema):
    """That a release should not be used, and why."""

    reason = Localised(TEXT_LIMIT, lines=True, required=True)
    at = fields.DateTime(required=True)


class RejectionSchema(YankSchema):
    """That a member did not approve a release, and why; only members see it."""


class FindingsCountSchema(Schema):
    """How many findings the inspection has, by severity."""

    error = fields.Integer(required=True)
    warning = fields.Integer(required=True)
    hint = fields.Integer(required=True)


class ReleaseDeprecatedSchema(Schema):
    """That a release is no longer recommended."""

    reason = Localised(TEXT_LIMIT, lines=True, required=True)
    successor = fields.String(required=True, allow_none=True)


class BuiltBySchema(Schema):
    """The run of a trusted pipeline that made a release, by the word of the pipeline's issuer."""

    issuer = fields.String(required=True)
    repository = fields.String(required=True)
    commit = fields.String(required=True, allow_none=True)
    ref = fields.String(required=True, allow_none=True)
    environment = fields.String(required=True, allow_none=True)
    run_url = fields.String(required=True, allow_none=True)


class AttestedSchema(Schema):
    """A signed statement about a release, at a glance; `keyid` is the key that signed it."""

    sha256 = fields.String(required=True, metadata={"description": "Of the envelope; its name below `attestations`."})
    predicate_type = fields.String(required=True)
    signed_by = fields.Enum(Signer, by_value=True, required=True)
    keyid = fields.String(required=True)


class AttestationSchema(AttestedSchema):
    """A signed statement about a release."""

    key_withdrawn_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Since when the organisation's key is not valid."}
    )
    created_at = fields.DateTime(required=True)
    url = fields.String(required=True)


class EnvelopeSignatureSchema(Schema):
    """A signature; `keyid` is a hint that nothing depends on."""

    class Meta(Schema.Meta):
        unknown = EXCLUDE

    sig = fields.String(required=True)
    keyid = fields.String(allow_none=True)


class EnvelopeSchema(Schema):
    """A DSSE envelope with an in-toto statement about the package."""

    class Meta(Schema.Meta):
        unknown = EXCLUDE

    payload_type = fields.String(required=True, data_key="payloadType")
    payload = fields.String(required=True, metadata={"description": "Base64."})
    signatures = fields.List(fields.Nested(EnvelopeSignatureSchema), required=True)


class ReleaseSchema(Schema):
    """A release as everybody reads it."""

    service = fields.String(required=True)
    version = fields.String(required=True)
    state = fields.Enum(ReleaseState, by_value=True, required=True)
    prerelease = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    published_at = fields.DateTime(required=True, allow_none=True)
    changelog = Localised(LONG_TEXT_LIMIT, lines=True, required=True, allow_none=True)
    changes = fields.List(fields.Nested(ReleaseChangeItemSchema), required=True)
    breaking = fields.Nested(ReasonSchema, required=True, allow_none=True)
    deprecated = fields.Nested(ReleaseDeprecatedSchema, required=True, allow_none=True)
    yanked = fields.Nested(YankSchema, required=True, allow_none=True)
    package = fields.Nested(PackageSchema, required=True)
    findings = fields.Nested(FindingsCountSchema, required=True)
    downloads = fields.Integer(required=True, metadata={"description": "Counted in batches, so a little behind."})
    approved_by = fields.Enum(
        Role,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "The role of the second member who approved it; null where none had to."},
    )
    rejected = fields.Nested(RejectionSchema, required=True, allow_none=True)
    built_by = fields.Nested(BuiltBySchema, required=True, allow_none=True)
    attestations = fields.List(fields.Nested(AttestedSchema), required=True)


class FindingSchema(Schema):
    """One thing that the inspection noticed."""

    code = fields.String(required=True)
    severity = fields.Enum(Severity, by_value=True, required=True)
    path = fields.String(required=True, allow_none=True)
    line = fields.Integer(required=True, allow_none=True)
    column = fields.Integer(required=True, allow_none=True)
    message = Localised(LONG_TEXT_LIMIT, lines=True, required=True)
    help = fields.String(required=True, metadata={"description": "A page that explains the code."})


class FileSchema(Schema):
    """One file of a package."""

    path = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    role = fields.String(required=True, allow_none=True)


class InspectionSchema(Schema):
    """What the registry found in a package."""

    ok = fields.Boolean(required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    files = fields.List(fields.Nested(FileSchema), required=True)
    facts = fields.Dict(required=True)


class PublishedSchema(ReleaseSchema):
    """The new release, and what was found in its package."""

    inspection = fields.Nested(InspectionSchema, required=True)
