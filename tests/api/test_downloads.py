"""Downloads: whole, in ranges, and single files that cannot act in a browser."""

import hashlib
import json
import secrets

import pytest

from tests import packages
from tests.api.asking import ON_SQLITE, PUBLISHER, RELEASE, SLUG, digest, good, refused
from tests.api.asking import SERVICE as PATH

PACKAGE = f"{RELEASE}/package"
CONTENT = packages.package({"anhang.bin": bytes(range(256)) * 40})
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def fetch(call, draft, publish):
    """Download the package of a service's release."""
    assert draft
    good(publish(content=CONTENT), 201)

    def ask(path=PACKAGE, method="GET", **headers):
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return call(method, path, headers=said, buffered=True)

    return ask


def test_a_package_arrives_as_it_was_sent_and_says_what_it_is(fetch):
    answer = fetch()
    assert answer.status_code == 200
    assert answer.get_data() == CONTENT
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest(CONTENT)}:"
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{SLUG}-1.0.0.zip"'
    assert "Warning" not in answer.headers


@ON_SQLITE
def test_the_latest_package_has_the_name_of_its_version(fetch):
    answer = fetch(f"{PATH}/releases/latest/package")
    assert answer.get_data() == CONTENT
    assert f"{SLUG}-1.0.0.zip" in answer.headers["Content-Disposition"]


@ON_SQLITE
def test_the_headers_alone_are_those_of_the_whole(fetch):
    head, whole = fetch(method="HEAD"), fetch()
    assert head.status_code == 200
    assert head.get_data() == b""
    ignored = {"X-Request-Id"}
    assert {n: v for n, v in head.headers.items() if n not in ignored} == {
        n: v for n, v in whole.headers.items() if n not in ignored
    }


@ON_SQLITE
@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, len(CONTENT)),
        ("bytes=-10", len(CONTENT) - 10, len(CONTENT)),
        ("bytes=-999999999", 0, len(CONTENT)),
        ("bytes=5-999999999", 5, len(CONTENT)),
        ("bytes=0-0", 0, 1),
        (f"bytes={len(CONTENT) - 1}-", len(CONTENT) - 1, len(CONTENT)),
    ],
)
def test_a_range_is_cut_out(fetch, asked, start, end):
    answer = fetch(Range=asked)
    assert answer.status_code == 206
    assert answer.get_data() == CONTENT[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(end - start)
    # The digest is of the whole, so that who puts the parts together can check them.
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest(CONTENT)}:"


@ON_SQLITE
@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=999999999-"])
def test_a_range_beyond_the_end_cannot_be_satisfied(fetch, asked):
    answer = fetch(Range=asked)
    refused(answer, 416, "range-not-satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


@ON_SQLITE
@pytest.mark.parametrize(
    "asked", ["bytes=9-0", "lines=0-1", "bytes", "bytes=x-y", "rubbish", "bytes=0-1,5-6", "bytes=", "bytes=-0"]
)
def test_a_range_that_is_not_understood_or_manifold_gets_the_whole(fetch, asked):
    answer = fetch(Range=asked)
    assert (answer.status_code, answer.get_data()) == (200, CONTENT)


@ON_SQLITE
@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"{sha256}"', 206),
        ('"another"', 200),
        ('W/"{sha256}"', 200),
        ("Sun, 22 Nov 2026 15:04:05 GMT", 200),
        ("rubbish", 200),
    ],
)
def test_a_range_of_what_was_begun_before_needs_the_same_package(fetch, condition, status):
    answer = fetch(Range="bytes=0-9", If_Range=condition.format(sha256=SHA256))
    assert answer.status_code == status
    assert answer.get_data() == (CONTENT[:10] if status == 206 else CONTENT)


@ON_SQLITE
def test_who_has_the_package_gets_none(fetch):
    answer = fetch(If_None_Match=f'"{SHA256}"')
    assert (answer.status_code, answer.get_data()) == (304, b"")
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert fetch(If_None_Match=f'"{SHA256}"', Range="bytes=0-1").status_code == 304


def test_a_yanked_package_is_still_there_and_warns(call, fetch):
    reason = {"reason": {"de": "Zwei\nZeilen mit Ümlaut", "en": 'A "quoted" reason'}}
    good(call("POST", f"{RELEASE}/yank", reason, who=PUBLISHER))
    answer = fetch()
    assert answer.get_data() == CONTENT
    assert answer.headers["Warning"].startswith("299 - \"This release was yanked: A 'quoted' reason")
    refused(fetch(f"{PATH}/releases/latest/package"), 404)


@ON_SQLITE
def test_a_warning_never_breaks_the_headers(call, fetch):
    good(
        call(
            "POST", f"{RELEASE}/yank", {"reason": {"de": 'Zeile\r\nX-Evil: "1" \u2028 äöü' + "x" * 1900}}, who=PUBLISHER
        )
    )
    answer = fetch()
    assert answer.get_data() == CONTENT
    assert "X-Evil" not in answer.headers
    assert len(answer.headers["Warning"]) < 300


