"""One entry for every change."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.authz.actor import ActorKind
from registry.kit.db import Base, Key


class Entry(Base):
    """One change: who did what, for whom, when.

    No entry names a person but by her random id, as the actor or as the subject `member:<id>`. Nothing is ever
    altered, but that this id goes when she is erased.

    `data` is what the change feed tells everybody of a public entry, with the reason that was published for a yank;
    `before` and `after` hold just what changed.
    """

    __tablename__ = "journal"

    serial: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str | None] = mapped_column(String(64))
    actor_organisation: Mapped[str | None] = mapped_column(Key)
    organisation: Mapped[str | None] = mapped_column(Key)
    service: Mapped[str | None] = mapped_column(Key)
    subject: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    request_id: Mapped[str | None] = mapped_column(String(128))
    public: Mapped[bool]

    __table_args__ = (
        Index("ix_journal_public_serial", "public", "serial"),
        Index("ix_journal_organisation_serial", "organisation", "serial"),
        Index("ix_journal_service_serial", "service", "serial"),
        Index("ix_journal_actor_organisation_serial", "actor_organisation", "serial"),
        Index("ix_journal_actor_id_serial", "actor_id", "serial"),
        {"sqlite_autoincrement": True},
    )


class Link(Base):
    """What vouches for one entry: a hash over it and over the link before, so that none can change or go unnoticed.

    What is personal in the entry enters the hash by `digests` alone, each over the value and its salt; without the
    salt the digest tells nothing, and vouches for a value that was erased. There is no foreign key: that an entry is
    missing is what a link must be able to tell.
    """

    __tablename__ = "journal_chain"

    serial: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    digests: Mapped[dict[str, str]]
    salts: Mapped[dict[str, str]]
