"""A service."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import Organisation
from registry.catalogue.errors import StatusNotOpenError
from registry.kit import clock
from registry.kit.db import Base, Document, Key
from registry.kit.errors import text


class ServiceKind(StrEnum):
    """What sort of thing is reused: an online service, or a way of working."""

    ONLINE_SERVICE = "online_service"
    METHOD = "method"


class ServiceStatus(StrEnum):
    """Where a service stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    ARCHIVED = "archived"


class TrustLevel(StrEnum):
    """How surely the applicant must be identified."""

    NONE = "none"
    BASIC = "basic"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class Account(StrEnum):
    """With which account citizens or companies sign in."""

    BUNDID = "bundid"
    MUK = "muk"
    NONE = "none"


class ReuseModel(StrEnum):
    """How others may use it: run for them, run by them, or built anew from its documents (OZG-Leitfaden 11.1)."""

    CO_USE = "co_use"
    OWN_OPERATION = "own_operation"
    OWN_DEVELOPMENT = "own_development"


class CostKey(StrEnum):
    """By what the costs of a shared service are split (IT-Planungsrat 2021/24)."""

    INHABITANTS = "inhabitants"
    ACTUAL_USE = "actual_use"
    TARGET_GROUP = "target_group"
    KOENIGSTEIN = "koenigstein"
    FIXED = "fixed"
    NONE = "none"


class ContactRole(StrEnum):
    """What a contact can be asked."""

    BUSINESS = "business"
    TECHNICAL = "technical"
    LEGAL = "legal"


#: The statuses that may follow each status; a draft becomes active only by its first release.
NEXT: dict[ServiceStatus, frozenset[ServiceStatus]] = {
    ServiceStatus.DRAFT: frozenset(),
    ServiceStatus.ACTIVE: frozenset({ServiceStatus.DEPRECATED, ServiceStatus.ARCHIVED}),
    ServiceStatus.DEPRECATED: frozenset({ServiceStatus.ACTIVE, ServiceStatus.ARCHIVED}),
    ServiceStatus.ARCHIVED: frozenset({ServiceStatus.ACTIVE, ServiceStatus.DEPRECATED}),
}


class Service(Base):
    """A thing that is reused, e.g. *Passierschein A38*.

    `latest_version` and `adoption_counts` are kept by the slices above, in the transactions that change them;
    `body` and `etag` are the stored JSON representation.
    """

    __tablename__ = "services"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[ServiceKind] = mapped_column(default=ServiceKind.ONLINE_SERVICE)
    name: Mapped[dict[str, str]]
    name_key: Mapped[str] = mapped_column(Key)
    summary: Mapped[dict[str, str]]
    description: Mapped[dict[str, str] | None] = mapped_column(Document)
    originator_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    is_based_on_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    status: Mapped[ServiceStatus] = mapped_column(default=ServiceStatus.DRAFT)
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    topic: Mapped[str] = mapped_column(String(64))
    keywords: Mapped[list[str]] = mapped_column(default=list)
    leika: Mapped[list[str]] = mapped_column(default=list)
    ozg_id: Mapped[str | None] = mapped_column(String(5))
    licence: Mapped[str] = mapped_column(String(200))
    rights: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trust_level: Mapped[TrustLevel | None]
    accounts: Mapped[list[str]] = mapped_column(default=list)
    reuse_models: Mapped[list[str]] = mapped_column(default=list)
    cost: Mapped[dict[str, Any] | None] = mapped_column(Document)
    platforms: Mapped[list[str]] = mapped_column(default=list)
    repository_url: Mapped[str | None] = mapped_column(String(500))
    demo_url: Mapped[str | None] = mapped_column(String(500))
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    bootcamp: Mapped[str | None] = mapped_column(String(64))
    awards: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    latest_version: Mapped[str | None] = mapped_column(String(64))
    latest_published_at: Mapped[datetime | None]
    adoption_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    adopters: Mapped[int] = mapped_column(default=0)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    etag: Mapped[str] = mapped_column(Key)

    originator: Mapped[Organisation] = relationship(lazy="raise")
    is_based_on: Mapped["Service | None"] = relationship(
        foreign_keys=[is_based_on_id], remote_side="Service.id", lazy="raise"
    )
    successor: Mapped["Service | None"] = relationship(
        foreign_keys=[successor_id], remote_side="Service.id", lazy="raise"
    )

    __table_args__ = (
        Index("ix_services_name_key_id", "name_key", "id"),
        Index("ix_services_updated_at_id", "updated_at", "id"),
        Index("ix_services_adopters_id", "adopters", "id"),
        Index("ix_services_originator_id", "originator_id"),
    )

    @property
    def owner_id(self) -> UUID:
        """A service is its originator's."""
        return self.originator_id

    @property
    def service_id(self) -> UUID:
        """A service is itself."""
        return self.id

    @property
    def is_public(self) -> bool:
        """Everything but a draft is open to all."""
        return self.status is not ServiceStatus.DRAFT

    def turn(self, status: ServiceStatus) -> None:
        """Move on to `status`, if it may follow; StatusNotOpenError names those that may."""
        if status is self.status:
            return
        if status not in NEXT[self.status]:
            open_now = ", ".join(sorted(NEXT[self.status])) or "–"
            raise StatusNotOpenError(
                text(
                    f"Von „{self.status}“ nach „{status}“ führt kein Weg. Möglich: {open_now}.",
                    f"There is no way from “{self.status}” to “{status}”. Open: {open_now}.",
                )
            )
        self.status = status
