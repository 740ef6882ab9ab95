"""Releases through the API."""

import hashlib
import io
import json
import threading
from typing import Any

import pytest
from sqlalchemy import select
from typing_extensions import override
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from registry.releases.models import Release
from tests import packages
from tests.api.asking import ANYHOW, ON_SQLITE, PUBLISHER, RELEASE, SLUG, digest, good, pointers, refused, written
from tests.api.asking import SERVICE as PATH

RELEASES = f"{PATH}/releases"
REASON = {"reason": {"de": "Rechenfehler", "en": "Wrong sums"}}

WHOLE = {
    "changelog": {"de": "## Neu\n\n* Alles", "en": "## New"},
    "changes": [
        {"kind": "added", "text": {"de": "Bezahlen", "en": "Payment"}},
        {"kind": "security", "text": {"de": "Lücke\ngeschlossen"}},
    ],
    "breaking": {"reason": {"de": "Neues Schema"}},
}


def versions(answer):
    return [item["version"] for item in good(answer)["items"]]


def test_everything_that_is_said_of_a_release_is_told_again(call, draft, publish, resources):
    assert draft
    content = packages.package()
    answer = publish(content=content, **WHOLE)
    told = good(answer, 201)
    assert answer.headers["Location"] == f"/api/v1{RELEASE}"
    assert {name: told[name] for name in WHOLE} == WHOLE
    assert told["package"] == {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "url": f"/api/v1{RELEASE}/package",
    }
    assert (told["service"], told["version"], told["state"], told["prerelease"]) == (SLUG, "1.0.0", "published", False)
    assert told["published_at"] == told["created_at"]
    assert (told["deprecated"], told["yanked"], told["downloads"]) == (None, None, 0)
    assert told["inspection"]["ok"] is True
    assert told["findings"]["error"] == 0
    read = call("GET", RELEASE)
    assert good(read) == {name: value for name, value in told.items() if name != "inspection"}
    assert read.headers["ETag"] == answer.headers["ETag"]
    with resources.database.reading() as reading:
        kept = reading.scalars(select(Release)).one()
        assert kept.changes == WHOLE["changes"]
        assert resources.storage.size(kept.package_key) == len(content)


def test_an_inspection_is_read_again_as_it_was_told(call, draft, publish):
    assert draft
    told = good(publish(), 201)["inspection"]
    read = call("GET", f"{RELEASE}/inspection")
    assert good(read) == told
    known = call("GET", f"{RELEASE}/inspection", headers={"If-None-Match": read.headers["ETag"]})
    assert known.status_code == 304
    assert {entry["path"] for entry in told["files"]} == {"publiccode.yml", "LICENSE", "README.md", "CHANGELOG.md"}


def test_a_check_keeps_nothing(call, draft, publish, resources):
    assert draft
    before = written(resources)
    assert good(publish(query="?check=1"))["ok"] is True
    bad = good(publish(query="?check=1", content=b"no zip"))
    assert bad["ok"] is False
    assert bad["findings"]
    assert written(resources) == before
    refused(call("GET", RELEASE, who=PUBLISHER), 404, "release-not-found")


@ON_SQLITE
def test_a_check_needs_no_metadata(call, draft):
    assert draft
    data = {"package": (io.BytesIO(packages.package()), "p.zip")}
    assert good(call("POST", f"{RELEASES}?check=1", who=PUBLISHER, data=data))["ok"] is True


