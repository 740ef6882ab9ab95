"""Whom an identity provider names is known by its issuer, too."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("identities", sa.Column("issuer", sa.String(500)))


def downgrade() -> None:
    op.drop_column("identities", "issuer")
