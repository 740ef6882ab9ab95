"""When the worker last did each of its jobs is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("job", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_rounds")),
    )


def downgrade() -> None:
    op.drop_table("rounds")
