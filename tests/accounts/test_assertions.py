"""A pipeline's token counts only where a trusted issuer says it, to this registry, and now."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from registry.accounts import assertions
from registry.accounts.errors import GrantInvalidError
from registry.kit.jwks import Issuers, IssuerUnavailableError
from tests.support.issuer import AUDIENCE, CONFIGURATION, Issuer, send

AUDIENCES = (AUDIENCE, f"{AUDIENCE}/oauth/token")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def issuers(issuer):
    return Issuers({issuer.url: ()})


@pytest.fixture
def verify(issuers):
    return lambda said: assertions.verify(said, issuers, AUDIENCES)


def encoded(part) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(header, claims, signature="") -> str:
    return f"{encoded(header)}.{encoded(claims)}.{signature}"


def test_what_a_trusted_issuer_says_is_read(issuer, verify):
    claims = issuer.gitlab()
    said = verify(issuer.sign(claims))
    assert (said.issuer, said.claims) == (issuer.url, claims)


@pytest.mark.parametrize("alg", assertions.ALGORITHMS)
def test_every_signature_that_only_the_issuer_can_make_is_taken(issuer, verify, alg):
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    if alg in curves:
        issuer.add("own", ECKey.generate_key(curves[alg]))
    elif alg.startswith("Ed"):
        issuer.add("own", OKPKey.generate_key("Ed25519"))
    else:
        issuer.rotate("own")
    claims = issuer.gitlab()
    assert verify(issuer.sign(claims, kid="own", alg=alg)).claims == claims


def test_the_registry_or_its_token_endpoint_is_the_audience(issuer, verify):
    for audience in (AUDIENCE, f"{AUDIENCE}/oauth/token", [AUDIENCE], list(AUDIENCES)):
        assert verify(issuer.sign(issuer.gitlab(aud=audience)))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://pypi.org"},
        {"aud": AUDIENCE + "/"},
        {"aud": [AUDIENCE, "https://pypi.org"]},
        {"aud": []},
        {"aud": ""},
        {"aud": None},
        {"aud": 7},
        {"aud": [7]},
        {"exp": None},
        {"iat": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": "2026"},
        {"nbf": "now"},
        {"jti": 7},
        {"sub": 7},
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_named(issuer, verify, changed):
    (name,) = changed
    with pytest.raises(GrantInvalidError, match=name):
        verify(issuer.sign(issuer.gitlab(**changed)))


@pytest.mark.parametrize(
    ("changed", "good"),
    [
        ({"exp": 301, "iat": 0}, True),
        ({"exp": -59, "iat": -359}, True),
        ({"exp": -60, "iat": -360}, False),
        ({"iat": 60, "exp": 300}, True),
        ({"iat": 61, "exp": 300}, False),
        ({"nbf": 60}, True),
        ({"nbf": 61}, False),
        ({"iat": 0, "exp": 6 * 3600}, True),
        ({"iat": 0, "exp": 6 * 3600 + 1}, False),
        ({"iat": 50, "exp": 50}, False),
        ({"iat": 55, "exp": 50}, False),
    ],
)
def test_a_token_counts_from_its_beginning_to_its_end_and_clocks_may_differ_by_a_minute(issuer, verify, changed, good):
    with time_machine.travel(NOW, tick=False):
        moments = {name: int(NOW.timestamp()) + seconds for name, seconds in changed.items()}
        said = issuer.sign(issuer.gitlab(**moments))
        if good:
            assert verify(said)
        else:
            with pytest.raises(GrantInvalidError):
                verify(said)


def test_it_is_remembered_longer_than_it_could_be_shown(issuer, verify):
    with time_machine.travel(NOW, tick=False) as travelling:
        said = issuer.sign(issuer.gitlab())
        until = verify(said).remember_until
        travelling.move_to(until - timedelta(minutes=59))
        with pytest.raises(GrantInvalidError):
            verify(said)


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS384", "RS1", "", None, ["RS256"], {}])
def test_a_signature_that_anybody_could_make_is_refused_and_the_issuer_not_asked(issuer, verify, alg):
    said = unsigned({"alg": alg, "kid": "first"}, issuer.gitlab(), encoded(b"x" * 32))
    with pytest.raises(GrantInvalidError):
        verify(said)
    assert issuer.asked == []


def test_the_public_key_is_no_secret_to_sign_with(issuer, verify):
    public = issuer.keys["first"]
    for secret in (public.as_pem(private=False), public.as_pem(private=False).strip(), public.as_der(private=False)):
        signed = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{encoded(issuer.gitlab())}"
        with pytest.raises(GrantInvalidError, match="signed by"):
            verify(f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha256'))}")


def test_a_key_by_the_name_of_another_is_refused(issuer, verify):
    issuer.add("second", RSAKey.generate_key(2048))
    said = issuer.sign(issuer.gitlab(), kid="second", key=issuer.keys["first"])
    with pytest.raises(GrantInvalidError, match="signature"):
        verify(said)
    assert verify(issuer.sign(issuer.gitlab(), kid="second"))


def test_a_key_of_another_kind_is_refused(issuer, verify):
    issuer.add("ec", ECKey.generate_key("P-256"))
    header = {"alg": "RS256", "kid": "ec"}
    said = jwt.encode(header, issuer.gitlab(), issuer.keys["first"])
    with pytest.raises(GrantInvalidError):
        verify(said)


@pytest.mark.parametrize("how", ["jwk", "jku", "x5u"])
def test_a_key_that_the_token_brings_along_is_not_used(issuer, verify, how):
    with Issuer() as evil:
        own = evil.keys["first"]
        header = {"alg": "RS256", "kid": "first"}
        header |= {"jwk": own.as_dict(private=False)} if how == "jwk" else {how: evil.url + "/keys"}
        registry = jwt.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        said = jwt.encode(header, issuer.gitlab(), own, registry=registry)
        with pytest.raises(GrantInvalidError):
            verify(said)
        assert evil.asked == []


def test_what_was_changed_after_it_was_signed_is_refused(issuer, verify):
    header, _, signature = issuer.sign(issuer.gitlab()).split(".")
    claims = encoded(issuer.gitlab(project_path="kiel/wunschkennzeichen"))
    with pytest.raises(GrantInvalidError, match="signature"):
        verify(f"{header}.{claims}.{signature}")


def test_an_unknown_issuer_is_never_asked(issuer, verify):
    with Issuer() as other:
        for name in (other.url, issuer.url + "/", issuer.url.upper(), "", None, 7, [issuer.url]):
            with pytest.raises(GrantInvalidError, match="iss"):
                verify(other.sign(other.gitlab(iss=name)))
        assert (other.asked, issuer.asked) == ([], [])


def test_another_issuers_keys_do_not_sign_for_this_one(issuer):
    with Issuer() as other:
        issuers = Issuers({issuer.url: (), other.url: ()})
        said = other.sign(other.gitlab(iss=issuer.url))
        with pytest.raises(GrantInvalidError, match="signature"):
            assertions.verify(said, issuers, AUDIENCES)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "ä.b.c",
        "\0",
        "." * 100,
        "a" * 20_000,
        unsigned({"alg": "RS256"}, b"{"),
        unsigned({"alg": "RS256"}, b"[]"),
        unsigned({"alg": "RS256"}, b"\xff"),
        unsigned(b"[]", {}),
        unsigned({"alg": "RS256"}, b"[" * 5_000),
    ],
)
def test_what_is_no_token_is_refused(verify, said):
    with pytest.raises(GrantInvalidError):
        verify(said)


@pytest.mark.parametrize("kid", [None, 7, "", "third"])
def test_a_key_that_the_issuer_does_not_publish_is_refused(issuer, verify, kid):
    header = {"alg": "RS256"} | ({} if kid is None else {"kid": kid})
    body = f"{encoded(header)}.{encoded(issuer.gitlab())}"
    with pytest.raises(GrantInvalidError):
        verify(f"{body}.{encoded(b'x' * 256)}")


def test_an_issuer_that_cannot_be_reached_is_not_the_pipelines_fault(issuer, verify):
    issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 503, b"")
    with pytest.raises(IssuerUnavailableError):
        verify(issuer.sign(issuer.gitlab()))


def test_the_same_token_is_known_again_however_its_signature_is_written(issuer, verify):
    """An ECDSA signature (r, s) is as good as (r, n - s): without `jti` the signature must not tell tokens apart."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    issuer.add("ec", ECKey.generate_key("P-256"))
    said = issuer.sign(issuer.gitlab(jti=None), kid="ec", alg="ES256")
    signed, _, signature = said.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
    again = f"{signed}.{encoded(other)}"
    assert again != said
    assert verify(again).mark == verify(said).mark
    another = issuer.sign(issuer.gitlab(jti=None, pipeline_id="575"), kid="ec", alg="ES256")
    assert verify(another).mark != verify(said).mark


def test_an_identifier_counts_for_its_own_issuer(issuer, verify):
    with Issuer() as other:
        both = Issuers({issuer.url: (), other.url: ()})
        marks = {
            assertions.verify(one.sign(one.gitlab(jti="the-same")), both, AUDIENCES).mark for one in (issuer, other)
        }
        assert len(marks) == 2
        # The same identifier in another token of the same issuer is a token that was used.
        assert verify(issuer.sign(issuer.gitlab(jti="the-same", pipeline_id="9"))).mark in marks
