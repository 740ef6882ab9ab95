"""What it takes to look after machine clients: rotation, last use, warnings ahead of their end."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("secret_hint", sa.String(length=16), nullable=True))
    op.add_column("clients", sa.Column("former_hash", sa.String(length=64), nullable=True))
    op.add_column("clients", sa.Column("former_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("warned", sa.Integer(), nullable=True))
    op.create_index("ix_clients_secret_hash", "clients", ["secret_hash"])
    op.create_index("ix_clients_former_hash", "clients", ["former_hash"])
    op.create_index("ix_clients_expires_at", "clients", ["expires_at"])
    op.create_index(op.f("ix_access_tokens_expires_at"), "access_tokens", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_access_tokens_expires_at"), table_name="access_tokens")
    op.drop_index("ix_clients_expires_at", table_name="clients")
    op.drop_index("ix_clients_former_hash", table_name="clients")
    op.drop_index("ix_clients_secret_hash", table_name="clients")
    for column in ("warned", "last_used_at", "former_until", "former_hash", "secret_hint"):
        op.drop_column("clients", column)
