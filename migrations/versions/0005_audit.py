"""The journal is chained, and found by who acted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Compared byte by byte on every database.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "journal_chain",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("digests", DOCUMENT, nullable=False),
        sa.Column("salts", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_journal_chain")),
        sa.UniqueConstraint("previous", name=op.f("uq_journal_chain_previous")),
    )
    op.create_index("ix_journal_actor_organisation_serial", "journal", ["actor_organisation", "serial"], unique=False)
    op.create_index("ix_journal_actor_id_serial", "journal", ["actor_id", "serial"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_journal_actor_id_serial", table_name="journal")
    op.drop_index("ix_journal_actor_organisation_serial", table_name="journal")
    op.drop_table("journal_chain")
