"""Owners are warned of the end of tokens that last long, once for each span; what was issued before lasts an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_tokens", sa.Column("warned", sa.Integer(), nullable=True))
    op.execute("UPDATE access_tokens SET warned = 0")


def downgrade() -> None:
    op.drop_column("access_tokens", "warned")
