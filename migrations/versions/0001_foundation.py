"""Accounts, journal, catalogue, search, releases, adoption."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Compared byte by byte on every database.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("client", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "headers",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum("nobody", "client", "system", name="actorkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=64), nullable=True),
        sa.Column("actor_organisation", KEY, nullable=True),
        sa.Column("organisation", KEY, nullable=True),
        sa.Column("service", KEY, nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column(
            "data",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "before",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "after",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_organisation_serial", "journal", ["organisation", "serial"], unique=False)
    op.create_index("ix_journal_public_serial", "journal", ["public", "serial"], unique=False)
    op.create_index("ix_journal_service_serial", "journal", ["service", "serial"], unique=False)
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "municipality",
                "county",
                "state",
                "provider",
                "association",
                name="organisationkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ars", KEY, nullable=True),
        sa.Column("ags", KEY, nullable=True),
        sa.Column("state", KEY, nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("verified", sa.Enum("dns", "operator", name="proof", native_enum=False, length=32), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", KEY, nullable=False),
        sa.CheckConstraint("population >= 0", name=op.f("ck_organisations_population")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("ars", name=op.f("uq_organisations_ars")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisations_slug")),
    )
    op.create_index("ix_organisations_name_key_id", "organisations", ["name_key", "id"], unique=False)
    op.create_index("ix_organisations_state", "organisations", ["state"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "search_changes",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_search_changes")),
    )
    op.create_table(
        "search_postings",
        sa.Column("word_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word_id", "weight", "number", name=op.f("pk_search_postings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_words",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_words")),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", KEY, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "scopes",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_clients_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("client_id", name=op.f("uq_clients_client_id")),
    )
    op.create_index(op.f("ix_clients_organisation_id"), "clients", ["organisation_id"], unique=False)
    op.create_table(
        "mandates",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["organisations.id"], name=op.f("fk_mandates_principal_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_mandates_provider_id_organisations")
        ),
        sa.PrimaryKeyConstraint("provider_id", "principal_id", name=op.f("pk_mandates")),
    )
    op.create_index(op.f("ix_mandates_principal_id"), "mandates", ["principal_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("owner", "publisher", "adopter", "viewer", name="role", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id_people")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_person_id"), "memberships", ["person_id"], unique=False)
    op.create_table(
        "services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("online_service", "method", name="servicekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "name",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column(
            "summary",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "description",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column("originator_id", sa.Uuid(), nullable=False),
        sa.Column("is_based_on_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("draft", "active", "deprecated", "archived", name="servicestatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column(
            "keywords",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "leika",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("ozg_id", sa.String(length=5), nullable=True),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column(
            "rights",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "trust_level",
            sa.Enum("none", "basic", "substantial", "high", name="trustlevel", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column(
            "accounts",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "reuse_models",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "cost",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column(
            "platforms",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("repository_url", sa.String(length=500), nullable=True),
        sa.Column("demo_url", sa.String(length=500), nullable=True),
        sa.Column(
            "contacts",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("bootcamp", sa.String(length=64), nullable=True),
        sa.Column(
            "awards",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("latest_version", sa.String(length=64), nullable=True),
        sa.Column("latest_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "adoption_counts",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("adopters", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", KEY, nullable=False),
        sa.ForeignKeyConstraint(["is_based_on_id"], ["services.id"], name=op.f("fk_services_is_based_on_id_services")),
        sa.ForeignKeyConstraint(
            ["originator_id"], ["organisations.id"], name=op.f("fk_services_originator_id_organisations")
        ),
        sa.ForeignKeyConstraint(["successor_id"], ["services.id"], name=op.f("fk_services_successor_id_services")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("slug", name=op.f("uq_services_slug")),
    )
    op.create_index("ix_services_adopters_id", "services", ["adopters", "id"], unique=False)
    op.create_index("ix_services_name_key_id", "services", ["name_key", "id"], unique=False)
    op.create_index("ix_services_originator_id", "services", ["originator_id"], unique=False)
    op.create_index("ix_services_updated_at_id", "services", ["updated_at", "id"], unique=False)
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scopes",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_access_tokens_client_id_clients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_access_tokens_hash")),
    )
    op.create_index(op.f("ix_access_tokens_client_id"), "access_tokens", ["client_id"], unique=False)
    op.create_table(
        "adoptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "interested",
                "evaluating",
                "planned",
                "rolling_out",
                "live",
                "retired",
                "declined",
                name="adoptionstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", KEY, nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "relation",
            sa.Enum("reuse", "adaptation", "method", name="relation", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "model",
            sa.Enum("co_use", "own_operation", "own_development", name="reusemodel", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("became_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.String(length=100), nullable=True),
        sa.Column("contact", sa.String(length=254), nullable=True),
        sa.Column("evidence_url", sa.String(length=500), nullable=True),
        sa.Column(
            "note",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column(
            "visibility", sa.Enum("public", "members", name="visibility", native_enum=False, length=32), nullable=False
        ),
        sa.Column("declared_by", KEY, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", KEY, nullable=False),
        sa.ForeignKeyConstraint(["became_id"], ["services.id"], name=op.f("fk_adoptions_became_id_services")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_adoptions_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_adoptions_service_id_services")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoptions")),
        sa.UniqueConstraint("service_id", "organisation_id", name=op.f("uq_adoptions_service_id_organisation_id")),
    )
    op.create_index("ix_adoptions_created_at_id", "adoptions", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_adoptions_organisation_id_created_at_id", "adoptions", ["organisation_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_adoptions_service_id_created_at_id", "adoptions", ["service_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("precedence", KEY, nullable=False),
        sa.Column("is_prerelease", sa.Boolean(), nullable=False),
        sa.Column(
            "state", sa.Enum("draft", "published", name="releasestate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changelog",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column(
            "changes",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "breaking",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column(
            "deprecated",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column("yanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "yanked_reason",
            DOCUMENT,
            nullable=True,
        ),
        sa.Column("package_key", sa.String(length=100), nullable=False),
        sa.Column("package_size", sa.BigInteger(), nullable=False),
        sa.Column("package_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "findings",
            DOCUMENT,
            nullable=False,
        ),
        sa.Column("downloads", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", KEY, nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_releases_service_id_services")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("package_key", name=op.f("uq_releases_package_key")),
        sa.UniqueConstraint("service_id", "version", name=op.f("uq_releases_service_id_version")),
    )
    op.create_index(
        "ix_releases_service_id_precedence_version", "releases", ["service_id", "precedence", "version"], unique=False
    )
    op.create_table(
        "search_documents",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column(
            "words",
            DOCUMENT,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_search_documents_service_id_services"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("service_id", name=op.f("uq_search_documents_service_id")),
    )
    op.create_table(
        "deployments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("adoption_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column(
            "environment",
            sa.Enum("test", "staging", "production", name="environment", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "rolled_out",
                "failed",
                "rolled_back",
                "retired",
                name="deploymentstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("maturity_model", KEY, nullable=True),
        sa.Column("maturity_level", sa.Integer(), nullable=True),
        sa.Column("applications", sa.Integer(), nullable=True),
        sa.Column("period", KEY, nullable=True),
        sa.Column("declared_by", KEY, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("applications >= 0", name=op.f("ck_deployments_applications")),
        sa.ForeignKeyConstraint(["adoption_id"], ["adoptions.id"], name=op.f("fk_deployments_adoption_id_adoptions")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_deployments_release_id_releases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
    )
    op.create_index(
        "ix_deployments_adoption_id_occurred_at_reported_at_id",
        "deployments",
        ["adoption_id", "occurred_at", "reported_at", "id"],
        unique=False,
    )
    op.create_table(
        "inspections",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", KEY, nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_inspections_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_inspections")),
    )
    op.create_table(
        "packaged_files",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_packaged_files_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "path", name=op.f("pk_packaged_files")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("packaged_files")
    op.drop_table("inspections")
    op.drop_index("ix_deployments_adoption_id_occurred_at_reported_at_id", table_name="deployments")
    op.drop_table("deployments")
    op.drop_table("search_documents")
    op.drop_index("ix_releases_service_id_precedence_version", table_name="releases")
    op.drop_table("releases")
    op.drop_index("ix_adoptions_service_id_created_at_id", table_name="adoptions")
    op.drop_index("ix_adoptions_organisation_id_created_at_id", table_name="adoptions")
    op.drop_index("ix_adoptions_created_at_id", table_name="adoptions")
    op.drop_table("adoptions")
    op.drop_index(op.f("ix_access_tokens_client_id"), table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_index("ix_services_updated_at_id", table_name="services")
    op.drop_index("ix_services_originator_id", table_name="services")
    op.drop_index("ix_services_name_key_id", table_name="services")
    op.drop_index("ix_services_adopters_id", table_name="services")
    op.drop_table("services")
    op.drop_index(op.f("ix_memberships_person_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_mandates_principal_id"), table_name="mandates")
    op.drop_table("mandates")
    op.drop_index(op.f("ix_clients_organisation_id"), table_name="clients")
    op.drop_table("clients")
    op.drop_table("search_words")
    op.drop_table("search_postings")
    op.drop_table("search_changes")
    op.drop_table("people")
    op.drop_index("ix_organisations_state", table_name="organisations")
    op.drop_index("ix_organisations_name_key_id", table_name="organisations")
    op.drop_table("organisations")
    op.drop_index("ix_journal_service_serial", table_name="journal")
    op.drop_index("ix_journal_public_serial", table_name="journal")
    op.drop_index("ix_journal_organisation_serial", table_name="journal")
    op.drop_table("journal")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
