"""An organisation may demand that a second member approves each release; representations say so."""

import hashlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ORGANISATIONS = b',"four_eyes":false}'
RELEASES = b',"approved_by":null,"rejected":null}'


def upgrade() -> None:
    op.add_column("organisations", sa.Column("four_eyes", sa.Boolean(), server_default=sa.false(), nullable=False))
    kind = sa.Enum("nobody", "person", "client", "system", name="actorkind", native_enum=False, length=32)
    role = sa.Enum("owner", "publisher", "adopter", "viewer", name="role", native_enum=False, length=32)
    op.add_column("releases", sa.Column("uploader_kind", kind, nullable=True))
    op.add_column("releases", sa.Column("uploader_id", sa.String(length=64), nullable=True))
    op.add_column("releases", sa.Column("approved_by", role, nullable=True))
    op.add_column("releases", sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("releases", sa.Column("rejected_reason", DOCUMENT, nullable=True))
    op.create_index(op.f("ix_releases_uploader_id"), "releases", ["uploader_id"], unique=False)
    _tell("organisations", b"}", ORGANISATIONS)
    _tell("releases", b"}", RELEASES)


def downgrade() -> None:
    _tell("releases", RELEASES, b"}")
    _tell("organisations", ORGANISATIONS, b"}")
    op.drop_index(op.f("ix_releases_uploader_id"), table_name="releases")
    for name in ("rejected_reason", "rejected_at", "approved_by", "uploader_id", "uploader_kind"):
        op.drop_column("releases", name)
    op.drop_column("organisations", "four_eyes")


def _tell(name: str, end: bytes, instead: bytes) -> None:
    """Give the stored representations another end, and the entity tag of what they are then."""
    table = sa.table(
        name, sa.column("id", sa.Uuid()), sa.column("body", sa.LargeBinary()), sa.column("etag", sa.String())
    )
    connection = op.get_bind()
    for (identifier,) in connection.execute(sa.select(table.c.id)).all():
        one = table.c.id == identifier
        body = connection.scalar(sa.select(table.c.body).where(one))
        if not body.endswith(end):
            continue
        body = body.removesuffix(end) + instead
        etag = hashlib.sha256(body).hexdigest()[:32]
        connection.execute(sa.update(table).where(one).values(body=body, etag=etag))
