"""How a release is told as JSON: in one way, to everybody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.kit.clock import stamp
from registry.releases.models import Attestation, PackagedFile, Release


def release(it: Release) -> dict[str, Any]:
    """Tell a release; its `service` must be loaded."""
    return {
        "service": it.service.slug,
        "version": it.version,
        "state": it.state,
        "prerelease": it.is_prerelease,
        "created_at": stamp(it.created_at),
        "published_at": stamp(it.published_at) if it.published_at else None,
        "changelog": it.changelog,
        "changes": it.changes,
        "breaking": it.breaking,
        "deprecated": it.deprecated,
        "yanked": {"reason": it.yanked_reason, "at": stamp(it.yanked_at)} if it.yanked_at else None,
        "package": {
            "size": it.package_size,
            "sha256": it.package_sha256,
            "url": f"/api/v1/services/{it.service.slug}/releases/{it.version}/package",
        },
        "findings": it.findings,
        "downloads": it.downloads,
        "approved_by": it.approved_by,
        "rejected": {"reason": it.rejected_reason, "at": stamp(it.rejected_at)} if it.rejected_at else None,
        "built_by": None if it.built_by is None else _build(it.built_by),
        "attestations": it.attested,
    }


def _build(it: Mapping[str, Any]) -> dict[str, Any]:
    return {name: it[name] for name in ("issuer", "repository", "commit", "ref", "environment", "run_url")}


def attestation(it: Attestation, release: Release, key_withdrawn_at: datetime | None) -> dict[str, Any]:
    """Tell a signed statement about a release, whose `service` must be loaded."""
    slug, version = release.service.slug, release.version
    return {
        "sha256": it.sha256,
        "predicate_type": it.predicate_type,
        "signed_by": it.signed_by,
        "keyid": it.keyid,
        "key_withdrawn_at": stamp(key_withdrawn_at) if key_withdrawn_at else None,
        "created_at": stamp(it.created_at),
        "url": f"/api/v1/services/{slug}/releases/{version}/attestations/{it.sha256}",
    }


def file(it: PackagedFile) -> dict[str, Any]:
    """Tell a file of a package."""
    return {"path": it.path, "size": it.size, "sha256": it.sha256, "media_type": it.media_type, "role": it.role}
