"""Trusted publishing: pipelines that publish without a secret, keys by which is signed, signed statements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("access_tokens", sa.Column("built_by", DOCUMENT, nullable=True))
    op.add_column(
        "services", sa.Column("only_trusted_publishing", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("releases", sa.Column("built_by", DOCUMENT, nullable=True))
    op.add_column("releases", sa.Column("attested", DOCUMENT, server_default="[]", nullable=False))
    op.create_table(
        "used_assertions",
        sa.Column("mark", KEY, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_used_assertions")),
    )
    op.create_index(op.f("ix_used_assertions_until"), "used_assertions", ["until"])
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("keyid", KEY, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_signing_keys_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint("organisation_id", "keyid", name=op.f("uq_signing_keys_organisation_id_keyid")),
    )
    op.create_table(
        "trusted_publishers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", KEY, nullable=False),
        sa.Column("project", KEY, nullable=False),
        sa.Column("ref", KEY, nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("environment", KEY, nullable=False),
        sa.Column("public_key", sa.String(length=500), nullable=True),
        sa.Column("ids", DOCUMENT, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_trusted_publishers_service_id_services")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_trusted_publishers_client_id_clients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_publishers")),
        sa.UniqueConstraint("client_id", name=op.f("uq_trusted_publishers_client_id")),
        sa.UniqueConstraint(
            *("service_id", "issuer", "project", "ref", "environment"),
            name=op.f("uq_trusted_publishers_service_id_issuer_project_ref_environment"),
        ),
    )
    op.create_index("ix_trusted_publishers_issuer_project", "trusted_publishers", ["issuer", "project"])
    op.create_table(
        "attestations",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("predicate_type", sa.String(length=300), nullable=False),
        sa.Column(
            "signed_by",
            sa.Enum("organisation", "pipeline", name="signer", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("keyid", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_attestations_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "sha256", name=op.f("pk_attestations")),
    )


def downgrade() -> None:
    op.drop_table("attestations")
    op.drop_index("ix_trusted_publishers_issuer_project", table_name="trusted_publishers")
    op.drop_table("trusted_publishers")
    op.drop_table("signing_keys")
    op.drop_index(op.f("ix_used_assertions_until"), table_name="used_assertions")
    op.drop_table("used_assertions")
    op.drop_column("releases", "attested")
    op.drop_column("releases", "built_by")
    op.drop_column("services", "only_trusted_publishing")
    op.drop_column("access_tokens", "built_by")
