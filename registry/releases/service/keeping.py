"""Keep what is derived from releases true: representations, the latest one, download counts, the storage."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session, joinedload, make_transient_to_detached

from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue import service as catalogue
from registry.kit import clock, db
from registry.kit.rendering import Rendering, render
from registry.kit.storage import ObjectMissingError, Storage, StoredObject
from registry.releases import representation
from registry.releases.models import Release
from registry.releases.service.browsing import is_candidate

#: No publish takes longer than this from its first stored byte to its commit.
ORPHAN_AGE = timedelta(hours=24)
_BATCH = 500


_LATEST = db.Lookup(
    select(Release.version, Release.published_at)
    .where(Release.service_id == bindparam("service"), *is_candidate())
    .order_by(Release.precedence.desc(), Release.version.desc())
    .limit(1)
)

_INSERT = db.Insertion(Release.id)
_COLUMNS = tuple(column.key for column in inspect(Release).column_attrs)


def settle(session: Session, actor: Actor, release: Release) -> None:
    """Store the representation anew, and tell the catalogue which release is the latest."""
    release.body, release.etag = tell(release)
    session.flush()
    note_latest(session, actor, release)


def insert_whole(session: Session, release: Release) -> None:
    """Insert a new release with its representation at once, past the session's unit of work, which takes longer."""
    release.body, release.etag = tell(release)
    _INSERT.add(session, **{name: getattr(release, name) for name in _COLUMNS})
    make_transient_to_detached(release)
    session.add(release)


def note_latest(session: Session, actor: Actor, release: Release) -> None:
    """Tell the catalogue which release is the latest, where this one may be."""
    if not release.is_public:
        return
    version, published_at = _LATEST.first(session, service=release.service_id) or (None, None)
    catalogue.note_latest(session, actor, release.service, version=version, published_at=published_at)


def tell(release: Release) -> Rendering:
    """Return the representation as it is to be kept."""
    return render(representation.release(release))


def add_downloads(session: Session, actor: Actor, counts: Mapping[UUID, int]) -> None:
    """Add what was counted since the last time."""
    require(actor, Permission.ORGANISATION_CREATE)
    query = select(Release).where(Release.id.in_(counts)).options(joinedload(Release.service))
    # In the order of their ids, so that two processes that count at once wait for each other, and never in a ring.
    for release in session.scalars(query.order_by(Release.id).with_for_update(of=Release)).all():
        release.downloads += counts[release.id]
        release.body, release.etag = tell(release)


def sweep(session: Session, actor: Actor, storage: Storage) -> list[str]:
    """Delete what was stored for releases that never came to be, a day ago or earlier; return its keys."""
    require(actor, Permission.ORGANISATION_CREATE)
    horizon = clock.now() - ORPHAN_AGE
    gone = [stored.key for stored in _orphans(session, storage) if stored.modified_at < horizon]
    for key in gone:
        storage.delete(key)
    return gone


def verify(session: Session, actor: Actor, storage: Storage) -> Iterator[tuple[str, str]]:
    """Hold every stored package against its digest; tell `(what, key)` of what is amiss.

    What: `missing`, `damaged`, or `orphan` where no release names what is stored.
    """
    require(actor, Permission.ORGANISATION_CREATE)
    for key, digest, size in _packages(session):
        try:
            hashed = sha256()
            for block in storage.stream(key, 0, storage.size(key)):
                hashed.update(block)
        except ObjectMissingError:
            yield "missing", key
            continue
        if hashed.hexdigest() != digest or storage.size(key) != size:
            yield "damaged", key
    for stored in _orphans(session, storage):
        yield "orphan", stored.key


def _packages(session: Session) -> Iterator[tuple[str, str, int]]:
    """Give key, digest and size of every package, a few hundred at a time."""
    query = select(Release.package_key, Release.package_sha256, Release.package_size).order_by(Release.package_key)
    last = ""
    while rows := session.execute(query.where(Release.package_key > last).limit(_BATCH)).all():
        yield from ((key, digest, size) for key, digest, size in rows)
        last = rows[-1][0]


def _orphans(session: Session, storage: Storage) -> Iterator[StoredObject]:
    batch: list[StoredObject] = []
    for stored in storage.list():
        batch.append(stored)
        if len(batch) == _BATCH:
            yield from _unnamed(session, batch)
            batch = []
    yield from _unnamed(session, batch)


def _unnamed(session: Session, batch: list[StoredObject]) -> Iterator[StoredObject]:
    keys = [stored.key for stored in batch]
    named = set(session.scalars(select(Release.package_key).where(Release.package_key.in_(keys))))
    for stored in batch:
        if stored.key not in named:
            yield stored
