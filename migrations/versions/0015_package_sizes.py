"""What an organisation has stored is summed up from an index."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_releases_service_id_package_size", "releases", ["service_id", "package_size"])


def downgrade() -> None:
    op.drop_index("ix_releases_service_id_package_size", table_name="releases")
