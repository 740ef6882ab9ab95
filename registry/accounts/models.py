"""Organisations and those who act for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.authz.actor import Role
from registry.kit import clock
from registry.kit.db import Base, Document, Key


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    MUNICIPALITY = "municipality"
    COUNTY = "county"
    STATE = "state"
    PROVIDER = "provider"
    ASSOCIATION = "association"


class Proof(StrEnum):
    """How it was established that an organisation is who it says."""

    DNS = "dns"
    OPERATOR = "operator"


class Organisation(Base):
    """A municipality, county, state, shared IT provider or association.

    `name_key` is the name as lists are ordered by; `limits` what it may have other than usual; `body` and `etag` are
    its stored JSON representation.
    """

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(Key)
    kind: Mapped[OrganisationKind]
    ars: Mapped[str | None] = mapped_column(Key, unique=True)
    ags: Mapped[str | None] = mapped_column(Key)
    state: Mapped[str | None] = mapped_column(Key)
    population: Mapped[int | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    website: Mapped[str | None] = mapped_column(String(500))
    email: Mapped[str | None] = mapped_column(String(254))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    verified: Mapped[Proof | None]
    limits: Mapped[dict[str, Any] | None] = mapped_column(Document)
    demo: Mapped[bool] = mapped_column(default=False)
    four_eyes: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    etag: Mapped[str] = mapped_column(Key)

    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id", lazy="raise")

    __table_args__ = (
        Index("ix_organisations_name_key_id", "name_key", "id"),
        Index("ix_organisations_state", "state"),
        CheckConstraint("population >= 0", name="population"),
    )

    @property
    def owner_id(self) -> UUID:
        """An organisation is its own."""
        return self.id


class Person(Base):
    """Somebody who is a member of organisations, or runs the registry."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Invitation(Base):
    """The offer of a role in an organisation to whoever reads the mail of an address; its secret is kept as a hash."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    hash: Mapped[str] = mapped_column(Key, unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[Role]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("organisation_id", "email"),)


class Membership(Base):
    """A person's role in an organisation; one that an identity provider gave counts only for who comes in by it."""

    __tablename__ = "memberships"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[Role]
    since: Mapped[datetime] = mapped_column(default=clock.now)
    given_by: Mapped[str | None] = mapped_column(String(64))

    person: Mapped[Person] = relationship(lazy="raise")


class Mandate(Base):
    """The word of one organisation (the principal) that a provider may adopt and report for it."""

    __tablename__ = "mandates"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    given_at: Mapped[datetime] = mapped_column(default=clock.now)

    provider: Mapped[Organisation] = relationship(foreign_keys=[provider_id], lazy="raise")
    principal: Mapped[Organisation] = relationship(foreign_keys=[principal_id], lazy="raise")

    @property
    def subject(self) -> str:
        """Its name in the journal; both sides must be loaded."""
        return f"mandate:{self.provider.slug}/{self.principal.slug}"


class Client(Base):
    """A program that acts for one organisation; `services` are the ids of the only ones it may act on, None: all.

    `secret_hint` is how its secret begins. `former_until` is when the former secret was, or will be, good no more.
    `last_used_at` is kept to the hour; `warned` is how many days ahead its owners were last told that it expires.
    """

    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_id: Mapped[str] = mapped_column(Key, unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    secret_hint: Mapped[str | None] = mapped_column(String(16))
    former_hash: Mapped[str | None] = mapped_column(String(64))
    former_until: Mapped[datetime | None]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    scopes: Mapped[list[str]]
    services: Mapped[list[str] | None] = mapped_column(Document)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    warned: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_clients_secret_hash", "secret_hash"),
        Index("ix_clients_former_hash", "former_hash"),
        Index("ix_clients_expires_at", "expires_at"),
    )

    @property
    def owner_id(self) -> UUID:
        """A client is its organisation's."""
        return self.organisation_id

    @property
    def is_open(self) -> bool:
        """Whether it may still get tokens."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > clock.now())


class AccessToken(Base):
    """An opaque bearer token, kept as its SHA-256 alone: 256 random bits need no slow hash.

    `warned` is how many days ahead owners were last told that it expires; 0 for one that lasts no longer than that.
    """

    __tablename__ = "access_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    hash: Mapped[str] = mapped_column(Key, unique=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    scopes: Mapped[list[str]]
    services: Mapped[list[str] | None] = mapped_column(Document)
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    built_by: Mapped[dict[str, Any] | None] = mapped_column(Document)
    warned: Mapped[int | None]

    client: Mapped[Client] = relationship(lazy="raise")


class UsedAssertion(Base):
    """The mark of a pipeline's ID token that was exchanged, remembered longer than it could be shown again."""

    __tablename__ = "used_assertions"

    mark: Mapped[str] = mapped_column(Key, primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class SigningKey(Base):
    """An Ed25519 key by which an organisation signs; `keyid` is the SHA-256 of the key in DER."""

    __tablename__ = "signing_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    keyid: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("organisation_id", "keyid"),)
