"""Sign-ins that have begun, sessions, passkeys, and what identity providers call a person."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import Person
from registry.kit import clock
from registry.kit.db import Base, Key


class SignInKind(StrEnum):
    """By what a person comes in."""

    LINK = "link"
    PASSKEY = "passkey"
    PROVIDER = "provider"
    FIRST_OPERATOR = "first_operator"


class SignIn(Base):
    """A sign-in that has begun and not ended: a link that was sent, a challenge, a visit to a provider.

    `hash` is that of the link's secret, of the challenge or of the provider's `state`; `browser_hash` that of the
    cookie by which the browser in which it began is known again; `facts` is what the way in needs later.
    """

    __tablename__ = "sign_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[SignInKind]
    hash: Mapped[str] = mapped_column(Key, unique=True)
    browser_hash: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    facts: Mapped[dict[str, str]] = mapped_column(default=dict)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PersonSession(Base):
    """A browser in which a person is signed in, known by a random secret of which only the hash is kept.

    `organisation_id` is the one acted for; `bound_to` names the slugs for which the identity provider spoke (None: all
    of the person's); `factor_at` is when a second factor was last shown; `id_token` is the provider's word, sealed, by
    which it is told later that she leaves.
    """

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    hash: Mapped[str] = mapped_column(Key, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    bound_to: Mapped[list[str] | None]
    provider: Mapped[str | None] = mapped_column(String(64))
    id_token: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    device: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    factor_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")


class Passkey(Base):
    """A WebAuthn credential of a person; `sign_count` going back would show that it was copied."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]


class Identity(Base):
    """What an identity provider calls a person: `subject` never changes, an address may.

    Another `issuer` under the name of the provider may mean others by the same subjects; None: noted before that was.
    """

    __tablename__ = "identities"

    provider: Mapped[str] = mapped_column(Key, primary_key=True)
    subject: Mapped[str] = mapped_column(Key, primary_key=True)
    issuer: Mapped[str | None] = mapped_column(String(500))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
