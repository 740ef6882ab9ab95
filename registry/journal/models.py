"""One entry for every change."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.authz.actor import ActorKind
from registry.kit.db import Base, Key


class Entry(Base):
    """One change: who did what, for whom, when. No entry holds personal data, and none is ever altered.

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
        {"sqlite_autoincrement": True},
    )
