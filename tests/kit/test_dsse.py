"""Envelopes are read and checked just as the specification of DSSE says."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from registry.kit import dsse
from registry.kit.dsse import DsseError
from tests.envelopes import key, key_id, pem, seal

KEYS = {str(number): key(number).public_key() for number in (1, 2)}


def signer(content):
    return dsse.signer(dsse.read(content), KEYS)


def changed(content, **said):
    return json.dumps(json.loads(content) | said).encode()


def test_what_is_signed_is_what_the_specification_gives_as_its_example():
    assert (
        dsse.pae("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert dsse.pae("ä", b"") == b"DSSEv1 2 \xc3\xa4 0 "


def test_the_key_that_signed_is_found():
    assert signer(seal(b"{}", 2)) == "2"
    assert signer(seal(b"{}", 3, 1)) == "1"
    assert signer(seal(b"{}", 3)) is None


def test_base64_of_either_alphabet_is_read():
    payload = b"\xfb\xff\xfe" * 5
    content = seal(payload)
    assert b"+" in content or b"/" in content
    safe = changed(content, payload=base64.urlsafe_b64encode(payload).decode())
    assert dsse.read(safe).payload == payload
    assert signer(safe) == "1"


def test_the_word_of_the_envelope_on_its_key_counts_for_nothing():
    said = json.loads(seal(b"{}", 1))
    for claimed in (key_id(2), "", None, 7):
        said["signatures"][0]["keyid"] = claimed
        assert signer(json.dumps(said).encode()) == "1"
    del said["signatures"][0]["keyid"]
    assert signer(json.dumps(said).encode()) == "1"


@pytest.mark.parametrize("name", ["payload", "payloadType", "sig"])
def test_what_was_changed_after_it_was_signed_has_no_signer(name):
    content = seal(b'{"a": 1}')
    if name == "sig":
        content = changed(content, signatures=[{"sig": base64.b64encode(b"x" * 64).decode()}])
    else:
        content = changed(content, **{name: base64.b64encode(b'{"a": 2}').decode()})
    assert signer(content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        changed(seal(b"{}"), payload=None),
        changed(seal(b"{}"), payload="%"),
        changed(seal(b"{}"), payload="YQ"),
        changed(seal(b"{}"), payload="ä"),
        changed(seal(b"{}"), payloadType=7),
        changed(seal(b"{}"), signatures=[]),
        changed(seal(b"{}"), signatures={}),
        changed(seal(b"{}"), signatures=["x"]),
        changed(seal(b"{}"), signatures=[{"sig": 7}]),
        changed(seal(b"{}"), signatures=[{"sig": ""}] * 9),
    ],
)
def test_what_is_no_envelope_is_refused(content):
    with pytest.raises(DsseError):
        dsse.read(content)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b"\xff", b"[" * 50_000])
def test_what_was_signed_must_be_a_json_object(payload):
    with pytest.raises(DsseError):
        dsse.statement(dsse.read(seal(payload)))


def test_a_signature_of_a_wrong_length_is_none():
    assert signer(changed(seal(b"{}"), signatures=[{"sig": "YQ=="}])) is None


def test_a_key_is_read_and_named_the_same_however_it_is_laid_out():
    loose = pem().replace("\n", "\r\n") + "\n\n"
    assert dsse.write_key(dsse.read_key(loose)) == pem()
    assert dsse.key_id(dsse.read_key(loose)) == key_id()


def test_only_an_ed25519_public_key_is_one():
    other = generate_private_key(SECP256R1()).public_key()
    private = key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for said in (
        "",
        "x",
        "ä",
        private,
        other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        pem().replace("MCow", "MCoX"),
    ):
        with pytest.raises(DsseError):
            dsse.read_key(said)
