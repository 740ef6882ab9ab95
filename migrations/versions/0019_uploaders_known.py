"""Of releases that a client uploaded it is noted who knows its secret."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CLIENTS = sa.table("clients", sa.column("client_id"), sa.column("made_by"))
RELEASES = sa.table(
    "releases",
    sa.column("uploader_kind"),
    sa.column("uploader_id"),
    sa.column("built_by"),
    sa.column("uploader_person"),
)


def upgrade() -> None:
    maker = sa.select(CLIENTS.c.made_by).where(CLIENTS.c.client_id == RELEASES.c.uploader_id)
    by_secret = RELEASES.c.built_by.is_(None) & (RELEASES.c.uploader_kind == "client")
    op.execute(sa.update(RELEASES).where(by_secret).values(uploader_person=maker.scalar_subquery()))


def downgrade() -> None:
    op.execute(sa.update(RELEASES).values(uploader_person=None))