def test_downloads_are_counted_in_batches(call, app, fetch):
    for _ in range(3):
        fetch()
    fetch(method="HEAD")
    fetch(Range="bytes=100-")
    fetch(Range="bytes=0-0")
    fetch(If_None_Match=f'"{SHA256}"')
    assert good(call("GET", RELEASE))["downloads"] == 0
    tag = call("GET", RELEASE).headers["ETag"]
    app.extensions["downloads"].flush()
    told = call("GET", RELEASE)
    assert good(told)["downloads"] == 4
    assert told.headers["ETag"] != tag
    app.extensions["downloads"].flush()
    assert good(call("GET", RELEASE))["downloads"] == 4


@ON_SQLITE
def test_a_draft_is_downloaded_by_its_publisher_alone(call, fetch, publish):
    assert fetch
    good(publish(version="2.0.0", draft=True), 201)
    path = f"{PATH}/releases/2.0.0/package"
    refused(call("GET", path), 404)
    assert call("GET", path, who=PUBLISHER, buffered=True).status_code == 200


def test_the_web_server_in_front_may_send_the_file(environ, fetch, resources):
    from registry.app import create_app
    from registry.config import Resources, Settings

    assert fetch
    fronted = Resources(Settings.read(environ | {"REGISTRY_ACCEL_PREFIX": "/_packages"}), environ)
    try:
        answer = create_app(fronted).test_client().get(f"/api/v1{PACKAGE}", headers={"Range": "bytes=0-1"})
    finally:
        fronted.close()
    assert (answer.status_code, answer.get_data()) == (200, b"")
    (key,) = [it.key for it in resources.storage.list()]
    assert answer.headers["X-Accel-Redirect"] == f"/_packages/{key}"
    assert answer.headers["ETag"] == f'"{SHA256}"'


# Single files

FILES = {
    "seite.html": "<script>alert(1)</script>",
    "bild.svg": '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "daten.json": json.dumps({"a": 1}),
    "text.txt": "Grüße",
    "tief/er/im baum/ä ö.md": "# Überschrift",
    "100%.txt": "voll",
    "schema.xml": "<a/>",
    "skript.js": "alert(1)",
}


@pytest.fixture
def packaged(call, draft, publish):
    """Read a file of a package."""
    assert draft
    good(publish(content=packages.package(FILES)), 201)
    return lambda path, **more: call("GET", f"{RELEASE}/files/{path}", buffered=True, **more)


def test_the_files_are_listed_with_what_they_are(call, packaged):
    assert packaged
    told = good(call("GET", f"{RELEASE}/files"))
    paths = [item["path"] for item in told["items"]]
    assert paths == sorted(paths)
    assert set(FILES) < set(paths)
    for item in told["items"]:
        assert set(item) == {"path", "size", "sha256", "media_type", "role"}
        if item["path"] in FILES:
            content = FILES[item["path"]].encode()
            assert (item["size"], item["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("path", FILES)
@ON_SQLITE
def test_a_file_arrives_as_it_is_in_the_package_and_does_nothing_in_a_browser(packaged, path):
    from urllib.parse import quote

    answer = packaged(quote(path))
    content = FILES[path].encode()
    assert (answer.status_code, answer.get_data()) == (200, content)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest(content)}:"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    kind = answer.headers["Content-Type"]
    if answer.headers["Content-Disposition"] == "inline":
        assert kind.partition(";")[0] in {"text/plain", "text/markdown", "application/json"}
    else:
        assert answer.headers["Content-Disposition"] == "attachment"
    known = packaged(quote(path), headers={"If-None-Match": answer.headers["ETag"]})
    assert (known.status_code, known.get_data()) == (304, b"")


@ON_SQLITE
@pytest.mark.parametrize(
    "path",
    [
        "../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/registry.db",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "./README.md",
        "tief/../README.md",
        "tief//er",
        "tief",
        "tief/",
        "README.md/",
        "readme.md",
        "README.md%00.txt",
        "..%5c..%5cregistry.db",
        "C:%5cregistry.db",
        "README.md%0d%0aX-Evil:%201",
        "gibt-es-nicht",
    ],
)
def test_only_the_exact_path_of_a_file_finds_it(packaged, path):
    answer = packaged(path, follow_redirects=True)
    refused(answer, 404)
    assert "X-Evil" not in answer.headers


@ON_SQLITE
@pytest.mark.parametrize(("said", "start", "end"), [(None, 0, None), ("bytes=7-1300006", 7, 1_300_007)])
def test_a_large_package_arrives_in_pieces_and_whole(call, make_service, make_release, session, said, start, end):
    content = packages.package({"anhang.bin": secrets.token_bytes(1_500_000)})
    make_service()
    make_release(content=content)
    session.commit()
    answer = call("GET", PACKAGE, headers={"Range": said} if said else {}, buffered=True)
    assert answer.get_data() == content[start:end]
