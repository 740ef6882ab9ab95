"""The database: one engine that writes, one that can only read, and the session of the work at hand."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, Self, TypeVarTuple
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import (
    JSON,
    BindParameter,
    Connection,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Select,
    String,
    Table,
    TypeDecorator,
    Update,
    Uuid,
    bindparam,
    create_engine,
    event,
    insert,
    inspect,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningInsert
from typing_extensions import override

Columns = TypeVarTuple("Columns")

#: After how many seconds a connection to PostgreSQL is opened anew.
RECYCLE = 1800
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


class _Kept(threading.local):
    """The connection for reading that each thread keeps: to borrow one takes as long as to look up a row."""

    def __init__(self, engine: Engine, everybodys: WeakSet[Connection]) -> None:
        self._engine = engine
        self._everybodys = everybodys
        self._held: Connection | None = None
        self._until = 0.0

    def connection(self) -> Connection:
        """Return it; another one where it broke, or is so old that something on the way may have forgotten it."""
        if self._held is None or self._held.closed or self._held.invalidated or self._until < time.monotonic():
            if self._held is not None:
                self._held.close()
            self._held = self._engine.connect()
            self._everybodys.add(self._held)
            self._until = time.monotonic() + RECYCLE
        return self._held


_session: ContextVar[Session] = ContextVar("session")


def session() -> Session:
    """Return the session of the work at hand; LookupError where none was begun."""
    return _session.get()


class _Bound(Session):
    """A session that is the one of the work at hand while its block runs."""

    _token: Token[Session]

    @override
    def __enter__(self) -> Self:
        self._token = _session.set(self)
        return self

    @override
    def __exit__(self, *_raised: object) -> None:
        _session.reset(self._token)
        self.close()


class _Direct(Session):
    """A session whose statements are each kept at once.

    What needs no objects is spared the bookkeeping of a session's transaction, which costs more than to look up a row:
    `connection()` is one without any.
    """

    def __init__(self, engine: Engine, kept: _Kept) -> None:
        super().__init__(engine, autoflush=False, expire_on_commit=False)
        self._kept = kept

    @override
    def connection(self, *_given: Any, **_more: Any) -> Connection:
        return self._kept.connection()

    @override
    def close(self) -> None:
        if self.in_transaction():
            super().close()


class _Reading(_Direct, _Bound):
    """A session that cannot write."""


class Lookup(Generic[*Columns]):
    """A statement that is asked so often that the driver gets it as it was written the first time.

    To execute it through SQLAlchemy takes some five times as long as the database needs to answer. That is done only
    within transactions on PostgreSQL.
    """

    def __init__(self, statement: Select[*Columns] | ReturningInsert[*Columns]) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def first(self, session: Session, **keys: Any) -> tuple[*Columns] | None:
        """Return the first row, with the values that SQLAlchemy would give."""
        connection = session.connection()
        dialect = connection.dialect
        is_direct = isinstance(session, _Direct)
        if not is_direct and dialect.name != "sqlite":
            # There an error ends the transaction, so that SQLAlchemy must see the first one.
            return connection.execute(self._statement, keys).first()
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _Written(self._statement, dialect)
        try:
            row: tuple[*Columns] | None = written.first(connection.connection, keys)
        except written.error:
            # SQLAlchemy is asked again, which knows what is wrong; another connection, where this one may have broken.
            if is_direct:
                connection.invalidate()
            return session.connection().execute(self._statement, keys).first()
        return row


class Insertion:
    """Inserts rows of which all values are given, at a fraction of what the session's unit of work takes.

    `key` is told of each; with `chosen` the database chooses it.
    """

    def __init__(self, key: InstrumentedAttribute[Any], *, chosen: bool = False) -> None:
        table = key.class_.__table__
        given: dict[str, Any] = {column.key: bindparam(column.key) for column in table.c}
        if chosen:
            del given[key.key]
        self._lookup = Lookup(insert(table).values(given).returning(key))

    def add(self, session: Session, **values: Any) -> Any:
        """Insert a row; return its key."""
        row = self._lookup.first(session, **values)
        return row and row[0]


class _Written:
    """A statement in one dialect: its text, the values that are always the same, and who reads a column's values."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | ReturningInsert[*tuple[Any, ...]], dialect: Dialect
    ) -> None:
        compiled = statement.compile(dialect=dialect)
        self.error = dialect.loaded_dbapi.Error
        self._text = compiled.string
        self._order: list[str] | None = getattr(compiled, "positiontup", None)
        self._fixed = {
            name: _bound_value(bound, dialect) for bound, name in compiled.bind_names.items() if not bound.required
        }
        self._writers = {
            bound.key: writer
            for bound in compiled.bind_names
            if bound.required and (writer := bound.type.dialect_impl(dialect).bind_processor(dialect))
        }
        readers = (it.type.dialect_impl(dialect).result_processor(dialect, None) for it in statement.exported_columns)
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]

    def first(self, connection: Any, keys: Mapping[str, Any]) -> Any:
        """Ask the driver."""
        said: dict[str, Any] = {**self._fixed, **keys}
        for name, writer in self._writers.items():
            said[name] = writer(said[name])
        cursor = connection.cursor()
        try:
            cursor.execute(self._text, [said[name] for name in self._order] if self._order else said)
            row = cursor.fetchone()
        finally:
            cursor.close()
        if row is None or not self._readers:
            return row
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return tuple(values)


def _bound_value(bound: BindParameter[Any], dialect: Dialect) -> Any:
    processor = bound.type.dialect_impl(dialect).bind_processor(dialect)
    return bound.value if processor is None else processor(bound.value)


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    key = table.c.id == bindparam("of_id", type_=table.c.id.type)
    return update(table).where(key).values({name: bindparam(name) for name in names})


def write(session: Session, item: Any, **values: Any) -> None:
    """Write these columns of an item at once, past the session's unit of work, which takes several times as long."""
    statement = _update(inspect(item).mapper.local_table, tuple(values))
    session.connection().execute(statement, {"of_id": item.id, **values})
    for name, value in values.items():
        set_committed_value(item, name, value)


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
        self._connections: WeakSet[Connection] = WeakSet()
        self._kept = _Kept(self.reader, self._connections)
        self._counting = _Kept(self.counter, self._connections)

    def reading(self) -> AbstractContextManager[Session]:
        """Give a session that cannot write."""
        return _Reading(self.reader, self._kept)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit what the block did, or undo it all if the block raises."""
        # One process's writers wait in line here rather than in SQLite's busy loop, which is not fair.
        with self._turn, _Bound(self.writer, expire_on_commit=False, info=dict(self.info)) as work:
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
        with self._turn, _Direct(self.counter, self._counting) as work:
            yield work

    def dispose(self) -> None:
        """Close every connection."""
        for kept in list(self._connections):
            kept.close()
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
    shared: dict[str, Any] = {"pool_size": pool, "max_overflow": pool, "pool_recycle": RECYCLE}
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
