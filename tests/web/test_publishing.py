"""A package is published on a page: checked first, streamed, refused with reasons, and never twice."""

import io
import zipfile

import pytest

from registry.http.uploads import BLOCK
from tests import packages
from tests.api.asking import ON_SQLITE, SLUG, written
from tests.cast import SERVICE

pytestmark = ON_SQLITE

PATH = f"/services/{SLUG}/publish"


@pytest.fixture
def service(call):
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201


@pytest.fixture
def publisher(service, visit, sign_in, add_member):
    here = visit()
    sign_in(here, add_member("moenchengladbach", "publisher"))
    here.get(PATH)
    return here


def send(here, content=None, *, do="publish", name="paket.zip", **said):
    content = packages.package() if content is None else content
    data = {"version": "1.0.0", **{key.replace("_", "."): value for key, value in said.items()}, "do": do}
    if len(content) > 400_000:
        return post(here, {"csrf": here.csrf, **data}, content)
    return here.post(PATH, {**data, "package": (io.BytesIO(content), name)})


def post(here, fields, content, **more):
    """Send a form part by part; the test client would put what is large into a file that nobody closes."""
    more.setdefault("input_stream", form(fields, content))
    return here.client.post(PATH, content_type="multipart/form-data; boundary=b", **more)


def form(fields, content):
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
    parts = [(part.format(name) + value + "\r\n").encode() for name, value in fields.items()]
    file = part.format('package"; filename="p.zip').encode() + content + b"\r\n--b--\r\n"
    return io.BytesIO(b"".join(parts) + file)


def test_a_package_is_published_with_what_is_said_of_it(publisher, call):
    said = {"changelog_de": "Alles **neu**\r\nund schnell", "changes_1_kind": "fixed", "changes_1_text_de": "Umlaute"}
    answer = send(publisher, **said, breaking_reason_de="Datenbank anheben", changes_0_kind="added")
    assert answer.headers["Location"] == f"/services/{SLUG}/releases/1.0.0?done=published"
    told = call("GET", f"/services/{SLUG}/releases/1.0.0").json
    assert told["changelog"] == {"de": "Alles **neu**\nund schnell"}
    assert told["changes"] == [{"kind": "fixed", "text": {"de": "Umlaute"}}]
    assert told["breaking"] == {"reason": {"de": "Datenbank anheben"}}
    assert "veröffentlicht" in publisher.get(answer.headers["Location"]).text
    assert call("GET", f"/services/{SLUG}/releases/1.0.0/package").data == packages.package()


def test_a_draft_is_kept_for_the_own_people_and_needs_no_second_upload(publisher, call):
    answer = send(publisher, do="draft")
    assert answer.headers["Location"] == f"/services/{SLUG}/releases/1.0.0?done=drafted"
    assert call("GET", f"/services/{SLUG}/releases/1.0.0").status_code == 404
    shown = publisher.get(answer.headers["Location"]).text
    assert f'action="/services/{SLUG}/releases/1.0.0/publish"' in shown
    publisher.get(answer.headers["Location"])
    opened = publisher.post(f"/services/{SLUG}/releases/1.0.0/publish")
    assert opened.headers["Location"] == f"/services/{SLUG}/releases/1.0.0?done=published"
    assert call("GET", f"/services/{SLUG}/releases/1.0.0").json["state"] == "published"


def test_a_check_tells_what_is_found_keeps_what_is_typed_and_nothing_else(publisher, resources):
    before = written(resources)
    good = send(publisher, do="check", changelog_de="Bleibt stehen")
    assert good.status_code == 200
    assert "Das Paket ist in Ordnung" in good.text
    assert "Bleibt stehen" in good.text
    assert "wählen Sie die Datei noch einmal" in good.text
    assert written(resources) == before


@pytest.mark.parametrize("do", ["check", "draft", "publish"])
def test_what_blocks_is_named_explained_and_placed(publisher, resources, do):
    before = written(resources)
    answer = send(publisher, packages.package({"publiccode.yml": "publiccodeYmlVersion: [\n"}), do=do)
    assert answer.status_code == 422
    assert "<title>Fehler:" in answer.text
    assert 'href="#yaml-' in answer.text or 'href="#publiccode' in answer.text
    assert "publiccode.yml, Zeile" in answer.text
    assert "Mehr dazu" in answer.text
    assert 'value="1.0.0"' in answer.text
    after = written(resources)
    assert {**after, "idempotency_keys": 0} == {**before, "idempotency_keys": 0}


def hostile():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    return out.getvalue()


@pytest.mark.parametrize("content", [b"this is no archive", b"", hostile()], ids=["text", "empty", "climbing"])
def test_what_is_no_package_is_refused_with_a_reason(publisher, resources, content):
    before = written(resources)
    answer = send(publisher, content)
    assert answer.status_code == 422
    assert "So kann das Paket nicht veröffentlicht werden" in answer.text
    assert written(resources) == before


