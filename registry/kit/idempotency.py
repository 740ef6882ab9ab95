"""Answers kept for a day, so that a request that is sent again is not acted on again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.kit import clock
from registry.kit.db import Base, Key
from registry.kit.errors import InvalidError, text
from registry.kit.sealing import Seal

KEPT = timedelta(hours=24)


class KeyReusedError(InvalidError):
    """The key came before, with another request."""

    slug = "idempotency-key-reused"
    title = text("Idempotency-Key schon verwendet", "Idempotency-Key used before")
    remedy = text(
        "Nehmen Sie für jede neue Anfrage einen neuen Schlüssel; derselbe wiederholt nur dieselbe Anfrage.",
        "Use a new key for every new request; the same one only repeats the same request.",
    )

    def __init__(self) -> None:
        super().__init__(
            text(
                "Dieser Schlüssel gehört zu einer anderen Anfrage der letzten 24 Stunden.",
                "This key belongs to another request of the last 24 hours.",
            )
        )


class RememberedAnswer(Base):
    """The first answer to a request that bore a key; while `status` is 0 that request is still at work."""

    __tablename__ = "idempotency_keys"

    client: Mapped[str] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, str]] = mapped_column(default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    sealed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given; `secret` says that it shows something that is stored nowhere else."""

    status: int
    headers: dict[str, str]
    body: bytes
    secret: bool = False


class Memory:
    """Remembers answers; those that show a secret are kept encrypted."""

    def __init__(self, secret_key: str) -> None:
        self._seal = Seal(secret_key, "idempotency")

    def claim(self, session: Session, client: str, key: str, fingerprint: str) -> Answer | None:
        """Claim the key for this request, or return the answer that the same request was given.

        Where the same key is at work in another transaction this waits until that one ends.
        Raises KeyReusedError where the key belongs to another request.
        """
        mine = (RememberedAnswer.client == client, RememberedAnswer.key == key)
        session.execute(delete(RememberedAnswer).where(*mine, RememberedAnswer.created_at < clock.now() - KEPT))
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        claimed = session.execute(
            insert(RememberedAnswer)
            .values(
                client=client,
                key=key,
                fingerprint=fingerprint,
                status=0,
                headers={},
                body=b"",
                sealed=False,
                created_at=clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(RememberedAnswer.key)
        ).first()
        if claimed:
            return None
        known = session.scalars(select(RememberedAnswer).where(*mine)).one()
        if known.fingerprint != fingerprint:
            raise KeyReusedError
        body = self._seal.open(known.body) if known.sealed else known.body
        return Answer(known.status, known.headers, body)

    def keep(self, session: Session, client: str, key: str, answer: Answer) -> None:
        """Remember the answer under the key that was claimed in this transaction."""
        known = session.get_one(RememberedAnswer, (client, key))
        known.status, known.headers = answer.status, answer.headers
        known.body = self._seal.close(answer.body) if answer.secret else answer.body
        known.sealed = answer.secret
        session.flush()


def forget_old(session: Session) -> int:
    """Forget the answers that are older than a day; return how many."""
    gone = session.execute(
        delete(RememberedAnswer).where(RememberedAnswer.created_at < clock.now() - KEPT).returning(RememberedAnswer.key)
    )
    return len(gone.all())
