"""Releases carry signed statements; only what a key of the organisation or its trusted pipeline signed is kept."""

import hashlib
import io
import json

import pytest
from sqlalchemy import func, select

from registry.releases import attestations
from registry.releases.models import Attestation
from tests import packages
from tests.api.asking import (
    ANYHOW,
    ON_SQLITE,
    OWNER,
    PUBLISHER,
    RELEASE,
    SERVICE,
    SLUG,
    good,
    pointers,
    refused,
)
from tests.envelopes import PROVENANCE, envelope, key_id, pem, seal, statement
from tests.support.issuer import PROJECT

KEYS = "/organisations/moenchengladbach/keys"
ATTESTATIONS = f"{RELEASE}/attestations"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def environ(environ, issuer):
    return {**environ, "REGISTRY_TRUSTED_ISSUERS": issuer.url}


@pytest.fixture
def key(call):
    """A key of Mönchengladbach."""
    return good(call("POST", KEYS, {"name": "Bau", "public_key": pem()}, who=OWNER), 201)


@pytest.fixture
def attest(call):
    def send(content, who=PUBLISHER, path=ATTESTATIONS, **headers):
        return call("POST", path, who=who, data=content, headers={**JSON, **headers})

    return send


@pytest.fixture
def sha256(call, service):
    return good(call("GET", RELEASE))["package"]["sha256"]


@pytest.fixture
def send(call, draft):
    """Publish a package with statements about it."""

    def publish(*contents, content=None, version="1.0.0", query="", headers=None, kind="application/json", named=True):
        package = packages.package() if content is None else content
        parts = [one(hashlib.sha256(package).hexdigest()) if callable(one) else one for one in contents]
        data = {
            "metadata": json.dumps({"version": version}),
            "attestation": [
                (io.BytesIO(part), f"{place}.json", kind) if named else part.decode()
                for place, part in enumerate(parts)
            ],
            "package": (io.BytesIO(package), "package.zip", "application/zip"),
        }
        return call("POST", f"{SERVICE}/releases{query}", who=PUBLISHER, data=data, headers=headers)

    return publish


class TestKeys:
    def test_a_key_is_registered_listed_read_and_withdrawn_for_good(self, call, key):
        assert key["keyid"] == key_id()
        assert (key["name"], key["public_key"], key["withdrawn_at"]) == ("Bau", pem(), None)
        assert good(call("GET", KEYS))["items"] == [key]
        path = f"{KEYS}/{key_id()}"
        answer = call("GET", path)
        assert good(answer) == key
        refused(call("DELETE", path, who=OWNER), 428)
        assert call("DELETE", path, who=OWNER, headers={"If-Match": answer.headers["ETag"]}).status_code == 204
        assert good(call("GET", path))["withdrawn_at"] is not None
        refused(call("DELETE", path, who=OWNER, headers=ANYHOW), 404, "signing-key-not-found")
        again = {"name": "Bau", "public_key": pem()}
        refused(call("POST", KEYS, again, who=OWNER), 409, "signing-key-exists")
        # Another organisation may have the same one.
        good(call("POST", "/organisations/kiel/keys", again, who="kiel-owner"), 201)

    @ON_SQLITE
    @pytest.mark.parametrize("said", ["", "x", "-----BEGIN PUBLIC KEY-----", 7, None])
    def test_what_is_no_ed25519_key_is_refused(self, call, said):
        answer = call("POST", KEYS, {"name": "Bau", "public_key": said}, who=OWNER)
        assert pointers(answer) == ["#/public_key"]

    @ON_SQLITE
    @pytest.mark.usefixtures("key")
    def test_a_key_of_another_organisation_is_not_there(self, call):
        refused(call("GET", f"/organisations/kiel/keys/{key_id()}"), 404, "signing-key-not-found")
        refused(call("GET", f"{KEYS}/{key_id()[:63]}"), 404)

    @ON_SQLITE
    def test_the_number_of_valid_keys_is_bounded(self, call, monkeypatch):
        monkeypatch.setattr("registry.accounts.service.trusting.KEYS_MAX", 2)

        def add(number):
            return call("POST", KEYS, {"name": "Bau", "public_key": pem(number)}, who=OWNER)

        good(add(1), 201)
        good(add(2), 201)
        refused(add(3), 409, "too-many-keys")
        assert call("DELETE", f"{KEYS}/{key_id(1)}", who=OWNER, headers=ANYHOW).status_code == 204
        good(add(3), 201)


