"""The corpus, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import pytest
import yaml
from sqlalchemy import Column, MetaData, Table, Uuid, delete, insert
from sqlalchemy.orm import Session

from registry.catalogue import search
from registry.catalogue.search import Field, models
from registry.kit.db import Database
from tests.support.postgres import PostgresServer

HERE = Path(__file__).parent
CORPUS = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))
FAMILY = UUID("5d1f7a52-6f0c-4ad2-9a3c-0d3b9a3f6e11")

METADATA = MetaData()
#: All that search asks of the services is that they are there.
services = Table("services", METADATA, Column("id", Uuid, primary_key=True))
for table in (models.documents, models.words, models.postings, models.changes):
    table.to_metadata(METADATA)


@pytest.fixture(scope="session")
def open_database(tmp_path_factory, postgres_server: PostgresServer) -> Iterator[Callable[[str], Database]]:
    """Make an empty database that can be searched."""
    opened = []

    def make(kind: str) -> Database:
        name = f"search_{uuid4().hex}"
        url = f"sqlite:///{tmp_path_factory.mktemp('search') / name}.db"
        if kind == "postgresql":
            url = postgres_server.create(name).replace("postgresql://", "postgresql+psycopg://")
        database = Database(url)
        METADATA.create_all(database.writer)
        opened.append(database)
        return database

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture(scope="session")
def slugs() -> dict[UUID, str]:
    """The services of the corpus, by the ids that they have on both databases."""
    return {uuid5(FAMILY, each["slug"]): each["slug"] for each in CORPUS}


@pytest.fixture(scope="session")
def libraries(open_database, slugs) -> dict[str, Database]:
    """The corpus on SQLite and on PostgreSQL."""
    both = {kind: open_database(kind) for kind in ("sqlite", "postgresql")}
    for database in both.values():
        with database.transaction() as session:
            session.execute(insert(services), [{"id": identifier} for identifier in slugs])
            search.index_many(session, [(uuid5(FAMILY, each["slug"]), texts(each), marks(each)) for each in CORPUS])
    return both


def texts(each) -> dict[Field, list[str]]:
    return {
        Field.NAME: [each["name"]],
        Field.KEYWORDS: each["keywords"],
        Field.KEYS: each["leika"],
        Field.SUMMARY: [each["summary"]],
        Field.TOPIC: [each["topic"]],
        Field.DESCRIPTION: [each["description"]],
    }


def marks(each) -> dict[str, list[str]]:
    return {"topic": [each["topic"]], "leika": each["leika"], search.AUDIENCE: ["all"]}


@pytest.fixture(params=["sqlite", "postgresql"])
def library(request, libraries: dict[str, Database]) -> Database:
    """The corpus on each database in turn; whoever writes must take it back."""
    return libraries[request.param]


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def _shelf(request, open_database: Callable[[str], Database]) -> Database:
    return open_database(request.param)


@pytest.fixture
def shelf(_shelf) -> Iterator[Database]:
    """An empty database of each kind, to write to."""
    yield _shelf
    with _shelf.transaction() as session:
        for table in reversed(METADATA.sorted_tables):
            session.execute(delete(table))


@pytest.fixture
def put(shelf) -> Callable[..., UUID]:
    """Index a service by its name, or by all its texts; commit."""

    def make(name: str = "", *, identifier: UUID | None = None, audience: str = "all", **more) -> UUID:
        with shelf.transaction() as session:
            if identifier is None:
                identifier = uuid4()
                session.execute(insert(services), [{"id": identifier}])
            fields = {Field.NAME: [name]} | {Field(key): [value] for key, value in more.items()}
            search.index(session, identifier, fields, {search.AUDIENCE: [audience]})
        return identifier

    return make


@pytest.fixture
def look(shelf) -> Callable[..., list[UUID]]:
    """Search as a reader does."""

    def find(query: str, **more) -> list[UUID]:
        with shelf.reading() as session:
            return list(search.find(session, query, limit=200, **more).services)

    return find


@pytest.fixture
def names_of(slugs) -> Callable[[Session, str], list[str]]:
    """Tell the slugs that a query finds, in their order."""

    def names(session: Session, query: str) -> list[str]:
        return [slugs[identifier] for identifier in search.find(session, query, limit=200).services]

    return names
