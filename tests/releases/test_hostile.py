"""Archives that mean harm, sent as everybody sends a package: refused with findings, and nothing is kept."""

import hashlib
import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.config import Resources
from registry.releases.models import Release
from tests import packages
from tests.inspection.zips import Part, build, named
from tests.whole.running import form

MEGABYTE = 1 << 20


def parts() -> list[Part]:
    """What every package has, so that what is added is all that is wrong."""
    return [named("publiccode.yml", data=packages.publiccode().encode()), named("LICENSE", data=b"EUPL-1.2\n" * 50)]


def with_part(part: Part, **end: Any) -> bytes:
    return build(*parts(), part, **end)


def link(name: str, target: bytes) -> Part:
    return named(name, data=target, attributes=(stat.S_IFLNK | 0o777) << 16)


def nested(depth: int) -> bytes:
    inner = packages.package()
    for _ in range(depth):
        inner = packages.package({"inner.zip": inner})
    return inner


def document(path: str, content: str) -> bytes:
    return packages.package({path: content})


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
BILLION = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + number)}: &{chr(98 + number)} [{','.join([f'*{chr(97 + number)}'] * 9)}]\n" for number in range(9)
)

HOSTILE: dict[str, bytes] = {
    "climbing path": with_part(named("../../etc/cron.d/x")),
    "absolute path": with_part(named("/etc/passwd")),
    "drive letter": with_part(named("C:/windows/x")),
    "backslash": with_part(named("a\\..\\b")),
    "NUL in a name": with_part(Part(b"a\0.txt")),
    "control character in a name": with_part(named("a\x1b[2J.txt")),
    "name that is no UTF-8": with_part(Part(b"\xff\xfe.txt")),
    "device name": with_part(named("docs/CON.txt")),
    "symbolic link": with_part(link("link", b"/etc/passwd")),
    "the same name twice": build(*parts(), named("a.txt"), named("a.txt")),
    "the same name after case folding": build(*parts(), named("a.txt"), named("A.TXT")),
    "the same name after normalisation": build(*parts(), named("\u00e4.txt"), named("a\u0308.txt")),
    "file that is a folder too": build(*parts(), named("a"), named("a/b")),
    "encrypted": with_part(named("secret", flags=1)),
    "data before": build(*parts(), before=b"#!/bin/sh\nrm -rf /\n"),
    "data after": build(*parts()) + b"trailing",
    "comment": build(*parts(), comment=b"PK\x05\x06" + b"\0" * 18),
    "gap between entries": build(*parts()[:1], named("x", gap=b"hidden"), *parts()[1:]),
    "wrong checksum": with_part(named("a.txt", local={"crc": 1}, central={"crc": 1})),
    "two names for one entry": with_part(Part(b"a.txt", local={"name": b"b.txt"})),
    "lying size": with_part(named("a.txt", data=b"x" * 5000, local={"size": 10}, central={"size": 10})),
    "bomb": with_part(named("bomb", data=b"\0" * (30 * MEGABYTE))),
    "bomb that lies": with_part(
        named("bomb", data=b"\0" * (30 * MEGABYTE), local={"size": 100}, central={"size": 100})
    ),
    "high ratio": with_part(named("zeros", data=b"\0" * (8 * MEGABYTE))),
    "too many entries": build(*parts(), *(named(f"{number}", data=b"") for number in range(10_001))),
    "archives in archives": nested(3),
    "unknown compression": with_part(named("a.txt", method=99)),
    "count that lies": build(*parts(), count=1, here=1),
    "directory that begins elsewhere": build(*parts(), offset=3),
    "several disks": build(*parts(), disk=1),
    "torn": packages.package()[:-30],
    "no archive": b"%PDF-1.7\n" + b"x" * 5000,
    "empty": b"",
    "empty archive": b"PK\x05\x06" + b"\0" * 18,
    "only a directory": struct.pack("<4s", b"PK\x01\x02") + b"\0" * 100,
    "YAML that multiplies": packages.package({"publiccode.yml": BILLION}),
    "YAML that constructs": packages.package({"publiccode.yml": "a: !!python/object/apply:os.system [id]\n"}),
    "YAML that nests": packages.package({"publiccode.yml": "[" * 50_000}),
    "no publiccode.yml": packages.package({"publiccode.yml": None}),
    "no licence": packages.package({"LICENSE": None}),
    "another version": packages.package(version="6.6.6"),
}


