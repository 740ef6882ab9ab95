"""What pipelines and signatures are trusted by: clients without a secret, marks of used tokens, keys."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.accounts.errors import SigningKeyExistsError, SigningKeyNotFoundError, TooManyKeysError
from registry.accounts.models import SigningKey, UsedAssertion
from registry.accounts.service import organisations
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock, dsse, paging
from registry.kit.errors import text
from registry.kit.paging import Page, Place

#: How many keys an organisation may have at a time.
KEYS_MAX = 20


def use_once(session: Session, mark: str, until: datetime) -> bool:
    """Remember that a pipeline's token was used; False where it was before.

    Where the same token is at work in another transaction this waits until that one ends.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    remembered = session.execute(
        insert(UsedAssertion).values(mark=mark, until=until).on_conflict_do_nothing().returning(UsedAssertion.mark)
    )
    return remembered.first() is not None


def forget_used(session: Session) -> int:
    """Forget tokens that nobody could show any more; return how many."""
    gone = delete(UsedAssertion).where(UsedAssertion.until < clock.now()).returning(UsedAssertion.mark)
    return len(session.execute(gone).all())


def signing_keys(
    session: Session, actor: Actor, slug: str, *, after: Place | None = None, limit: int = paging.LIMIT_DEFAULT
) -> Page[SigningKey]:
    """List all keys of an organisation, also those that it has withdrawn."""
    organisation = organisations.find(session, actor, slug)
    order = (SigningKey.created_at, SigningKey.id)
    query = select(SigningKey, *order).where(SigningKey.organisation_id == organisation.id)
    return paging.read(session, query, order, after=after, limit=limit)


def signing_key(session: Session, actor: Actor, slug: str, keyid: str) -> SigningKey:
    """Return a key of an organisation, also one that it has withdrawn; SigningKeyNotFoundError."""
    organisation = organisations.find(session, actor, slug)
    query = select(SigningKey).where(SigningKey.organisation_id == organisation.id, SigningKey.keyid == keyid)
    found = session.scalar(query)
    if found is None:
        raise SigningKeyNotFoundError(keyid)
    return found


def add_signing_key(session: Session, actor: Actor, slug: str, *, name: str, public_key: str) -> SigningKey:
    """Register a key by which the organisation signs.

    Raises SigningKeyExistsError for one that it has or had, TooManyKeysError.
    """
    organisation = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.SIGNING_KEY_ADD, organisation)
    key = dsse.read_key(public_key)
    keyid = dsse.key_id(key)
    its = select(SigningKey).where(SigningKey.organisation_id == organisation.id)
    if session.scalar(its.where(SigningKey.keyid == keyid)) is not None:
        raise SigningKeyExistsError(text(f"Den Schlüssel {keyid} gibt es schon.", f"The key {keyid} exists already."))
    if len(session.scalars(its.where(SigningKey.withdrawn_at.is_(None))).all()) >= KEYS_MAX:
        raise TooManyKeysError(
            text(f"Mehr als {KEYS_MAX} gültige Schlüssel gibt es nicht.", f"There are no more than {KEYS_MAX} keys.")
        )
    added = SigningKey(organisation_id=organisation.id, keyid=keyid, name=name, public_key=dsse.write_key(key))
    session.add(added)
    session.flush()
    _note(session, actor, "key.added", slug, keyid)
    return added


def withdraw_signing_key(session: Session, actor: Actor, slug: str, keyid: str) -> SigningKey:
    """Let nothing more be signed by a key; what was signed says from now on that the key is withdrawn."""
    organisation = organisations.find(session, actor, slug, lock=True)
    require(actor, Permission.SIGNING_KEY_WITHDRAW, organisation)
    key = signing_key(session, actor, slug, keyid)
    if key.withdrawn_at is not None:
        raise SigningKeyNotFoundError(keyid)
    key.withdrawn_at = clock.now()
    _note(session, actor, "key.withdrawn", slug, keyid)
    return key


def _note(session: Session, actor: Actor, kind: str, slug: str, keyid: str) -> None:
    journal.record(session, actor, kind, subject=f"key:{slug}/{keyid}", organisation=slug, after={"keyid": keyid})
