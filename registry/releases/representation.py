"""How a release is told as JSON: in one way, to everybody."""

from typing import Any

from registry.kit.clock import stamp
from registry.releases.models import PackagedFile, Release


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
    }


def file(it: PackagedFile) -> dict[str, Any]:
    """Tell a file of a package."""
    return {"path": it.path, "size": it.size, "sha256": it.sha256, "media_type": it.media_type, "role": it.role}