@pytest.fixture
def send(call: Callable[..., TestResponse]) -> Callable[..., TestResponse]:
    """Send a package as it is: the test client would leave a large one open in a file."""

    def post(content: bytes, query: str = "") -> TestResponse:
        body, kind = form({"version": "1.0.0"}, content)
        path = f"/services/wunschkennzeichen/releases{query}"
        return call("POST", path, who="moenchengladbach-publisher", data=body, headers={"Content-Type": kind})

    return post


@pytest.fixture
def nothing_kept(resources: Resources) -> Any:
    """Tell what is left of an upload."""

    def left() -> tuple[int | None, list[str], list[Path]]:
        with resources.database.reading() as reading:
            count = reading.scalar(select(func.count()).select_from(Release))
        return count, [stored.key for stored in resources.storage.list()], [*resources.incoming.iterdir()]

    return left


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """SQLite alone: no refusal depends on the database."""
    path = tmp_path / "registry.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_nothing_is_kept(
    send: Any, make_service: Any, session: Session, nothing_kept: Any, name: str
):
    make_service()
    session.commit()
    content = HOSTILE[name]
    checked: TestResponse = send(content, "?check=1")
    assert checked.status_code == 200, checked.json
    report = checked.json
    assert report is not None
    assert report["ok"] is False
    blocking = [finding for finding in report["findings"] if finding["severity"] == "error"]
    refused: TestResponse = send(content)
    assert refused.status_code == 422, refused.json
    problem = refused.json
    assert problem is not None
    assert problem["type"] == "/problems/package-invalid"
    assert problem["findings"] == blocking[:200]
    assert problem["errors"]
    for finding in blocking:
        assert finding["message"]["de"]
        assert finding["message"]["en"]
        assert finding["help"].startswith("/problems/")
    assert nothing_kept() == (0, [], [])
    # The version is free as ever.
    assert send(packages.package()).status_code == 201


def test_every_finding_has_a_page(send: Any, make_service: Any, session: Session, client: FlaskClient):
    make_service()
    session.commit()
    pages = set()
    for content in HOSTILE.values():
        report = send(content, "?check=1").json
        pages |= {finding["help"] for finding in report["findings"]}
    assert len(pages) >= 10
    for page in pages:
        assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("content", [ENTITIES, OUTSIDE], ids=["entities", "file"])
def test_no_entity_of_a_document_is_ever_expanded(send: Any, make_service: Any, session: Session, content: str):
    make_service()
    session.commit()
    checked = send(document("schema.xml", content), "?check=1")
    assert checked.status_code == 200
    assert b"root:" not in checked.data
    assert b"haha" not in checked.data


def test_a_package_beyond_the_limit_is_refused_and_nothing_is_kept(
    send: Any, make_service: Any, session: Session, nothing_kept: Any
):
    make_service()
    session.commit()
    out = io.BytesIO(packages.package())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("big", hashlib.shake_128(b"big").digest(2_100_000))
    assert send(out.getvalue()).status_code == 413
    assert send(out.getvalue(), "?check=1").status_code == 413
    assert nothing_kept() == (0, [], [])


def test_checking_keeps_nothing_of_a_good_package_either(
    send: Any, make_service: Any, session: Session, nothing_kept: Any
):
    make_service()
    session.commit()
    checked = send(packages.package(), "?check=1")
    assert (checked.status_code, checked.json["ok"]) == (200, True)
    assert nothing_kept() == (0, [], [])
