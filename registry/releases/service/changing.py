"""Open drafts, deprecate releases, yank them and take that back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.authz.actor import Actor, ActorKind, Role, Scope
from registry.authz.policy import Permission, can, require
from registry.catalogue import service as catalogue
from registry.journal import service as journal
from registry.kit import clock
from registry.kit.errors import Fault, text
from registry.releases.errors import ApproverError, MetadataError, ReleaseNotFoundError, ReleaseStateError
from registry.releases.models import Release, ReleaseState
from registry.releases.service.browsing import find
from registry.releases.service.keeping import settle


def _own(session: Session, actor: Actor, slug: str, version: str) -> Release:
    release = find(session, actor, slug, version, lock=True)
    require(actor, Permission.RELEASE_CHANGE, release)
    return release


def open_draft(session: Session, actor: Actor, slug: str, version: str) -> Release:
    """Open a draft to all, or have it wait for a second member; ReleaseStateError where it is open already."""
    release = find(session, actor, slug, version, lock=True)
    catalogue.refuse_untrusted(actor, release.service, is_built=release.built_by is not None)
    if release.is_public:
        raise ReleaseStateError(text("Diese Version ist schon veröffentlicht.", "This release is published already."))
    if not accounts.demands_approval(session, actor, release.owner_id):
        return _open(session, actor, release)
    if release.state is ReleaseState.AWAITING_APPROVAL:
        raise ReleaseStateError(
            text("Diese Version wartet schon auf Zustimmung.", "This release awaits approval already.")
        )
    release.state = ReleaseState.AWAITING_APPROVAL
    release.rejected_at = release.rejected_reason = None
    if release.uploader_kind is None:  # made before anybody took note
        release.uploader_kind, release.uploader_id = actor.kind, actor.id
        release.uploader_person = accounts.person_behind(session, actor)
    _note(session, actor, release, "release.submitted", before={"state": ReleaseState.DRAFT})
    settle(session, actor, release)
    return release


def _open(session: Session, actor: Actor, release: Release, approved_by: Role | None = None) -> Release:
    release.service.keep_if_archived()
    before = {"state": release.state}
    release.state, release.approved_by = ReleaseState.PUBLISHED, approved_by
    release.published_at = clock.now()
    release.rejected_at = release.rejected_reason = None
    after = {"state": release.state} | ({"approved_by": approved_by} if approved_by else {})
    _note(session, actor, release, "release.published", before=before, after=after)
    settle(session, actor, release)
    return release


def approve(session: Session, actor: Actor, slug: str, version: str) -> Release:
    """Open a release to all as the second member who looked at it."""
    release = _judged(session, actor, slug, version)
    catalogue.refuse_untrusted(actor, release.service, is_built=release.built_by is not None)
    role = Role.OWNER if Scope.ORGANISATION_MANAGE in actor.scopes else Role.PUBLISHER
    return _open(session, actor, release, approved_by=role)


def reject(session: Session, actor: Actor, slug: str, version: str, *, reason: dict[str, str]) -> Release:
    """Make a release a draft again, and tell the members why."""
    release = _judged(session, actor, slug, version)
    release.state = ReleaseState.DRAFT
    release.rejected_at, release.rejected_reason = clock.now(), reason
    _note(session, actor, release, "release.rejected", before={"state": ReleaseState.AWAITING_APPROVAL})
    settle(session, actor, release)
    return release


def _judged(session: Session, actor: Actor, slug: str, version: str) -> Release:
    """Return a release on which the actor may decide."""
    release = _own(session, actor, slug, version)
    if actor.kind is not ActorKind.PERSON:
        raise ApproverError(text("Ein Programm kann nicht zustimmen.", "A program cannot approve."))
    if not _is_second(actor, release):
        raise ApproverError(
            text("Sie haben dieses Paket selbst hochgeladen.", "You have uploaded this package yourself.")
        )
    if release.state is not ReleaseState.AWAITING_APPROVAL:
        raise ReleaseStateError(text("Diese Version wartet nicht auf Zustimmung.", "This release awaits no approval."))
    return release


def _is_second(actor: Actor, release: Release) -> bool:
    """Whether the actor is a person, and not the one who uploaded the package.

    Programs have no eyes. Two clients of an organisation may be one person, so that they cannot approve each other, and
    what a client of her own uploaded she has uploaded herself, also where it is ended or another's by now.
    """
    if actor.kind is not ActorKind.PERSON or actor.id is None:
        return False
    return actor.id not in {release.uploader_id, str(release.uploader_person)}


@dataclass(frozen=True, slots=True)
class Options:
    """What one may do with a release as it stands."""

    change: bool
    open: bool
    judge: bool
    yank: bool
    unyank: bool


def options(session: Session, actor: Actor, slug: str, version: str) -> Options:
    """Return what the actor may do with a release as it stands."""
    release = find(session, actor, slug, version)
    may = can(actor, Permission.RELEASE_CHANGE, release)
    closed = release.service.only_trusted_publishing and release.built_by is None
    awaits = release.state is ReleaseState.AWAITING_APPROVAL
    return Options(
        change=may,
        open=may and not closed and release.state is ReleaseState.DRAFT,
        judge=may and not closed and awaits and _is_second(actor, release),
        yank=may and release.is_public and release.yanked_at is None,
        unyank=may and release.yanked_at is not None,
    )


def change(session: Session, actor: Actor, slug: str, version: str, changes: Mapping[str, Any]) -> Release:
    """Change a release's changelog, or say that it is deprecated; who says nothing new changes nothing.

    Raises MetadataError for a successor that is none.
    """
    release = _own(session, actor, slug, version)
    changed = sorted(name for name, value in changes.items() if getattr(release, name) != value)
    if not changed:
        return release
    was = release.deprecated
    for name in changed:
        setattr(release, name, changes[name])
    if "deprecated" in changed:
        _check_successor(session, actor, release)
    newly = release.deprecated is not None and was is None
    _note(
        session,
        actor,
        release,
        "release.deprecated" if newly else "release.changed",
        before={"deprecated": was is not None},
        after={"deprecated": release.deprecated is not None, "fields": changed},
        told={"successor": release.deprecated["successor"]} if release.deprecated else {},
    )
    settle(session, actor, release)
    return release


def _check_successor(session: Session, actor: Actor, release: Release) -> None:
    successor = (release.deprecated or {}).get("successor")
    if successor is None:
        return
    try:
        found = find(session, actor, release.service.slug, successor)
    except ReleaseNotFoundError:
        found = None
    if found is None or not found.is_public or found.id == release.id:
        said = text(
            f"„{successor}“ ist keine andere veröffentlichte Version dieses Online-Dienstes.",
            f"“{successor}” is no other published release of this service.",
        )
        raise MetadataError(said, faults=[Fault("#/deprecated/successor", said)])


def yank(session: Session, actor: Actor, slug: str, version: str, *, reason: dict[str, str]) -> Release:
    """Warn everybody off a release, which stays downloadable by its exact version."""
    release = _own(session, actor, slug, version)
    if not release.is_public:
        raise ReleaseStateError(text("Ein Entwurf kann nicht zurückgezogen werden.", "A draft cannot be yanked."))
    if release.yanked_at is not None:
        raise ReleaseStateError(text("Diese Version ist schon zurückgezogen.", "This release is yanked already."))
    release.yanked_at, release.yanked_reason = clock.now(), reason
    _note(session, actor, release, "release.yanked", told={"reason": reason})
    settle(session, actor, release)
    return release


def unyank(session: Session, actor: Actor, slug: str, version: str, *, reason: dict[str, str]) -> Release:
    """Take a yank back, and say why."""
    release = _own(session, actor, slug, version)
    if release.yanked_at is None:
        raise ReleaseStateError(text("Diese Version ist nicht zurückgezogen.", "This release is not yanked."))
    release.yanked_at = release.yanked_reason = None
    _note(session, actor, release, "release.unyanked", told={"reason": reason})
    settle(session, actor, release)
    return release


def _note(
    session: Session,
    actor: Actor,
    release: Release,
    kind: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
) -> None:
    slug, version = release.service.slug, release.version
    journal.record(
        session,
        actor,
        kind,
        subject=f"release:{slug}/{version}",
        service=slug,
        data={"service": slug, "version": version, **(told or {})},
        before=before,
        after=after or {"state": release.state},
        public=release.is_public,
    )
