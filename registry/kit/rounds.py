"""When the worker last did each of its jobs, so that it is seen when it stands still."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.kit import clock
from registry.kit.db import Base, Database, Key

#: What is done every second is noted once a minute.
_APART = timedelta(minutes=1)


class Round(Base):
    """When a job was last done, and when it last failed, to the minute."""

    __tablename__ = "rounds"

    job: Mapped[str] = mapped_column(Key, primary_key=True)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    @property
    def is_failing(self) -> bool:
        """Whether it failed the last time."""
        return self.failed_at is not None and (self.done_at is None or self.done_at < self.failed_at)


def note(database: Database, job: str, *, failed: bool) -> None:
    """Take note that a job was done, or failed; most often that is known already."""
    now = clock.now()
    with database.reading() as session:
        known = session.get(Round, job)
        last = known and (known.failed_at if failed else known.done_at)
        if known and last and known.is_failing == failed and now - last < _APART:
            return
    with database.transaction() as session:
        insert = postgresql.insert if database.dialect == "postgresql" else sqlite.insert
        said = {"failed_at" if failed else "done_at": now}
        made = insert(Round).values(job=job, **said)
        session.execute(made.on_conflict_do_update(index_elements=[Round.job], set_=said))


def rounds(session: Session) -> Sequence[Round]:
    """List the jobs that were ever begun, by name."""
    return session.scalars(select(Round).order_by(Round.job)).all()
