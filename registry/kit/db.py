"""The database: one engine that writes, one that can only read, and the session of the work at hand."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Select,
    String,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from typing_extensions import override

#: A string that is compared byte by byte on every database: slugs, keys, what lists are ordered by.
Key = String().with_variant(String(collation="C"), "postgresql")
#: A JSON document; PostgreSQL keeps it parsed.
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    @override
    def python_type(self) -> type[Any]:
        return datetime

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every model inherits: how Python types and constraint names are written in the database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: Moment,
        UUID: Uuid,
        dict[str, Any]: Document,
        dict[str, str]: Document,
        list[str]: Document,
        list[dict[str, Any]]: Document,
        StrEnum: Enum(StrEnum, native_enum=False, length=32, values_callable=lambda kind: [e.value for e in kind]),
    }


_session: ContextVar[Session] = ContextVar("session")


def session() -> Session:
    """Return the session of the work at hand; LookupError where none was begun."""
    return _session.get()


@contextmanager
def _bound(work: Session) -> Iterator[Session]:
    token = _session.set(work)
    try:
        yield work
    finally:
        _session.reset(token)
        work.close()


class _Reading(Session):
    """A session that cannot write.

    What needs no objects is spared the bookkeeping of a session's transaction, which costs more than to look up a row:
    `connection()` is one without any.
    """

    _plain: Connection | None = None

    @override
    def connection(self, *_given: Any, **_more: Any) -> Connection:
        if self._plain is None:
            self._plain = self.get_bind().engine.connect()
        return self._plain

    @override
    def close(self) -> None:
        if self._plain is not None:
            self._plain.close()
            self._plain = None
        if self.in_transaction():
            super().close()


class Lookup:
    """A statement by keys of text that is asked so often that the driver gets it as it was written the first time.

    To execute it through SQLAlchemy takes some five times as long as the database needs to answer.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, list[str] | None]] = {}

    def first(self, session: Session, **keys: str) -> tuple[Any, ...] | None:
        """Return the first row, as the driver gives it."""
        dialect = session.get_bind().dialect
        if dialect.name not in self._written:
            compiled = self._statement.compile(dialect=dialect)
            self._written[dialect.name] = (compiled.string, getattr(compiled, "positiontup", None))
        written, order = self._written[dialect.name]
        with _driver(session) as driver, closing(driver.cursor()) as cursor:
            cursor.execute(written, [keys[name] for name in order] if order else keys)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row


def _driver(session: Session) -> AbstractContextManager[Any]:
    """Give the driver's connection: the one of the session's transaction, or any where none can be open."""
    if isinstance(session, _Reading):
        return closing(session.get_bind().engine.raw_connection())
    return nullcontext(session.connection().connection)


class Database:
    """A database by its URL: SQLite or PostgreSQL; every writing session carries `info`.

    Reads go through connections that cannot write; every writing transaction on SQLite begins with
    `BEGIN IMMEDIATE`, since a deferred one may lose its update or its place (see docs/decisions).
    """

    def __init__(self, url: str | URL, *, pool: int = 8, info: dict[str, Any] | None = None) -> None:
        self.url = make_url(url)
        self.info = info or {}
        self.dialect = self.url.get_backend_name()
        self._turn = threading.Lock() if self.dialect == "sqlite" else nullcontext()
        if self.dialect == "sqlite":
            self.writer, self.reader, self.counter = _sqlite(self.url, pool)
        else:
            self.writer, self.reader, self.counter = _postgresql(self.url, pool)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that cannot write."""
        with _bound(_Reading(self.reader, autoflush=False, expire_on_commit=False)) as work:
            yield work

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit what the block did, or undo it all if the block raises."""
        # One process's writers wait in line here rather than in SQLite's busy loop, which is not fair.
        with self._turn, _bound(Session(self.writer, expire_on_commit=False, info=dict(self.info))) as work:
            try:
                yield work
                work.commit()
            except BaseException:
                work.rollback()
                raise

    @contextmanager
    def counting(self) -> Iterator[Session]:
        """Give a session that keeps each statement at once, without waiting until the disk has it.

        For counts that stay whatever becomes of the work, and of which a crash may take the last ones.
        """
        with self._turn, Session(self.counter, autoflush=False, expire_on_commit=False) as work:
            yield work

    def dispose(self) -> None:
        """Close every connection."""
        self.counter.dispose()
        self.writer.dispose()
        self.reader.dispose()


def _sqlite(url: URL, pool: int) -> tuple[Engine, Engine, Engine]:
    # The driver must not begin transactions by itself: isolation_level None, and BEGIN is ours.
    arguments: dict[str, Any] = {
        "check_same_thread": False,
        "isolation_level": None,
        "timeout": 15,
        "cached_statements": 512,
    }
    writer = create_engine(url, connect_args=arguments, pool_size=2, max_overflow=pool, hide_parameters=True)
    reader = create_engine(
        url,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=pool,
        max_overflow=pool,
        pool_reset_on_return=None,
    )

    counter = create_engine(
        url,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=1,
        pool_reset_on_return=None,
    )

    def pragmas(*statements: str) -> Any:
        def on_connect(connection: Any, _record: object) -> None:
            for statement in statements:
                connection.execute(f"PRAGMA {statement}")

        return on_connect

    # No `mmap_size`: each connection would map the file for itself, which is memory for a microsecond or three.
    common = ("foreign_keys=ON", "temp_store=MEMORY")
    event.listen(writer, "connect", pragmas("journal_mode=WAL", "synchronous=FULL", *common))
    event.listen(reader, "connect", pragmas("query_only=ON", "cache_size=-4000", *common))
    event.listen(counter, "connect", pragmas("journal_mode=WAL", "synchronous=NORMAL", *common))
    event.listen(writer, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return writer, reader, counter


def _postgresql(url: URL, pool: int) -> tuple[Engine, Engine, Engine]:
    bounds = "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    shared: dict[str, Any] = {"pool_size": pool, "max_overflow": pool, "pool_recycle": 1800}
    # What people wrote must not get into a log with the statement that failed.
    shared["hide_parameters"] = True
    writer = create_engine(url, connect_args={"options": bounds}, **shared)
    # AUTOCOMMIT spares each read its BEGIN and ROLLBACK: most of the cost of a short one.
    reader = create_engine(
        url,
        connect_args={"options": f"{bounds} -c default_transaction_read_only=on"},
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        **shared,
    )
    counter = create_engine(
        url,
        connect_args={"options": f"{bounds} -c synchronous_commit=off"},
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        **shared | {"pool_size": 2},
    )
    return writer, reader, counter
