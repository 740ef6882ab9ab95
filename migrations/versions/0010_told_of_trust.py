"""Stored representations of services and releases tell of trusted publishing too."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

#: What stored representations say from now on, behind what they said.
MORE = {"services": b',"only_trusted_publishing":false}', "releases": b',"built_by":null,"attestations":[]}'}
BATCH = 500


def upgrade() -> None:
    for table, more in MORE.items():
        _rewrite(table, lambda body, more=more: body if body.endswith(more) else body[:-1] + more)


def downgrade() -> None:
    for table, more in MORE.items():
        _rewrite(table, lambda body, more=more: body.removesuffix(more) + b"}" if body.endswith(more) else body)


def _rewrite(name, change):
    """Tell what is stored to be told in the new way, a few hundred at a time."""
    table = sa.table(name, sa.column("id", sa.Uuid()), sa.column("body", sa.LargeBinary()), sa.column("etag"))
    work = op.get_bind()
    some = sa.select(table.c.id, table.c.body).order_by(table.c.id).limit(BATCH)
    rows = work.execute(some).all()
    while rows:
        for identifier, body in rows:
            told = change(body)
            tag = hashlib.sha256(told).hexdigest()[:32]
            work.execute(sa.update(table).where(table.c.id == identifier).values(body=told, etag=tag))
        rows = work.execute(some.where(table.c.id > rows[-1][0])).all()