@pytest.mark.usefixtures("key")
class TestAttesting:
    def test_a_statement_is_added_shown_listed_and_given_out_as_it_came(self, attest, call, sha256):
        content = envelope(sha256)
        digest = hashlib.sha256(content).hexdigest()
        before = call("GET", RELEASE).headers["ETag"]
        told = good(attest(content), 201)
        glance = {
            "sha256": digest,
            "predicate_type": PROVENANCE,
            "signed_by": "organisation",
            "keyid": key_id(),
        }
        assert told["attestations"] == [glance]
        answer = call("GET", RELEASE)
        assert good(answer) == told
        assert answer.headers["ETag"] != before
        listed = good(call("GET", ATTESTATIONS))
        (one,) = listed["items"]
        assert {name: one[name] for name in glance} == glance
        assert one["key_withdrawn_at"] is None
        given = call("GET", one["url"].removeprefix("/api/v1"))
        assert given.data == content
        assert given.headers["ETag"] == f'"{digest}"'

    def test_statements_come_with_the_package(self, send, call, resources):
        told = good(send(envelope, lambda digest: envelope(digest, predicateType="https://spdx.dev/Document")), 201)
        assert [one["predicate_type"] for one in told["attestations"]] == [PROVENANCE, "https://spdx.dev/Document"]
        assert good(call("GET", RELEASE))["attestations"] == told["attestations"]
        with resources.database.reading() as reading:
            assert reading.scalar(select(func.count()).select_from(Attestation)) == 2

    @ON_SQLITE
    @pytest.mark.parametrize("kind", ["application/json", "application/octet-stream", "text/plain"])
    def test_as_a_file_of_any_type_or_as_a_field(self, send, kind):
        good(send(envelope, kind=kind), 201)
        good(send(envelope, version="1.1.0", named=False), 201)

    def test_one_that_is_not_in_order_keeps_the_release_from_being_made(self, send, call, stored, resources):
        for content in (b"{}", envelope("0" * 64), lambda digest: envelope(digest, 2)):
            refused(send(content), 422, "attestation-invalid")
        refused(call("GET", RELEASE, who=OWNER), 404)
        assert stored() == []
        with resources.database.reading() as reading:
            assert reading.scalar(select(func.count()).select_from(Attestation)) == 0

    @ON_SQLITE
    def test_a_check_reads_them_too_and_keeps_nothing(self, send, resources):
        good(send(envelope, query="?check=1"))
        refused(send(envelope("0" * 64), query="?check=1"), 422, "attestation-invalid")
        with resources.database.reading() as reading:
            assert reading.scalar(select(func.count()).select_from(Attestation)) == 0

    @ON_SQLITE
    def test_the_same_key_with_another_statement_is_another_request(self, send):
        package = packages.package()
        said = {"Idempotency-Key": "one"}
        first = send(envelope, content=package, headers=said)
        good(first, 201)
        assert send(envelope, content=package, headers=said).data == first.data
        refused(send(content=package, headers=said), 422, "idempotency-key-reused")

    @ON_SQLITE
    def test_the_key_must_be_a_valid_one_of_the_organisation(self, attest, call, sha256):
        good(call("POST", "/organisations/kiel/keys", {"name": "K", "public_key": pem(2)}, who="kiel-owner"), 201)
        assert pointers(attest(envelope(sha256, 2))) == ["#/attestation"]
        good(attest(envelope(sha256, 2, 1)), 201)
        assert call("DELETE", f"{KEYS}/{key_id()}", who=OWNER, headers=ANYHOW).status_code == 204
        refused(attest(envelope(sha256, 1)), 422, "attestation-invalid")
        (kept,) = good(call("GET", ATTESTATIONS))["items"]
        assert kept["key_withdrawn_at"] is not None

    @ON_SQLITE
    @pytest.mark.parametrize(
        "changed",
        [
            {"_type": "https://in-toto.io/Statement/v2"},
            {"_type": None},
            {"subject": None},
            {"subject": []},
            {"subject": {}},
            {"subject": ["x"]},
            {"subject": [{"digest": "x"}]},
            {"subject": [{"digest": {"sha512": "x"}}]},
            {"subject": [{"digest": {"sha256": 7}}]},
            {"predicateType": None},
            {"predicateType": ""},
            {"predicateType": 7},
            {"predicateType": "x" * 301},
            {"predicateType": "a\nb"},
        ],
    )
    def test_what_is_no_statement_about_the_package_is_refused(self, attest, sha256, changed):
        refused(attest(envelope(sha256, **changed)), 422, "attestation-invalid")

    @ON_SQLITE
    def test_the_package_may_be_one_of_several_subjects(self, attest, sha256):
        subjects = [{"name": "other", "digest": {"sha256": "0" * 64}}, {"digest": {"sha256": sha256.upper()}}]
        good(attest(envelope(sha256, subject=subjects)), 201)

    @ON_SQLITE
    def test_another_kind_of_payload_is_refused(self, attest, sha256):
        payload = json.dumps(statement(sha256)).encode()
        refused(attest(seal(payload, kind="application/json")), 422, "attestation-invalid")

    @ON_SQLITE
    def test_what_was_changed_after_it_was_signed_is_refused(self, attest, sha256):
        content = json.loads(envelope(sha256))
        content["payload"] = json.loads(envelope(sha256, predicate={}))["payload"]
        refused(attest(json.dumps(content).encode()), 422, "attestation-invalid")

    @ON_SQLITE
    def test_size_and_number_are_bounded(self, attest, send, sha256):
        large = envelope(sha256, predicate={"x": "y" * attestations.SIZE_MAX})
        refused(attest(large), 422, "attestation-invalid")
        refused(send(large, version="2.0.0"), 422, "attestation-invalid")
        for number in range(attestations.MOST):
            good(attest(envelope(sha256, predicate={"n": number})), 201)
        refused(attest(envelope(sha256, predicate={"n": "more"})), 409, "too-many-attestations")
        refused(send(*[envelope] * (attestations.MOST + 1), version="2.0.0"), 422, "attestation-invalid")

    @ON_SQLITE
    def test_the_same_is_not_added_twice(self, attest, sha256):
        good(attest(envelope(sha256)), 201)
        refused(attest(envelope(sha256)), 409, "attestation-exists")

    @ON_SQLITE
    @pytest.mark.usefixtures("service")
    @pytest.mark.parametrize(
        ("content", "kind", "status"),
        [
            (b"{", "application/json", 400),
            (b"{}", "text/plain", 415),
            (b"{}", "application/json", 422),
            (b"[]", "application/json", 422),
            (b'{"payload": 1, "payloadType": 1, "signatures": 1}', "application/json", 422),
        ],
    )
    def test_what_is_no_envelope_is_refused(self, attest, content, kind, status):
        refused(attest(content, **{"Content-Type": kind}), status)

    @ON_SQLITE
    @pytest.mark.usefixtures("service")
    def test_one_that_is_not_there_is_not_found(self, call):
        refused(call("GET", f"{ATTESTATIONS}/{'0' * 64}"), 404, "attestation-not-found")

    @ON_SQLITE
    @pytest.mark.usefixtures("draft")
    def test_what_is_attested_of_a_draft_is_hidden_with_it(self, attest, call, publish):
        good(publish(version="1.0.0", draft=True), 201)
        digest = good(call("GET", RELEASE, who=PUBLISHER))["package"]["sha256"]
        content = envelope(digest)
        good(attest(content), 201)
        for path in (ATTESTATIONS, f"{ATTESTATIONS}/{hashlib.sha256(content).hexdigest()}"):
            refused(call("GET", path), 404)
            good(call("GET", path, who=PUBLISHER))


@ON_SQLITE
def test_the_key_of_a_trusted_pipeline_signs_for_what_it_built_and_for_nothing_else(
    call, client, issuer, attest, publish, draft
):
    said = {"issuer": issuer.url, "project": PROJECT, "ref": "refs/tags/*", "public_key": pem(3)}
    path = f"/services/{SLUG}/trusted-publishers"
    good(call("POST", path, said, who=OWNER), 201)
    data = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": issuer.sign(issuer.gitlab()),
    }
    token = {"Authorization": "Bearer " + good(client.post("/oauth/token", data=data))["access_token"]}
    good(publish(who="nobody", headers=token), 201)
    built = good(call("GET", RELEASE))["package"]["sha256"]
    told = good(attest(envelope(built, 3), who="nobody", **token), 201)
    assert [(one["signed_by"], one["keyid"]) for one in told["attestations"]] == [("pipeline", key_id(3))]
    good(publish(version="1.1.0"), 201)
    other = f"{SERVICE}/releases/1.1.0"
    digest = good(call("GET", other))["package"]["sha256"]
    refused(attest(envelope(digest, 3), path=f"{other}/attestations"), 422, "attestation-invalid")
