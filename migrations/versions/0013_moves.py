"""Where items of lists stood, for those who page through them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("writer", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Uuid(), nullable=False),
        sa.Column("was", DOCUMENT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_moves")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_moves_at"), "moves", ["at"], unique=False)
    op.add_column("search_changes", sa.Column("before", DOCUMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("search_changes") as changed:
        changed.drop_column("before")
    op.drop_index(op.f("ix_moves_at"), table_name="moves")
    op.drop_table("moves")
