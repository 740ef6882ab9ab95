"""What an identity provider gave and said: memberships, and the token by which it is told that somebody leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("memberships", sa.Column("given_by", sa.String(length=64), nullable=True))
    op.add_column("sessions", sa.Column("id_token", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "id_token")
    op.drop_column("memberships", "given_by")
