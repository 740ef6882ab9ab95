"""A release, what was found in its package, and the files in it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.authz.actor import ActorKind, Role
from registry.catalogue.models import Service
from registry.kit import clock
from registry.kit.db import Base, Document, Key


class ReleaseState(StrEnum):
    """Whether a release is open to all; one that awaits approval is seen by nobody else, as a draft."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    PUBLISHED = "published"


class Signer(StrEnum):
    """Whose key signed an attestation: the organisation's, or that of the trusted pipeline which made the release."""

    ORGANISATION = "organisation"
    PIPELINE = "pipeline"


class Release(Base):
    """One version of a service. `precedence` sorts as SemVer does; `body` and `etag` are the stored representation.

    `uploader_kind` and `uploader_id` are who sent the package, as the journal knows him: another must approve it.
    `uploader_person` is the person behind him, who knew his secret where he was a client.
    `built_by` is the run of a trusted pipeline that made it; `attested` are its attestations at a glance.

    The package lies in the storage under `package_key`, stored before this row and never written again.
    """

    __tablename__ = "releases"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    version: Mapped[str] = mapped_column(Key)
    precedence: Mapped[str] = mapped_column(Key)
    is_prerelease: Mapped[bool]
    state: Mapped[ReleaseState]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    changelog: Mapped[dict[str, str] | None] = mapped_column(Document)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    breaking: Mapped[dict[str, Any] | None] = mapped_column(Document)
    deprecated: Mapped[dict[str, Any] | None] = mapped_column(Document)
    uploader_kind: Mapped[ActorKind | None]
    uploader_id: Mapped[str | None] = mapped_column(String(64), index=True)
    uploader_person: Mapped[UUID | None] = mapped_column(index=True)
    approved_by: Mapped[Role | None]
    rejected_at: Mapped[datetime | None]
    rejected_reason: Mapped[dict[str, str] | None] = mapped_column(Document)
    yanked_at: Mapped[datetime | None]
    yanked_reason: Mapped[dict[str, str] | None] = mapped_column(Document)
    package_key: Mapped[str] = mapped_column(String(100), unique=True)
    package_size: Mapped[int] = mapped_column(BigInteger)
    package_sha256: Mapped[str] = mapped_column(String(64))
    findings: Mapped[dict[str, Any]]
    downloads: Mapped[int] = mapped_column(BigInteger, default=0)
    built_by: Mapped[dict[str, Any] | None] = mapped_column(Document)
    attested: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    etag: Mapped[str] = mapped_column(Key)

    service: Mapped[Service] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("service_id", "version"),
        Index("ix_releases_service_id_precedence_version", "service_id", "precedence", "version"),
        # What an organisation has stored is summed up before every publish, from the index alone.
        Index("ix_releases_service_id_package_size", "service_id", "package_size"),
    )

    @property
    def owner_id(self) -> UUID:
        """A release is its service's originator's; `service` must be loaded."""
        return self.service.originator_id

    @property
    def is_public(self) -> bool:
        """Only what is published is open to all."""
        return self.state is ReleaseState.PUBLISHED


class Inspection(Base):
    """What was found in a release's package, as it is told."""

    __tablename__ = "inspections"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str] = mapped_column(Key)


class PackagedFile(Base):
    """One file in a release's package."""

    __tablename__ = "packaged_files"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    path: Mapped[str] = mapped_column(Key, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(100))
    role: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = ({"sqlite_with_rowid": False},)


class Attestation(Base):
    """A signed statement about a release's package, as it came; `keyid` is the key that was found to have signed it."""

    __tablename__ = "attestations"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(Key, primary_key=True)
    predicate_type: Mapped[str] = mapped_column(String(300))
    signed_by: Mapped[Signer]
    keyid: Mapped[str] = mapped_column(Key)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
