"""Make a release of a package that was received, inspected and stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.service import Quota
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.catalogue.service import Glimpse
from registry.inspection import Expected, Limits, Report, Severity, inspect_package
from registry.journal import service as journal
from registry.kit import clock, db
from registry.kit.errors import Fault
from registry.kit.rendering import Rendering, render
from registry.releases import versions
from registry.releases.errors import PackageInvalidError, VersionExistsError
from registry.releases.models import Inspection, PackagedFile, Release, ReleaseState
from registry.releases.service.attesting import keep
from registry.releases.service.keeping import insert_whole, note_latest, tell

MEGABYTE = 1_000_000
#: How many errors an answer lists; the first ones are enough to begin with.
SHOWN_MAX = 200

#: What the journal calls a release that is made.
_KINDS = {
    ReleaseState.DRAFT: "release.drafted",
    ReleaseState.AWAITING_APPROVAL: "release.submitted",
    ReleaseState.PUBLISHED: "release.published",
}


@dataclass(frozen=True)
class Upload:
    """A package that lies in the storage under `key`, and what was found in it."""

    key: str
    size: int
    sha256: str
    report: Report

    @cached_property
    def told(self) -> Rendering:
        """The report as it is kept and told."""
        return render(self.report.to_json())


def new_key() -> str:
    """Return a name in the storage that nothing else has."""
    name = uuid4().hex
    return f"{name[:2]}/{name}.zip"


def may_publish(session: Session, actor: Actor, slug: str, *, keeps: bool = True) -> Glimpse:
    """Return the service of which the actor may make releases, before any byte of a package is read.

    Merely to have a package inspected (`keeps` is false) is open to people also where only pipelines publish.
    """
    service = catalogue.glimpse(session, actor, slug)
    require(actor, Permission.RELEASE_PUBLISH, service)
    if keeps:
        catalogue.refuse_untrusted(actor, service)
    return service


_MADE = db.Lookup(
    select(Release.id).where(Release.service_id == bindparam("service"), Release.version == bindparam("version"))
)


def exists(session: Session, actor: Actor, service: Service | Glimpse, version: str) -> bool:
    """Whether this version of the service was made before, published or not."""
    require(actor, Permission.RELEASE_PUBLISH, service)
    return _MADE.first(session, service=service.service_id, version=version) is not None


def inspect(package: BinaryIO, service: Service | Glimpse, version: str | None, limits: Limits) -> Report:
    """Look at a package as a release of this service, without any database."""
    return inspect_package(
        package, limits=limits, expected=Expected(service=service.slug, version=version, licence=service.licence)
    )


def publish(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    metadata: Mapping[str, Any],
    upload: Upload,
    attestations: Sequence[bytes] = (),
    at: datetime | None = None,
) -> Release:
    """Make a release, open to all unless it is a draft, or must be approved first.

    `attestations` are signed statements about the package; `at` is when it was published, for the seed's history. The
    service's row is locked, so that of twelve who publish the same version at once one wins. Raises PackageInvalidError
    for what the inspection found, VersionExistsError where the version was made before, TrustedPublishingOnlyError,
    AttestationInvalidError.
    """
    service = catalogue.find_outlined(session, actor, slug)
    catalogue.refuse_untrusted(actor, service)
    service.keep_if_archived()
    refuse_errors(upload.report)
    version = metadata["version"]
    if exists(session, actor, service, version):
        raise VersionExistsError(slug, version)
    _keep_to_quota(session, service, upload.size)
    now = at or clock.now()
    state = _state(session, actor, service, draft=metadata["draft"])
    release = Release(
        id=uuid4(),
        service=service,
        service_id=service.id,
        version=version,
        precedence=versions.precedence(version),
        is_prerelease=versions.is_prerelease(version),
        state=state,
        created_at=now,
        published_at=now if state is ReleaseState.PUBLISHED else None,
        uploader_kind=actor.kind,
        uploader_id=actor.id,
        uploader_person=accounts.person_behind(session, actor),
        changelog=metadata["changelog"],
        changes=metadata["changes"],
        breaking=metadata["breaking"],
        package_key=upload.key,
        package_size=upload.size,
        package_sha256=upload.sha256,
        findings=_counts(upload.report),
        downloads=0,
        built_by=None if actor.build is None else asdict(actor.build),
        attested=[],
        body=b"",
        etag="",
    )
    insert_whole(session, release)
    for content in attestations:
        keep(session, release, content)
    told = {"service": slug, "version": version}
    journal.record(
        session,
        actor,
        _KINDS[state],
        subject=f"release:{slug}/{version}",
        service=slug,
        data=told,
        after={"state": release.state, "sha256": upload.sha256, "built_by": release.built_by},
        public=release.is_public,
    )
    if attestations:
        db.write(session, release, attested=release.attested, **tell(release)._asdict())
    note_latest(session, actor, release)
    _keep_report(session, release, upload)
    return release


def _state(session: Session, actor: Actor, service: Service, *, draft: bool) -> ReleaseState:
    if draft:
        return ReleaseState.DRAFT
    if accounts.demands_approval(session, actor, service.originator_id):
        return ReleaseState.AWAITING_APPROVAL
    return ReleaseState.PUBLISHED


_USED = db.Lookup(
    select(
        func.count().filter(Release.service_id == bindparam("service")),
        func.coalesce(func.sum(Release.package_size), 0),
    )
    .join(Service, Service.id == Release.service_id)
    .where(Service.originator_id == bindparam("originator"))
)


def _keep_to_quota(session: Session, service: Service, size: int) -> None:
    count, stored = _USED.first(session, service=service.id, originator=service.originator_id) or (0, 0)
    # Two that publish other services at once may pass a bound together, by one package: it is a bound, not a bill.
    accounts.keep_to(
        session, service.originator_id, releases=count + 1, storage_mb=ceil((int(stored) + size) / MEGABYTE)
    )


def most(session: Session, actor: Actor, service: Service | Glimpse, usual: Limits) -> Limits:
    """Return the bounds that packages of a service are held to: the usual ones, or its originator's own."""
    require(actor, Permission.RELEASE_PUBLISH, service)
    own = accounts.limits(session, service.owner_id).get(Quota.PACKAGE_MB)
    return usual if own is None else replace(usual, package_bytes=own * MEGABYTE)


def refuse_errors(report: Report) -> None:
    """Refuse a package with what keeps it from being published; PackageInvalidError names all of it."""
    if report.ok:
        return
    found = report.blocking[:SHOWN_MAX]
    faults = [Fault(f"#/package/{finding.path}" if finding.path else "#/package", finding.message) for finding in found]
    raise PackageInvalidError([finding.to_json() for finding in found], faults)


def _counts(report: Report) -> dict[str, int]:
    return {severity: sum(found.severity is severity for found in report.findings) for severity in Severity}


_INSERT_INSPECTION = db.Insertion(Inspection.release_id)
_INSERT_FILES = insert(PackagedFile)


def _keep_report(session: Session, release: Release, upload: Upload) -> None:
    # Rows that are never altered go straight to the tables, past the session's unit of work, which takes longer.
    _INSERT_INSPECTION.add(session, release_id=release.id, body=upload.told.body, etag=upload.told.etag)
    rows = [
        {
            "release_id": release.id,
            "path": entry.path,
            "size": entry.size,
            "sha256": entry.sha256,
            "media_type": entry.media_type,
            "role": entry.role,
        }
        for entry in upload.report.files
    ]
    if rows:
        session.connection().execute(_INSERT_FILES, rows)
