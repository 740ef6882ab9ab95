"""What an organisation may have other than usual."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("organisations", sa.Column("limits", DOCUMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("organisations", "limits")
