"""What the database keeps so that services are found: plain tables, the same on every database."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, SmallInteger, String, Table, Uuid

from registry.kit.db import Base, Document


class Field(StrEnum):
    """Where in a service a text stands, which says how much a word in it counts."""

    NAME = "name"
    KEYWORDS = "keywords"
    KEYS = "keys"
    SUMMARY = "summary"
    TOPIC = "topic"
    ORIGINATOR = "originator"
    DESCRIPTION = "description"


#: A service by a small number, which never changes and is never given to another one.
documents = Table(
    "search_documents",
    Base.metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("service_id", Uuid, ForeignKey("services.id", ondelete="SET NULL"), unique=True),
    Column("words", Document, nullable=False),
)

#: Every word that any service holds, by the number that its letters give; and every mark, as "kind=value".
words = Table(
    "search_words",
    Base.metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("word", String, nullable=False),
)

#: Which document holds a word, and how much it counts there.
postings = Table(
    "search_postings",
    Base.metadata,
    Column("word_id", BigInteger, primary_key=True, autoincrement=False),
    Column("weight", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

#: Which document changed when, so that a process brings what it remembers up to date; the stamp tells a change from
#: another one that took its place after a rollback or a restored backup. `before` are the words that the document held
#: before, NULL for a new one.
changes = Table(
    "search_changes",
    Base.metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("stamp", BigInteger, nullable=False),
    Column("before", Document),
)
