"""Machine clients and tokens that are narrowed to certain services."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    for table in ("clients", "access_tokens"):
        op.add_column(table, sa.Column("services", DOCUMENT, nullable=True))


def downgrade() -> None:
    for table in ("access_tokens", "clients"):
        op.drop_column(table, "services")
