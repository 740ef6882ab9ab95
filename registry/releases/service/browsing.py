"""Find releases, what was found in them, and their files."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from registry.accounts.service import Quota
from registry.authz.actor import Actor
from registry.authz.policy import Owned, Permission, can, require
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service, ServiceStatus
from registry.kit import db, paging
from registry.kit.paging import Page, Place
from registry.kit.rendering import Rendering
from registry.kit.storage import Storage
from registry.releases.errors import FileNotFoundInPackageError, ReleaseNotFoundError
from registry.releases.models import Inspection, PackagedFile, Release, ReleaseState

LATEST = "latest"

Columns = TypeVarTuple("Columns")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Say in SQL which releases of visible services the actor may see: the policy's `release.read`."""
    published = Release.state == ReleaseState.PUBLISHED
    if can(actor, Permission.ORGANISATION_CREATE):
        return true()
    if actor.organisation_id is None:
        return published
    return or_(published, Service.originator_id == actor.organisation_id)


def _open(query: Select[*Columns]) -> db.Lookup[*Columns]:
    """Look up something of `version` of `slug` where everybody may see it: what most ask for."""
    return db.Lookup(
        query.join(Service, Service.id == Release.service_id).where(
            Service.slug == bindparam("slug"),
            Service.status != ServiceStatus.DRAFT,
            Release.version == bindparam("version"),
            Release.state == ReleaseState.PUBLISHED,
        )
    )


def _named(query: Select[*Columns], actor: Actor, slug: str, version: str) -> Select[*Columns]:
    """Narrow a query over releases to the one of this name, if the actor may see it."""
    query = query.join(Service, Service.id == Release.service_id)
    query = query.where(Service.slug == slug, catalogue.visible_to(actor), visible_to(actor))
    if version != LATEST:
        return query.where(Release.version == version)
    best_first = (Release.precedence.desc(), Release.version.desc())
    return query.where(*is_candidate()).order_by(*best_first).limit(1)


def is_candidate() -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which releases `latest` is chosen from."""
    return (
        Release.state == ReleaseState.PUBLISHED,
        Release.yanked_at.is_(None),
        Release.is_prerelease.is_(False),
    )


def _missing(session: Session, actor: Actor, slug: str, version: str) -> ReleaseNotFoundError:
    catalogue.find(session, actor, slug)
    return ReleaseNotFoundError(slug, version)


def find(session: Session, actor: Actor, slug: str, version: str, *, lock: bool = False) -> Release:
    """Return a release with its service; `latest` is the highest that is neither a pre-release nor yanked.

    `lock` keeps others from changing the service and its releases until the transaction ends.
    """
    if lock:
        catalogue.find(session, actor, slug, lock=True)
    query = _named(select(Release), actor, slug, version).options(contains_eager(Release.service))
    found = session.scalar(query)
    if found is None or not can(actor, Permission.RELEASE_READ, found):
        raise _missing(session, actor, slug, version)
    return found


_RENDERED = select(Release.body, Release.etag)
_OPEN_RENDERED = _open(_RENDERED)
_INSPECTED = select(Inspection.body, Inspection.etag).join(Release, Release.id == Inspection.release_id)
_OPEN_INSPECTED = _open(_INSPECTED)
_PACKED = select(
    Release.id,
    Release.package_key,
    Release.package_size,
    Release.package_sha256,
    Release.version,
    Release.yanked_reason,
)
_OPEN_PACKED = _open(_PACKED)


def rendering(session: Session, actor: Actor, slug: str, version: str) -> Rendering:
    """Return the stored representation of a release."""
    row = _OPEN_RENDERED.first(session, slug=slug, version=version)
    row = row or session.execute(_named(_RENDERED, actor, slug, version)).first()
    if row is None:
        raise _missing(session, actor, slug, version)
    return Rendering(*row)


def inspection(session: Session, actor: Actor, slug: str, version: str) -> Rendering:
    """Return what was found in a release's package."""
    row = _OPEN_INSPECTED.first(session, slug=slug, version=version)
    row = row or session.execute(_named(_INSPECTED, actor, slug, version)).first()
    if row is None:
        raise _missing(session, actor, slug, version)
    return Rendering(*row)


