"""Which person sent an invitation."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitations") as invitations:
        invitations.add_column(sa.Column("invited_by", sa.Uuid(), nullable=True))
        invitations.create_foreign_key(op.f("fk_invitations_invited_by_people"), "people", ["invited_by"], ["id"])
        invitations.create_index(op.f("ix_invitations_invited_by"), ["invited_by"])


def downgrade() -> None:
    with op.batch_alter_table("invitations") as invitations:
        invitations.drop_index(op.f("ix_invitations_invited_by"))
        invitations.drop_constraint(op.f("fk_invitations_invited_by_people"), type_="foreignkey")
        invitations.drop_column("invited_by")
