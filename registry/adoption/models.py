"""An adoption, and what is reported of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.adoption.errors import AdoptionStatusNotOpenError
from registry.catalogue.models import ReuseModel
from registry.kit import clock
from registry.kit.db import Base, Document, Key
from registry.kit.rendering import Rendering


class AdoptionStatus(StrEnum):
    """How far an organisation is with a service of another."""

    INTERESTED = "interested"
    EVALUATING = "evaluating"
    PLANNED = "planned"
    ROLLING_OUT = "rolling_out"
    LIVE = "live"
    RETIRED = "retired"
    DECLINED = "declined"


class Relation(StrEnum):
    """What is reused: the service as it is, an own variant of it, or the way of working."""

    REUSE = "reuse"
    ADAPTATION = "adaptation"
    METHOD = "method"


class Visibility(StrEnum):
    """Who may see an adoption: everybody, or all who act for an organisation."""

    PUBLIC = "public"
    MEMBERS = "members"


class Environment(StrEnum):
    """Where a release was deployed."""

    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


class DeploymentStatus(StrEnum):
    """What became of a deployment."""

    PLANNED = "planned"
    ROLLED_OUT = "rolled_out"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    RETIRED = "retired"


#: The statuses that may follow each status when the adopter says so; `live` also follows by a report (see `runs`).
NEXT: dict[AdoptionStatus, tuple[AdoptionStatus, ...]] = {
    AdoptionStatus.INTERESTED: (AdoptionStatus.EVALUATING, AdoptionStatus.DECLINED),
    AdoptionStatus.EVALUATING: (AdoptionStatus.PLANNED, AdoptionStatus.DECLINED),
    AdoptionStatus.PLANNED: (AdoptionStatus.ROLLING_OUT, AdoptionStatus.DECLINED),
    AdoptionStatus.ROLLING_OUT: (AdoptionStatus.LIVE, AdoptionStatus.DECLINED),
    AdoptionStatus.LIVE: (AdoptionStatus.RETIRED,),
    AdoptionStatus.RETIRED: (AdoptionStatus.EVALUATING,),
    AdoptionStatus.DECLINED: (AdoptionStatus.EVALUATING,),
}

#: The statuses that an adoption may begin with.
FIRST = (
    AdoptionStatus.INTERESTED,
    AdoptionStatus.EVALUATING,
    AdoptionStatus.PLANNED,
    AdoptionStatus.ROLLING_OUT,
)

#: The statuses of those who reuse a service now, or are on the way to it.
CURRENT = (*FIRST, AdoptionStatus.LIVE)

#: Those who are counted as adopters: it runs there, or is about to.
ADOPTING = (AdoptionStatus.ROLLING_OUT, AdoptionStatus.LIVE)

#: How long a claim counts as confirmed.
CONFIRMED_FOR = timedelta(days=365)


class Adoption(Base):
    """An organisation's reuse of a service.

    `since` is when `version` began to run in production; it is set just while the adoption is live.
    `stored` and `stored_etag` are the JSON representation without `stale`, which time alone changes: `rendering`
    completes it.
    """

    __tablename__ = "adoptions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[AdoptionStatus]
    version: Mapped[str | None] = mapped_column(Key)
    since: Mapped[datetime | None]
    relation: Mapped[Relation] = mapped_column(default=Relation.REUSE)
    model: Mapped[ReuseModel | None]
    became_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    platform: Mapped[str | None] = mapped_column(String(100))
    contact: Mapped[str | None] = mapped_column(String(254))
    evidence_url: Mapped[str | None] = mapped_column(String(500))
    note: Mapped[dict[str, str] | None] = mapped_column(Document)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PUBLIC)
    declared_by: Mapped[str] = mapped_column(Key)
    declared_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    stored: Mapped[bytes] = mapped_column("body", LargeBinary, deferred=True)
    stored_etag: Mapped[str] = mapped_column("etag", Key)

    __table_args__ = (
        UniqueConstraint("service_id", "organisation_id"),
        Index("ix_adoptions_service_id_created_at_id", "service_id", "created_at", "id"),
        Index("ix_adoptions_organisation_id_created_at_id", "organisation_id", "created_at", "id"),
        Index("ix_adoptions_created_at_id", "created_at", "id"),
    )

    @property
    def owner_id(self) -> UUID:
        """An adoption is its organisation's."""
        return self.organisation_id

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.visibility is Visibility.PUBLIC

    @property
    def is_stale(self) -> bool:
        """Whether nobody has confirmed it for a year."""
        return is_stale(self.expires_at)

    @property
    def rendering(self) -> Rendering:
        """Its representation as it is to be told now."""
        return completed(Rendering(self.stored, self.stored_etag), self.expires_at)

    @property
    def etag(self) -> str:
        """The entity tag of its representation as it is to be told now."""
        return completed(Rendering(b"{}", self.stored_etag), self.expires_at).etag

    def turn(self, status: AdoptionStatus, moment: datetime) -> None:
        """Move on to `status` as the adopter says; AdoptionStatusNotOpenError names those that may follow."""
        if status is self.status:
            return
        if status not in NEXT[self.status]:
            raise AdoptionStatusNotOpenError(self.status, status, NEXT[self.status])
        self.status = status
        self.since = moment if status is AdoptionStatus.LIVE else None

    def runs(self, version: str, since: datetime) -> None:
        """Be live with `version`, as a report says."""
        self.status, self.version, self.since = AdoptionStatus.LIVE, version, since

    def ends(self) -> None:
        """Run nowhere any more, as a report says."""
        self.status, self.since = AdoptionStatus.RETIRED, None

    def confirm(self, moment: datetime) -> None:
        """Be true as of `moment`, for a year."""
        self.confirmed_at, self.expires_at = moment, moment + CONFIRMED_FOR


def is_stale(expires_at: datetime) -> bool:
    """Whether a claim that was good until then is no longer."""
    return expires_at < clock.now()


def completed(stored: Rendering, expires_at: datetime) -> Rendering:
    """Add to a stored representation whether it is stale, and let its entity tag tell."""
    if is_stale(expires_at):
        return Rendering(stored.body[:-1] + b',"stale":true}', f"{stored.etag}s")
    return Rendering(stored.body[:-1] + b',"stale":false}', stored.etag)


class Deployment(Base):
    """One report: this release, in this environment, since then, in this state. None is ever altered."""

    __tablename__ = "deployments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    adoption_id: Mapped[UUID] = mapped_column(ForeignKey("adoptions.id"))
    release_id: Mapped[UUID] = mapped_column(ForeignKey("releases.id"))
    version: Mapped[str] = mapped_column(Key)
    environment: Mapped[Environment]
    status: Mapped[DeploymentStatus]
    url: Mapped[str | None] = mapped_column(String(500))
    occurred_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(String(2000))
    maturity_model: Mapped[str | None] = mapped_column(Key)
    maturity_level: Mapped[int | None]
    applications: Mapped[int | None]
    period: Mapped[str | None] = mapped_column(Key)
    declared_by: Mapped[str] = mapped_column(Key)
    reported_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        Index(
            "ix_deployments_adoption_id_occurred_at_reported_at_id", "adoption_id", "occurred_at", "reported_at", "id"
        ),
        CheckConstraint("applications >= 0", name="applications"),
    )

    @property
    def maturity(self) -> dict[str, Any] | None:
        """How the service was rated as it runs there."""
        if self.maturity_model is None:
            return None
        return {"model": self.maturity_model, "level": self.maturity_level}

    @property
    def usage(self) -> dict[str, Any] | None:
        """How much it was used, and when."""
        return None if self.period is None else {"applications": self.applications, "period": self.period}