@dataclass(frozen=True, slots=True)
class Download:
    """Where a release's package lies, and what must be said of it."""

    release_id: UUID
    key: str
    size: int
    sha256: str
    file_name: str
    yanked: str | None


def download(session: Session, actor: Actor, slug: str, version: str) -> Download:
    """Return where the package of a release lies; `yanked` tells why it should not be used."""
    row = _OPEN_PACKED.first(session, slug=slug, version=version)
    row = row or session.execute(_named(_PACKED, actor, slug, version)).first()
    if row is None:
        raise _missing(session, actor, slug, version)
    identifier, key, size, sha256, exact, reason = row
    yanked = None if reason is None else reason.get("en", reason["de"])
    return Download(identifier, key, size, sha256, f"{slug}-{exact}.zip", yanked)


def browse(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    state: ReleaseState | None = None,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[bytes]:
    """List a service's releases as their stored representations, the highest version first."""
    service = catalogue.find(session, actor, slug)
    order = (Release.precedence, Release.version)
    query = (
        select(Release.body, *order)
        .join(Service, Service.id == Release.service_id)
        .where(Release.service_id == service.id, visible_to(actor))
    )
    if state is not None:
        query = query.where(Release.state == state)
    return paging.read(session, query, order, after=after, limit=limit, descending=True)


def awaiting(session: Session, actor: Actor) -> Sequence[Row[str, dict[str, str], str, datetime]]:
    """List which releases of the actor's organisation wait for a second member: slug, name, version, since when."""
    query = (
        select(Service.slug, Service.name, Release.version, Release.created_at)
        .join(Service, Service.id == Release.service_id)
        .where(Release.state == ReleaseState.AWAITING_APPROVAL, Service.originator_id == actor.organisation_id)
        .where(visible_to(actor))
    )
    return session.execute(query.order_by(Release.created_at, Release.id).limit(50)).all()


def used(session: Session, actor: Actor, organisation: Owned) -> dict[Quota, int]:
    """Tell the members of an organisation how many services it has, and how much their packages take."""
    require(actor, Permission.MEMBERS_READ, organisation)
    stored = func.coalesce(func.sum(Release.package_size), 0)
    query = select(func.count(Service.id.distinct()), stored).outerjoin(Release, Release.service_id == Service.id)
    services, octets = session.execute(query.where(Service.originator_id == organisation.owner_id)).one()
    return {Quota.SERVICES: services, Quota.STORAGE_MB: ceil(int(octets) / 1_000_000)}


def files(
    session: Session,
    actor: Actor,
    slug: str,
    version: str,
    *,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[PackagedFile]:
    """List the files of a release's package by path."""
    release = find(session, actor, slug, version)
    order = (PackagedFile.path,)
    query = select(PackagedFile, *order).where(PackagedFile.release_id == release.id)
    return paging.read(session, query, order, after=after, limit=limit)


def find_file(session: Session, actor: Actor, slug: str, version: str, path: str) -> tuple[str, PackagedFile]:
    """Return the storage key of a release's package and the file in it that has this path."""
    on = (PackagedFile.release_id == Release.id) & (PackagedFile.path == path)
    query = select(Release.package_key, PackagedFile).select_from(Release).outerjoin(PackagedFile, on)
    row = session.execute(_named(query, actor, slug, version)).first()
    if row is None:
        raise _missing(session, actor, slug, version)
    key, found = row
    if found is None:
        raise FileNotFoundInPackageError(path)
    return key, found


def read_file(
    session: Session, actor: Actor, slug: str, version: str, path: str, *, storage: Storage
) -> tuple[PackagedFile, Iterator[bytes]]:
    """Return a file of a release's package, and its content in blocks; nothing of it is read before it is asked for."""
    key, found = find_file(session, actor, slug, version, path)
    return found, _contents(storage, key, path)


def _contents(storage: Storage, key: str, path: str) -> Iterator[bytes]:
    with storage.open_object(key) as stored, zipfile.ZipFile(stored) as archive, archive.open(path) as it:
        while block := it.read(1 << 16):
            yield block