def test_no_file_at_all_is_said_beside_the_field(publisher):
    answer = publisher.post(PATH, {"version": "", "do": "publish", "package": (io.BytesIO(), "")})
    assert answer.status_code == 422
    assert "Paket: Wählen Sie das ZIP-Archiv mit dem Paket." in answer.text
    assert "Version: Pflichtangabe fehlt." in answer.text


@pytest.mark.parametrize("version", ["1", "v1.0.0", "1.0.0 beta", "neu"])
def test_what_is_no_version_is_said_and_kept(publisher, version):
    answer = send(publisher, version=version)
    assert answer.status_code == 422
    assert "Muss eine Version nach Semantic Versioning 2.0.0 sein." in answer.text
    assert f'value="{version}"' in answer.text


def test_a_version_that_exists_is_refused_and_the_same_form_sent_twice_makes_one(publisher, call, resources):
    first, again = send(publisher), send(publisher)
    assert first.headers["Location"] == again.headers["Location"]
    assert call("GET", f"/services/{SLUG}/releases").json["total"] == 1
    before = written(resources)
    other = send(publisher, packages.package({"NEU.md": "anders\n"}))
    assert other.status_code == 422
    assert "wurde schon angelegt" in other.text
    assert written(resources)["stored"] == before["stored"]


def test_a_package_that_is_too_large_is_refused_while_it_is_read(publisher, resources):
    before = written(resources)
    answer = send(publisher, b"x" * 2_500_000, changelog_de="Bleibt stehen")
    assert answer.status_code == 413
    assert "höchstens 2.000.000 Byte" in answer.text
    assert "Bleibt stehen" in answer.text
    assert written(resources) == before
    assert send(publisher, b"x" * 10_000_000).status_code == 413


def test_many_fields_cannot_fill_the_memory(publisher):
    fields = {f"changes.{number}.text.de": "x" * 60_000 for number in range(10)}
    assert post(publisher, {"csrf": publisher.csrf, **fields}, b"x").status_code == 413


def test_the_token_is_asked_for_before_any_other_byte(publisher, resources):
    before = written(resources)
    for first in ({}, {"version": "1.0.0", "csrf": publisher.csrf}, {"csrf": "0" * 64}, {"csrf": "x" * 5_000}):
        sent = form(first, b"PK" * 300_000)
        assert post(publisher, first, b"", input_stream=sent).status_code == 403
        assert sent.tell() <= BLOCK, "it was read on"
    assert written(resources) == before
    headers = {"X-CSRF-Token": publisher.csrf}
    data = {"package": (io.BytesIO(packages.package()), "paket.zip"), "version": "1.0.0", "do": "check"}
    assert publisher.client.post(PATH, data=data, headers=headers).status_code == 200
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert publisher.client.post(PATH, data={"csrf": publisher.csrf}, headers=foreign).status_code == 403


def test_others_are_refused_before_their_package_is_read(service, visit, sign_in, add_member):
    def refused(here):
        sent = form({"csrf": here.csrf, "version": "1.0.0", "do": "publish"}, packages.package())
        answer = post(here, {}, b"", input_stream=sent)
        assert sent.tell() == 0, "it was read"
        return answer.status_code

    for organisation, role, status in (("moenchengladbach", "viewer", 403), ("kiel", "publisher", 404)):
        here = visit()
        sign_in(here, add_member(organisation, role))
        here.get("/account")
        assert here.get(PATH).status_code == status
        assert refused(here) == status
    nobody = visit()
    assert nobody.get(PATH).headers["Location"].startswith("/sign-in")
    nobody.get("/sign-in")
    assert refused(nobody) == 401


@pytest.mark.parametrize("number", ["9" * 5_000, "-1", "x", ""])
def test_what_numbers_no_change_is_passed_over(publisher, number):
    fields = {"csrf": publisher.csrf, "version": "1.0.0", "do": "check", f"changes.{number}.text.de": "Neu"}
    assert post(publisher, fields, packages.package()).status_code == 200


def test_an_upload_that_is_cut_off_leaves_nothing(publisher, resources):
    before = written(resources)
    content, length = b"PK" * 70_000, {"CONTENT_LENGTH": "1500000"}
    answer = post(publisher, {"csrf": publisher.csrf}, content, environ_overrides=length)
    assert answer.status_code == 400
    assert written(resources) == before


def test_where_only_pipelines_publish_people_may_check_alone(publisher, call):
    etag = {"If-Match": "*"}
    said = {"only_trusted_publishing": True}
    assert call("PATCH", f"/services/{SLUG}", said, who="moenchengladbach-owner", headers=etag).status_code == 200
    shown = publisher.get(PATH).text
    assert "nur vertraute Pipelines" in shown
    assert 'value="publish"' not in shown
    assert send(publisher, do="check").status_code == 200
    assert send(publisher).status_code == 403
