"""Invitations, and which person set a machine client up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Compared byte by byte on every database.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
ROLE = sa.Enum("owner", "publisher", "adopter", "viewer", name="role", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitations_hash")),
        sa.UniqueConstraint("organisation_id", "email", name=op.f("uq_invitations_organisation_id_email")),
    )
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"])
    with op.batch_alter_table("clients") as clients:
        clients.add_column(sa.Column("made_by", sa.Uuid(), nullable=True))
        clients.create_foreign_key(op.f("fk_clients_made_by_people"), "people", ["made_by"], ["id"])
        clients.create_index(op.f("ix_clients_made_by"), ["made_by"])


def downgrade() -> None:
    with op.batch_alter_table("clients") as clients:
        clients.drop_index(op.f("ix_clients_made_by"))
        clients.drop_constraint(op.f("fk_clients_made_by_people"), type_="foreignkey")
        clients.drop_column("made_by")
    op.drop_table("invitations")
