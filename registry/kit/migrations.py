"""Bring a database up to date, and tell whether it is."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from registry.kit import bundle
from registry.kit.db import Database

if TYPE_CHECKING:
    from alembic.config import Config


def head() -> str:
    """Return the newest migration's number; `0001_foundation.py` has `0001`."""
    names = (path.name for path in (bundle.folder("migrations") / "versions").glob("[0-9]*.py"))
    return max(names).partition("_")[0]


def current(session: Session) -> str | None:
    """Return the number of the migration that the database has reached, None before the first."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    reached: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return reached


def is_current(session: Session) -> bool:
    """Whether the database has what this program needs; a newer program may have taken it further already."""
    return (current(session) or "") >= head()


def config(database: Database) -> "Config":
    """Return what Alembic needs to know."""
    from alembic.config import Config  # noqa: PLC0415 - as below

    made = Config()
    made.set_main_option("script_location", str(bundle.folder("migrations")))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["database"] = database
    return made


def upgrade(database: Database, to: str = "head") -> None:
    """Run the migrations that are missing; each may run while the previous version of the program serves."""
    # Alembic is loaded only where it is needed: it would cost every start a quarter of a second.
    from alembic import command  # noqa: PLC0415 - as said

    if database.dialect == "sqlite" and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(config(database), to)