@ON_SQLITE
@pytest.mark.parametrize("order", ["package first", "metadata first", "metadata as a file", "metadata as octets"])
@pytest.mark.parametrize("size", [0, 1_500_000], ids=["small", "large"])
def test_the_parts_come_in_any_order(call, draft, order, size, resources):
    assert draft
    # Of random bytes, so that it stays large when it is packed.
    filler = b"".join(hashlib.sha256(bytes([n & 255, n >> 8])).digest() for n in range(size // 32))
    content = packages.package({"anlage.bin": filler})
    said = json.dumps({"version": "1.0.0"})
    package = (io.BytesIO(content), "package.zip", "application/zip")
    orders: dict[str, dict[str, Any]] = {
        "package first": {"package": package, "metadata": said},
        "metadata first": {"metadata": said, "package": package},
        "metadata as a file": {
            "metadata": (io.BytesIO(said.encode()), "metadata.json", "application/json"),
            "package": package,
        },
        "metadata as octets": {
            "metadata": (io.BytesIO(said.encode()), "said", "application/octet-stream"),
            "package": package,
        },
    }
    boundary, body = encode_multipart(
        {
            name: value if isinstance(value, str) else FileStorage(value[0], value[1], content_type=value[2])
            for name, value in orders[order].items()
        }
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    told = good(call("POST", RELEASES, who=PUBLISHER, data=body, headers=headers), 201)
    assert told["package"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert call("GET", f"{RELEASE}/package", buffered=True).get_data() == content
    assert not [*resources.incoming.iterdir()]


@ON_SQLITE
def test_parts_that_nobody_asked_for_do_not_spoil_the_package(call, draft):
    assert draft
    content = packages.package()
    data = {
        "package": (io.BytesIO(content), "package.zip", "application/zip"),
        "a": (io.BytesIO(b"first"), "a.bin", "application/octet-stream"),
        "b": (io.BytesIO(b"second"), "b.bin", "application/octet-stream"),
        "metadata": json.dumps({"version": "1.0.0"}),
    }
    good(call("POST", RELEASES, who=PUBLISHER, data=data), 201)
    assert call("GET", f"{RELEASE}/package", buffered=True).get_data() == content


def test_a_form_of_too_many_parts_says_so(call, draft, resources):
    assert draft
    data = {name: (io.BytesIO(b"x"), f"{name}.bin") for name in "abcdefghijk"}
    data |= {"package": (io.BytesIO(packages.package()), "p.zip"), "metadata": json.dumps({"version": "1.0.0"})}
    before = written(resources)
    told = refused(call("POST", RELEASES, who=PUBLISHER, data=data), 400, "too-many-parts")
    assert told["detail"] == "The multipart content has more than 12 parts."
    assert written(resources) == before


@ON_SQLITE
@pytest.mark.parametrize("name", ["package", "metadata"])
def test_of_two_parts_of_a_name_none_is_guessed(call, draft, resources, name):
    assert draft
    before = written(resources)
    package = (io.BytesIO(packages.package()), "a.zip")
    metadata = json.dumps({"version": "1.0.0"})
    data = {
        "package": [package, (io.BytesIO(b"other"), "b.zip")] if name == "package" else package,
        "metadata": [metadata, json.dumps({"version": "2.0.0"})] if name == "metadata" else metadata,
    }
    told = refused(call("POST", RELEASES, who=PUBLISHER, data=data), 422)
    assert told["errors"][0]["pointer"] == f"#/{name}"
    assert written(resources) == before


def test_a_check_is_answered_again_by_its_key_and_by_it_alone(call, draft, publish):
    assert draft
    key = {"Idempotency-Key": "check"}
    first = publish(query="?check=1", headers=key, content=b"no zip")
    assert good(first)["ok"] is False
    again = publish(query="?check=1", headers=key, content=b"no zip")
    assert (again.status_code, again.get_data()) == (200, first.get_data())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    for other in ({"content": b"no zip either"}, {"content": b"no zip", "version": "1.0.1"}):
        refused(publish(query="?check=1", headers=key, **other), 422, "idempotency-key-reused")
    refused(publish(headers=key), 422, "idempotency-key-reused")
    good(publish(), 201)


def test_a_version_is_published_once(call, service, publish, resources, stored):
    assert service
    before = written(resources)
    refused(publish(), 409, "version-exists")
    assert written(resources) == before
    good(call("POST", f"{RELEASE}/yank", REASON, who=PUBLISHER))
    refused(publish(), 409, "version-exists")
    good(publish(version="1.0.1", draft=True), 201)
    refused(publish(version="1.0.1"), 409, "version-exists")
    assert len(stored()) == 2


def test_of_many_who_publish_a_version_at_once_one_wins(app, draft, token_of, stored):
    assert draft
    headers = {"Authorization": f"Bearer {token_of(PUBLISHER)}"}
    began, statuses = threading.Barrier(4), []

    def send():
        data = {"metadata": '{"version": "1.0.0"}', "package": (io.BytesIO(packages.package()), "p.zip")}
        began.wait()
        statuses.append(app.test_client().post(f"/api/v1{RELEASES}", data=data, headers=headers).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]
    assert len(stored()) == 1


def test_versions_are_ordered_as_semver_says_however_they_were_published(call, draft, publish):
    assert draft
    published = ["2.0.0", "1.0.0-alpha.1", "1.10.0", "1.0.0", "1.9.0", "3.0.0-rc.1", "1.0.0-alpha.beta", "1.0.0-alpha"]
    for version in published:
        good(publish(version=version), 201)
    assert versions(call("GET", RELEASES)) == [
        "3.0.0-rc.1",
        "2.0.0",
        "1.10.0",
        "1.9.0",
        "1.0.0",
        "1.0.0-alpha.beta",
        "1.0.0-alpha.1",
        "1.0.0-alpha",
    ]


def test_latest_is_the_highest_that_is_neither_pre_release_nor_yanked_nor_draft(call, draft, publish):
    assert draft
    refused(call("GET", f"{RELEASES}/latest", who=PUBLISHER), 404, "release-not-found")

    def latest():
        shown = good(call("GET", PATH))["latest_release"]
        answer = call("GET", f"{RELEASES}/latest")
        if shown is None:
            refused(answer, 404, "release-not-found")
            return None
        assert good(answer)["version"] == shown["version"]
        assert good(answer)["published_at"] == shown["published_at"]
        return shown["version"]

    good(publish(version="1.0.0-rc.1"), 201)
    assert latest() is None
    good(publish(version="2.0.0"), 201)
    assert latest() == "2.0.0"
    good(publish(version="1.5.0"), 201)
    assert latest() == "2.0.0"
    good(publish(version="3.0.0-beta"), 201)
    good(publish(version="3.0.0", draft=True), 201)
    assert latest() == "2.0.0"
    good(call("POST", f"{RELEASES}/2.0.0/yank", REASON, who=PUBLISHER))
    assert latest() == "1.5.0"
    good(call("POST", f"{RELEASES}/1.5.0/yank", REASON, who=PUBLISHER))
    assert latest() is None
    good(call("POST", f"{RELEASES}/2.0.0/unyank", REASON, who=PUBLISHER))
    assert latest() == "2.0.0"
    good(call("POST", f"{RELEASES}/3.0.0/publish", who=PUBLISHER))
    assert latest() == "3.0.0"


def test_build_metadata_makes_another_version(call, draft, publish):
    assert draft
    good(publish(version="1.0.0+a"), 201)
    good(publish(version="1.0.0+b"), 201)
    assert good(call("GET", f"{RELEASES}/1.0.0%2Ba"))["version"] == "1.0.0+a"
    assert good(call("GET", f"{RELEASES}/latest"))["version"] == "1.0.0+b"


def test_a_draft_is_seen_by_its_publishers_until_it_is_published(call, service, publish):
    assert service
    good(publish(version="1.1.0", draft=True), 201)
    for part in ("", "/inspection", "/files", "/package", "/files/README.md"):
        refused(call("GET", f"{RELEASES}/1.1.0{part}"), 404)
        refused(call("GET", f"{RELEASES}/1.1.0{part}", who="kiel-publisher"), 404)
        assert call("GET", f"{RELEASES}/1.1.0{part}", who=PUBLISHER, buffered=True).status_code == 200
    assert versions(call("GET", RELEASES)) == ["1.0.0"]
    assert versions(call("GET", RELEASES, who="moenchengladbach-viewer")) == ["1.1.0", "1.0.0"]
    told = good(call("POST", f"{RELEASES}/1.1.0/publish", who=PUBLISHER))
    assert (told["state"], told["published_at"] is not None) == ("published", True)
    assert versions(call("GET", RELEASES)) == ["1.1.0", "1.0.0"]
    assert good(call("GET", "/changes"))["items"][-1]["data"] == {"service": SLUG, "version": "1.1.0"}


def test_a_drafts_service_opens_only_when_the_draft_is_published(call, draft, publish):
    assert draft
    good(publish(draft=True), 201)
    refused(call("GET", PATH), 404)
    good(call("POST", f"{RELEASE}/publish", who=PUBLISHER))
    assert good(call("GET", PATH))["status"] == "active"


@ON_SQLITE
@pytest.mark.parametrize(
    ("state", "verb", "status"),
    [
        ("draft", "publish", 200),
        ("draft", "yank", 409),
        ("draft", "unyank", 409),
        ("published", "publish", 409),
        ("published", "yank", 200),
        ("published", "unyank", 409),
        ("yanked", "publish", 409),
        ("yanked", "yank", 409),
        ("yanked", "unyank", 200),
    ],
)
def test_a_release_changes_its_state_only_as_the_table_says(call, draft, publish, state, verb, status):
    assert draft
    good(publish(draft=state == "draft"), 201)
    if state == "yanked":
        good(call("POST", f"{RELEASE}/yank", REASON, who=PUBLISHER))
    before = good(call("GET", RELEASE, who=PUBLISHER))
    answer = call("POST", f"{RELEASE}/{verb}", None if verb == "publish" else REASON, who=PUBLISHER)
    after = good(call("GET", RELEASE, who=PUBLISHER))
    if status == 409:
        refused(answer, 409, "release-state")
        assert after == before
        return
    assert good(answer) == after
    assert after["state"] == "published"
    assert (after["yanked"] or {}).get("reason") == (REASON["reason"] if verb == "yank" else None)


def test_a_yanked_release_says_why_in_the_feed_too(call, service):
    assert service
    told = good(call("POST", f"{RELEASE}/yank", REASON, who=PUBLISHER))
    assert told["yanked"]["reason"] == REASON["reason"]
    assert told["yanked"]["at"].endswith("Z")
    change = good(call("GET", "/changes"))["items"][-1]
    assert change["type"] == "release.yanked"
    assert change["data"] == {"service": SLUG, "version": "1.0.0", "reason": REASON["reason"]}


def test_a_release_is_deprecated_in_favour_of_another(call, service, publish):
    assert service
    good(publish(version="1.1.0"), 201)
    said = {"deprecated": {"reason": {"de": "veraltet"}, "successor": "1.1.0"}}
    told = good(call("PATCH", RELEASE, said, who=PUBLISHER, headers=ANYHOW))
    assert told["deprecated"] == said["deprecated"]
    assert good(call("GET", RELEASE))["deprecated"] == said["deprecated"]
    assert good(call("GET", "/changes"))["items"][-1]["type"] == "release.deprecated"
    news = good(call("GET", "/changes"))["total"]
    for nothing_new in ({}, said):
        assert good(call("PATCH", RELEASE, nothing_new, who=PUBLISHER, headers=ANYHOW)) == told
    assert good(call("GET", "/changes"))["total"] == news
    taken_back = good(call("PATCH", RELEASE, {"deprecated": None}, who=PUBLISHER, headers=ANYHOW))
    assert taken_back["deprecated"] is None
    assert good(call("GET", "/changes"))["items"][-1]["type"] != "release.deprecated"


def test_a_changelog_may_change_and_the_package_never_does(call, service):
    assert service
    before = good(call("GET", RELEASE))
    tag = call("GET", RELEASE).headers["ETag"]
    said = {"changelog": {"de": "Nachgetragen"}}
    refused(call("PATCH", RELEASE, said, who=PUBLISHER), 428)
    told = good(call("PATCH", RELEASE, said, who=PUBLISHER, headers={"If-Match": tag}))
    assert told == before | said
    refused(call("PATCH", RELEASE, said, who=PUBLISHER, headers={"If-Match": tag}), 412)
    assert pointers(call("PATCH", RELEASE, {"package": {}}, who=PUBLISHER, headers=ANYHOW)) == ["#/package"]


@ON_SQLITE
@pytest.mark.parametrize("where", ["request", "part"])
@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("sha-256=:{sha256}:", 201),
        ("sha-512=:{sha512}:", 201),
        ("sha-256=:{sha256}:, sha-512=:{sha512}:", 201),
        ("sha-256=:{wrong}:", 422),
        ("sha-256=:{sha256}:, sha-512=:{wrong}:", 422),
        ("sha-256=::", 422),
        ("sha-256=:!!!:", 400),
        ("md5=:{wrong}:", 201),
        ("md5=:{wrong}:, sha-256=:{wrong}:", 422),
        ("sha-256={sha256}", 400),
        ("rubbish", 400),
        ("", 201),
    ],
)
def test_what_arrives_is_held_against_its_digest(call, draft, where, form, status, resources):
    assert draft
    content = packages.package()
    metadata = b'--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{"version": "1.0.0"}\r\n'

    def body(header):
        head = f'--b\r\nContent-Disposition: form-data; name="package"; filename="p.zip"\r\n{header}\r\n'.encode()
        return metadata + head + content + b"\r\n--b--\r\n"

    of = body("") if where == "request" else content
    said = form.format(sha256=digest(of), sha512=digest(of, "sha512"), wrong=digest(b"x"))
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if where == "request":
        headers["Content-Digest"] = said
    before = written(resources)
    sent = body(f"Content-Digest: {said}\r\n" if where == "part" else "")
    answer = call("POST", RELEASES, who=PUBLISHER, data=sent, headers=headers)
    assert answer.status_code == status, answer.text
    if status != 201:
        refused(answer, status, "digest-mismatch" if status == 422 else "malformed")
        assert written(resources) == before


def test_a_package_over_the_limit_is_refused_while_it_is_read(app, draft, token_of, resources):
    assert draft
    read = 0

    class Endless(io.RawIOBase):
        @override
        def readable(self):
            return True

        @override
        def readinto(self, target):
            nonlocal read
            head = b'--b\r\nContent-Disposition: form-data; name="package"; filename="p.zip"\r\n\r\n'
            block = (head if read == 0 else b"")[: len(target)].ljust(len(target), b"x")
            target[: len(block)] = block
            read += len(block)
            return len(block)

    token = token_of(PUBLISHER)
    before = written(resources)
    answer = app.test_client().post(
        f"/api/v1{RELEASES}",
        headers={"Authorization": f"Bearer {token}"},
        environ_overrides={
            "CONTENT_TYPE": "multipart/form-data; boundary=b",
            "wsgi.input": io.BufferedReader(Endless()),
            "wsgi.input_terminated": True,
        },
    )
    refused(answer, 413, "too-large")
    assert 2_000_000 < read < 3_300_000
    assert written(resources) == before


@ON_SQLITE
def test_a_package_that_says_it_is_too_large_is_refused_at_once(call, draft):
    assert draft
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    said = {"CONTENT_LENGTH": "9000000"}
    answer = call("POST", RELEASES, who=PUBLISHER, data=b"x", headers=headers, environ_overrides=said)
    refused(answer, 413, "too-large")


def test_while_publishing_is_closed_a_check_is_still_answered(environ, draft, token_of, publish):
    from registry.app import create_app
    from registry.config import Resources, Settings

    assert draft
    closed = Resources(Settings.read(environ | {"REGISTRY_PUBLISHING": "off"}), environ)
    try:
        asking = create_app(closed).test_client()
        headers = {"Authorization": f"Bearer {token_of(PUBLISHER)}"}

        def send(query):
            data = {"metadata": '{"version": "1.0.0"}', "package": (io.BytesIO(packages.package()), "p.zip")}
            return asking.post(f"/api/v1{RELEASES}{query}", data=data, headers=headers)

        answer = send("")
        refused(answer, 503, "publishing-closed")
        assert "Retry-After" in answer.headers
        assert good(send("?check=1"))["ok"] is True
    finally:
        closed.close()
    good(publish(), 201)
