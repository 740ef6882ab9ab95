"""What the tests of the API ask and hold the answers against, in few words."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from werkzeug.test import TestResponse

from registry.config import Resources
from registry.journal.models import Entry
from registry.kit.db import Base

#: For what no database can change: the shape of what is said.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: For what only a server with many writers knows.
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

PUBLISHER = "moenchengladbach-publisher"
OWNER = "moenchengladbach-owner"
ADOPTER = "wiesbaden-adopter"
SLUG = "wunschkennzeichen"
SERVICE = f"/services/{SLUG}"
RELEASE = f"{SERVICE}/releases/1.0.0"
ADOPTION = f"{SERVICE}/adoptions/wiesbaden"
ANYHOW = {"If-Match": "*"}


def refused(answer: TestResponse, status: int, slug: str | None = None) -> dict[str, Any]:
    """Return the problem that an answer is; fail where it is none, or another one."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = answer.get_json()
    assert told["status"] == status
    assert told["type"].startswith("/problems/")
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == answer.request.path
    assert told["request_id"] == answer.headers["X-Request-Id"]
    if slug is not None:
        assert told["type"] == f"/problems/{slug}", told
    return told


def good(answer: TestResponse, status: int = 200) -> Any:
    """Return what an answer tells; fail where it is another one."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_json() if answer.get_data() else None


def pointers(answer: TestResponse) -> list[str]:
    """Return the places that a problem points to."""
    return [error["pointer"] for error in refused(answer, 422).get("errors", [])]


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """Return the digest of some bytes as a header carries it."""
    return base64.b64encode(hashlib.new(algorithm, content).digest()).decode()


def written(resources: Resources) -> dict[str, Any]:
    """Return how much of everything there is: rows of every table, the journal's end, what is stored."""
    tables: list[Table] = [table for table in Base.metadata.sorted_tables if table.name != "rate_counts"]
    with resources.database.reading() as reading:
        there: dict[str, Any] = {
            table.name: reading.scalar(select(func.count()).select_from(table)) for table in tables
        }
        there["serial"] = reading.scalar(select(func.max(Entry.serial)))
    folder = resources.settings.data_dir
    there["stored"] = sorted(str(path.relative_to(folder)) for path in _files(folder))
    return there


def _files(folder: Path) -> list[Path]:
    return [path for name in ("packages", "incoming") for path in (folder / name).rglob("*") if path.is_file()]
