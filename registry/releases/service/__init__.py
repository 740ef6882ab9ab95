"""What can be done with releases."""

from registry.releases.service.attesting import attest, attestation, attested
from registry.releases.service.browsing import (
    Download,
    awaiting,
    browse,
    download,
    files,
    find,
    find_file,
    inspection,
    read_file,
    rendering,
    used,
)
from registry.releases.service.changing import approve, change, open_draft, reject, unyank, yank
from registry.releases.service.keeping import ORPHAN_AGE, add_downloads, sweep, verify
from registry.releases.service.publishing import (
    Upload,
    exists,
    inspect,
    may_publish,
    most,
    new_key,
    publish,
    refuse_errors,
)

__all__ = [
    "ORPHAN_AGE",
    "Download",
    "Upload",
    "add_downloads",
    "approve",
    "attest",
    "attestation",
    "attested",
    "awaiting",
    "browse",
    "change",
    "download",
    "exists",
    "files",
    "find",
    "find_file",
    "inspect",
    "inspection",
    "may_publish",
    "most",
    "new_key",
    "open_draft",
    "publish",
    "read_file",
    "refuse_errors",
    "reject",
    "rendering",
    "sweep",
    "unyank",
    "used",
    "verify",
    "yank",
]
