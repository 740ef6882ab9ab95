"""The person behind whoever uploaded a release is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("releases", sa.Column("uploader_person", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_releases_uploader_person"), "releases", ["uploader_person"])


def downgrade() -> None:
    op.drop_index(op.f("ix_releases_uploader_person"), table_name="releases")
    op.drop_column("releases", "uploader_person")
