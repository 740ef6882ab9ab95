"""A service."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import Client, Organisation
from registry.accounts.pipelines import Pipeline
from registry.authz.actor import Scope
from registry.catalogue.errors import ServiceArchivedError, StatusNotOpenError
from registry.kit import clock
from registry.kit.db import Base, Document, Key
from registry.kit.errors import text


class Sort(StrEnum):
    """In what order services are listed."""

    RELEVANCE = "relevance"
    UPDATED = "updated"
    ADOPTIONS = "adoptions"
    NAME = "name"


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
    only_trusted_publishing: Mapped[bool] = mapped_column(default=False, server_default=false())
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

    def keep_if_archived(self) -> None:
        """Refuse what begins something new with a service that is archived: ServiceArchivedError."""
        if self.status is ServiceStatus.ARCHIVED:
            raise ServiceArchivedError(self.slug)

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


class TrustedPublisher(Base):
    """A pipeline that may publish a service by its issuer's word alone: a project, a ref, perhaps an environment.

    It acts through a client that has no secret. `ids` are the project's and its owner's own identifiers, as they were
    when it first published: a project that was made anew under the same name is another. `public_key` is a key by
    which the pipeline signs what it builds.
    """

    __tablename__ = "trusted_publishers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), unique=True)
    issuer: Mapped[str] = mapped_column(Key)
    project: Mapped[str] = mapped_column(Key)
    ref: Mapped[str] = mapped_column(Key)
    protected: Mapped[bool]
    environment: Mapped[str] = mapped_column(Key)
    public_key: Mapped[str | None] = mapped_column(String(500))
    ids: Mapped[dict[str, str] | None] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]

    service: Mapped[Service] = relationship(lazy="raise")
    client: Mapped[Client] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("service_id", "issuer", "project", "ref", "environment"),
        Index("ix_trusted_publishers_issuer_project", "issuer", "project"),
    )

    @property
    def owner_id(self) -> UUID:
        """It is its service's originator's; `service` must be loaded."""
        return self.service.originator_id

    @property
    def may_act(self) -> bool:
        """Whether its client, which must be loaded, may still publish the service: owners may end or narrow it."""
        bound = self.client.services
        return (
            self.client.is_open
            and Scope.RELEASES_PUBLISH in self.client.scopes
            and (bound is None or str(self.service_id) in bound)
        )

    def fits(self, pipeline: Pipeline) -> bool:
        """Whether this is the pipeline that is meant, by its names."""
        return (
            (self.issuer, self.project) == (pipeline.issuer, pipeline.project)
            and self._fits_ref(pipeline)
            and self.environment in {"", pipeline.environment}
            and not pipeline.is_proposal
        )

    def _fits_ref(self, pipeline: Pipeline) -> bool:
        if pipeline.ref is None or not self.ref:
            return pipeline.ref is None and not self.ref
        if self.protected and not pipeline.is_protected:
            return False
        return pipeline.ref.startswith(self.ref[:-1]) if self.ref.endswith("*") else pipeline.ref == self.ref
