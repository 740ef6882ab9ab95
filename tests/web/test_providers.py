"""Coming in by an identity provider that may lie: what it says is believed only where it must be."""

import ast
import base64
import hashlib
import json
import ssl
import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.models import Membership, Organisation, Person
from registry.authz.actor import Role
from registry.kit import clock
from registry.sign_in.models import Identity, PersonSession
from registry.web import door
from tests.api.asking import ON_SQLITE
from tests.cast import OPERATOR
from tests.support.issuer import CONFIGURATION, Issuer, send
from tests.web.conftest import know

pytestmark = pytest.mark.in_hundreds

SECRET = "of-the-client-0123456789"
ANNA = "anna@wiesbaden.example"
SUBJECT = "zz-subject-of-anna"


class City:
    """An identity provider that signs whatever it is told to."""

    def __init__(self, issuer):
        self.issuer = issuer
        self.claims, self.answer, self.requests = {}, None, []
        self.token = issuer.sign
        self.configuration = {
            "issuer": issuer.url,
            "jwks_uri": f"{issuer.url}/keys",
            "authorization_endpoint": f"{issuer.url}/authorize",
            "token_endpoint": f"{issuer.url}/token",
            "end_session_endpoint": f"{issuer.url}/logout",
        }
        issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 200, json.dumps(self.configuration).encode())
        issuer.behaviours["/token"] = self._redeem

    def settings(self, name="STADT", **more):
        said = {"ISSUER": self.issuer.url, "CLIENT_ID": "efa", "CLIENT_SECRET": SECRET, "ORGANISATIONS": "wiesbaden"}
        return {f"REGISTRY_OIDC_{name}_{key}": value for key, value in {**said, **more}.items() if value}

    def _redeem(self, asked):
        body = parse_qs(asked.rfile.read(int(asked.headers["Content-Length"])).decode())
        self.requests.append((asked.headers["Authorization"], body))
        if self.answer:
            self.answer(asked)
        else:
            now = int(time.time())
            said = {
                "iss": self.issuer.url,
                "aud": "efa",
                "sub": SUBJECT,
                "iat": now,
                "exp": now + 300,
                "nonce": self.nonce,
                "email": ANNA,
                "email_verified": True,
                **self.claims,
            }
            given = self.token({name: value for name, value in said.items() if value is not None})
            body = {"access_token": "a", "token_type": "Bearer", "id_token": given}
            send(asked, 200, json.dumps(body).encode())

    def begin(self, here, to="/account", name="stadt"):
        """Go to the provider; return what it is told."""
        here.get("/sign-in")
        answer = here.post(f"/sign-in/providers/{name}", {"next": to})
        assert answer.status_code == 200, answer.text
        address = answer.headers["Refresh"].removeprefix("0; url=")
        assert address.startswith(self.configuration["authorization_endpoint"])
        self.told = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        self.nonce = self.told["nonce"]
        return self.told

    def back(self, here, *, name="stadt", **said):
        """Come back from the provider."""
        query = {"code": "c", "state": self.told["state"], "iss": self.issuer.url, **said}
        return here.get(f"/sign-in/providers/{name}/callback", query_string={k: v for k, v in query.items() if v})

    def sign_in(self, here, to="/account", **claims):
        self.claims = claims
        self.begin(here, to)
        return self.back(here)


@pytest.fixture
def city(issuer, resources, add_member):
    made = City(issuer)
    know(resources, made.settings())
    add_member("wiesbaden", "publisher", ANNA)
    return made


def rows(resources, model):
    with resources.database.reading() as session:
        return session.scalars(select(model)).all()


def assert_refused(answer, here, resources, status=422):
    assert answer.status_code == status, answer.text
    assert "<h1>" in answer.text
    assert rows(resources, PersonSession) == rows(resources, Identity) == []
    assert here.get("/account").status_code == 303


def test_a_member_comes_in_bound_to_what_the_provider_speaks_for(city, visit, resources):
    here = visit()
    before = here.get("/sign-in") and here.client.get_cookie("__Host-visit").value
    answer = city.sign_in(here, "/account?language=en")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account?language=en")
    assert here.client.get_cookie("__Host-visit").value != before
    assert ANNA in here.get("/account").text
    [begun] = rows(resources, PersonSession)
    assert (begun.provider, begun.bound_to, begun.factor_at) == ("stadt", ["wiesbaden"], None)
    assert [(one.provider, one.subject) for one in rows(resources, Identity)] == [("stadt", SUBJECT)]
    told, [(credentials, body)] = city.told, city.requests
    assert (told["response_type"], told["code_challenge_method"], told["scope"]) == ("code", "S256", "openid email")
    assert told["redirect_uri"] == body["redirect_uri"][0]
    proof = hashlib.sha256(body["code_verifier"][0].encode()).digest()
    assert base64.urlsafe_b64encode(proof).decode().rstrip("=") == told["code_challenge"]
    assert base64.b64decode(credentials.removeprefix("Basic ")).decode() == f"efa:{SECRET}"


def test_who_comes_in_once_more_leaves_no_session_behind(city, visit, resources):
    here = visit()
    city.sign_in(here)
    city.sign_in(here)
    assert len(rows(resources, PersonSession)) == 1


def test_an_answer_counts_once(city, visit):
    here = visit()
    assert city.sign_in(here).status_code == 303
    assert city.back(here).status_code == 422
    assert city.back(visit()).status_code == 422
    assert len(city.requests) == 1


def test_an_answer_counts_for_a_quarter_of_an_hour(city, visit, resources):
    here = visit()
    city.begin(here)
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert_refused(city.back(here), here, resources)


def test_an_answer_counts_in_the_browser_that_went_and_is_not_lost_by_trying(city, visit, resources):
    here, other = visit(), visit()
    other.get("/sign-in")
    city.begin(here)
    assert_refused(city.back(other), other, resources)
    assert city.requests == []
    assert city.back(here).status_code == 303


def test_an_answer_of_one_provider_is_none_of_another(city, visit, resources):
    know(resources, city.settings(), city.settings("LAND"))
    here = visit()
    city.begin(here)
    assert_refused(city.back(here, name="land"), here, resources)
    assert city.requests == []


@pytest.mark.parametrize("state", [None, "made-up", "x" * 5000, "\0"])
def test_an_answer_to_nothing_is_refused(city, visit, resources, state):
    here = visit()
    city.begin(here)
    assert_refused(city.back(here, state=state), here, resources)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": None},
        {"nonce": "another"},
        {"nonce": "ä"},
        {"nonce": 1},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["efa", "another"]},
        {"aud": ["efa", "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "4102444800"},
        {"iat": 4102444800},
        {"iat": None},
        {"iat": True},
        {"nbf": 4102444800},
        {"auth_time": 1},
        {"auth_time": 4102444800},
        {"auth_time": "now"},
        {"sub": None},
        {"sub": ""},
        {"sub": 1},
        {"sub": "x" * 256},
        {"sub": "a\0"},
    ],
    ids=lambda claims: "-".join(f"{name}={str(value)[:20]!r}" for name, value in claims.items()),
)
def test_a_token_that_says_something_wrong_is_refused(city, visit, resources, claims):
    here = visit()
    assert_refused(city.sign_in(here, **claims), here, resources)


def unsigned(claims, header):
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)
    )


TOKENS = {
    "alg none": lambda _issuer, claims: unsigned(claims, {"alg": "none", "kid": "first"}) + ".",
    "alg none, in capitals": lambda _issuer, claims: unsigned(claims, {"alg": "nOnE", "kid": "first"}) + ".",
    "no signature": lambda _issuer, claims: unsigned(claims, {"alg": "RS256", "kid": "first"}) + ".",
    "not even that": lambda _issuer, claims: unsigned(claims, {"alg": "RS256", "kid": "first"}),
    "the secret of the client": lambda issuer, claims: issuer.sign(
        claims, alg="HS256", key=OctKey.import_key(SECRET.encode() * 2)
    ),
    "the public key as a secret": lambda issuer, claims: issuer.sign(
        claims, alg="HS256", key=OctKey.import_key(issuer.keys["first"].as_pem(private=False).hex())
    ),
    "another key of this name": lambda issuer, claims: issuer.sign(claims, key=RSAKey.generate_key(2048)),
    "a key that is not published": lambda issuer, claims: issuer.sign(
        claims, kid="unknown", alg="ES256", key=ECKey.generate_key("P-256")
    ),
    "signed otherwise than the key is for": lambda issuer, claims: issuer.sign(
        claims, alg="ES256", key=ECKey.generate_key("P-256")
    ),
    "changed after it was signed": lambda issuer, claims: issuer.sign(claims)[:-6] + "AAAAAA",
    "no token": lambda _issuer, _claims: "nothing",
    "a number": lambda _issuer, _claims: 1,
    "too long": lambda issuer, claims: issuer.sign({**claims, "groups": ["x" * 20_000]}),
}


@pytest.mark.parametrize("way", TOKENS)
def test_a_token_that_is_not_signed_as_it_must_be_is_refused(city, visit, resources, way):
    city.token = lambda claims: TOKENS[way](city.issuer, claims)
    here = visit()
    assert_refused(city.sign_in(here), here, resources)


def test_clocks_may_be_a_minute_apart(city, visit):
    now = int(time.time())
    assert city.sign_in(visit(), iat=now + 50, nbf=now + 50).status_code == 303
    assert city.sign_in(visit(), iat=now - 300, exp=now - 50).status_code == 303
    assert city.sign_in(visit(), iat=now - 300, exp=now - 70).status_code == 422


def test_a_token_for_several_names_us_as_the_one_it_was_made_for(city, visit):
    assert city.sign_in(visit(), aud=["another", "efa"], azp="efa").status_code == 303


def test_an_answer_of_another_issuer_is_refused(city, visit, resources):
    here = visit()
    city.begin(here)
    assert_refused(city.back(here, iss="https://another.example"), here, resources)
    assert city.requests == []


def test_who_promises_to_name_itself_must(city, visit, resources):
    city.configuration["authorization_response_iss_parameter_supported"] = True
    here = visit()
    city.begin(here)
    assert_refused(city.back(here, iss=None), here, resources)


def test_who_stops_at_the_provider_is_told_so(city, visit, resources):
    here = visit()
    city.begin(here)
    answer = city.back(here, code=None, error="access_denied", error_description="<b>zz</b>")
    assert_refused(answer, here, resources, 403)
    assert "zz" not in answer.text
    assert city.requests == []


@pytest.mark.parametrize("code", [None, "x" * 5000])
def test_an_answer_without_a_code_is_refused(city, visit, resources, code):
    here = visit()
    city.begin(here)
    assert_refused(city.back(here, code=code), here, resources)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (500, b"{}", 503),
        (302, b"", 422),
        (200, b"not JSON", 422),
        (200, b"x" * 300_000, 503),
        (400, b'{"error": "invalid_grant"}', 422),
        (200, b'{"access_token": "a", "token_type": "Bearer"}', 422),
        (200, b"[]", 422),
        (200, b"null", 422),
    ],
)
def test_a_provider_that_answers_wrongly_lets_nobody_in(city, visit, resources, status, body, told):
    city.answer = lambda asked: send(asked, status, body, Location="https://another.example")
    here = visit()
    assert_refused(city.sign_in(here), here, resources, told)


def test_a_provider_that_is_slow_is_not_waited_for(city, visit, resources):
    city.answer = lambda _asked: time.sleep(4)
    here, began = visit(), time.monotonic()
    assert_refused(city.sign_in(here), here, resources, 503)
    assert time.monotonic() - began < 10


def test_no_transaction_waits_for_the_provider(city, visit, resources):
    def write_meanwhile(asked):
        with resources.database.transaction() as session:
            session.add(Person(email="meanwhile@kiel.example"))
        send(asked, 400, b'{"error": "invalid_grant"}')

    city.answer = write_meanwhile
    assert city.sign_in(visit()).status_code == 422
    assert "meanwhile@kiel.example" in {person.email for person in rows(resources, Person)}


def test_just_the_views_that_wait_for_others_open_their_transactions_themselves():
    asking = {"way_there", "way_out", "redeem", "verify", "check_origin"}
    found = {
        f"web.{view.name}"
        for path in Path(door.__file__).parent.glob("*.py")
        for view in ast.parse(path.read_text()).body
        if isinstance(view, ast.FunctionDef)
        if asking & {node.attr for node in ast.walk(view) if isinstance(node, ast.Attribute)}
    }
    # Name servers are asked, and packages received, without one as well.
    assert found | {"web.prove", "web.publish"} == door.OWN_TRANSACTIONS


def test_code_and_secret_go_to_nobody_else(city, visit, resources):
    here = visit()
    with Issuer() as another:
        city.configuration["token_endpoint"] = f"{another.url}/token"
        assert_refused(city.sign_in(here), here, resources, 503)
        assert another.asked == []


def test_keys_and_token_endpoint_may_lie_at_hosts_that_the_operator_named(city, visit, resources):
    with Issuer() as another:
        another.keys, another.published = city.issuer.keys, city.issuer.published
        another.behaviours["/token"] = city.issuer.behaviours["/token"]
        city.configuration |= {"token_endpoint": f"{another.url}/token", "jwks_uri": f"{another.url}/keys"}
        here = visit()
        here.get("/sign-in")
        assert here.post("/sign-in/providers/stadt").status_code == 503
        assert another.asked == []
        know(resources, city.settings(HOSTS=another.url), city.settings("LAND"))
        assert city.sign_in(here).status_code == 303
        assert sorted(another.asked) == ["/keys", "/token"]


@ON_SQLITE
def test_a_provider_is_asked_directly_and_may_have_an_authority_of_its_own(
    visit, resources, add_member, tmp_path, monkeypatch
):
    add_member("wiesbaden", "publisher", ANNA)
    issuer, certificate = Issuer(), own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    issuer._server.socket = context.wrap_socket(issuer._server.socket, server_side=True)
    issuer.url = issuer.url.replace("http:", "https:")
    with issuer, Issuer() as proxy:
        city = City(issuer)
        know(resources, city.settings())
        monkeypatch.setenv("https_proxy", proxy.url)
        here = visit()
        here.get("/sign-in")
        assert here.post("/sign-in/providers/stadt").status_code == 503
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        know(resources, city.settings())
        assert city.sign_in(here).status_code == 303
        assert proxy.asked == []


def own_certificate(folder):
    """Make a certificate of this machine that vouches for itself; return the file that has it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "city")])
    now = clock.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    unlocked = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "city.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, *unlocked) + made.public_bytes(pem))
    return path


@pytest.mark.parametrize(
    "place", [None, 1, "javascript:alert(1)", "http://city.example/", "https://city.example/\nX: y", "//city.example"]
)
def test_nobody_is_led_to_what_is_no_address(city, visit, place):
    city.configuration["authorization_endpoint"] = place
    here = visit()
    here.get("/sign-in")
    assert here.post("/sign-in/providers/stadt").status_code == 503


def test_without_the_provider_the_other_ways_in_stay(city, visit, resources):
    city.configuration = {}
    here = visit()
    assert "Stadt" in here.get("/sign-in").text
    answer = here.post("/sign-in/providers/stadt")
    assert answer.status_code == 503
    assert "Link" in answer.text
    assert here.get("/sign-in").status_code == 200


def test_there_are_no_other_providers(city, visit):
    here = visit()
    here.get("/sign-in")
    assert here.post("/sign-in/providers/land").status_code == 404
    assert here.get("/sign-in/providers/land/callback?state=x&code=c").status_code == 404


def test_a_form_of_another_site_leads_to_no_provider(city, visit):
    here = visit()
    here.get("/sign-in")
    assert here.client.post("/sign-in/providers/stadt").status_code == 403
    assert here.client.post("/sign-out").status_code == 403


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_away(city, visit, to):
    assert city.sign_in(visit(), to).headers["Location"] == "/account"


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": None}, {"email_verified": False}, {"email_verified": []}, {"email": None}, {"email": "x"}],
)
def test_an_address_that_was_not_verified_is_nobodys(city, visit, resources, claims):
    here = visit()
    assert_refused(city.sign_in(here, **claims), here, resources, 403)


def test_who_is_known_stays_the_same_person_under_another_address(city, visit, resources):
    assert city.sign_in(visit()).status_code == 303
    assert city.sign_in(visit(), email="anna.neu@wiesbaden.example").status_code == 303
    assert city.sign_in(visit(), email=None).status_code == 303
    assert len({begun.person_id for begun in rows(resources, PersonSession)}) == 1
    assert [person.email for person in rows(resources, Person)] == [ANNA]


def test_the_same_address_under_another_subject_is_the_same_person(city, visit, resources):
    assert city.sign_in(visit()).status_code == 303
    assert city.sign_in(visit(), sub="another").status_code == 303
    assert len({begun.person_id for begun in rows(resources, PersonSession)}) == 1


def test_a_subject_of_another_issuer_under_the_same_name_is_nobody_who_is_known(city, visit, resources, add_member):
    assert city.sign_in(visit()).status_code == 303
    add_member("wiesbaden", "adopter", "bela@wiesbaden.example")
    with Issuer() as another:
        other = City(another)
        know(resources, other.settings())
        assert other.sign_in(visit(), email=None).status_code == 403
        assert other.sign_in(visit(), email="bela@wiesbaden.example").status_code == 303
        assert other.sign_in(visit(), email=None).status_code == 303
    people = {person.id: person.email for person in rows(resources, Person)}
    assert [people[begun.person_id] for begun in rows(resources, PersonSession)].count(ANNA) == 1
    assert [(people[one.person_id], one.issuer) for one in rows(resources, Identity)] == [
        ("bela@wiesbaden.example", other.issuer.url)
    ]


def test_who_was_known_before_issuers_were_noted_is_known_still(city, visit, resources):
    assert city.sign_in(visit()).status_code == 303
    with resources.database.transaction() as session:
        session.scalars(select(Identity)).one().issuer = None
    assert city.sign_in(visit(), email=None).status_code == 303
    assert [one.issuer for one in rows(resources, Identity)] == [city.issuer.url]


def test_whoever_was_sent_by_nobody_waits_for_no_lock(city, visit, resources):
    here = visit()
    here.get("/sign-in")
    city.told = {"state": "made-up"}
    with resources.database.transaction() as session:
        session.add(Person(email="meanwhile@kiel.example"))
        session.flush()
        began = time.monotonic()
        assert city.back(here).status_code == 422
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("email", ["stranger@wiesbaden.example", "owner@kiel.example"])
def test_who_is_no_member_stays_outside(city, visit, resources, add_member, email):
    add_member("kiel")
    here = visit()
    assert_refused(city.sign_in(here, email=email), here, resources, 403)
    assert "stranger@wiesbaden.example" not in {person.email for person in rows(resources, Person)}


def test_a_provider_opens_nothing_of_other_organisations(city, visit, resources, add_member):
    add_member("kiel", "owner", ANNA)
    with resources.database.transaction() as session:
        session.scalars(select(Person)).one().is_operator = True
    here = visit()
    city.sign_in(here, amr=["mfa"], auth_time=int(time.time()))
    page = here.get("/account").text
    assert "Wiesbaden" in page
    assert "Kiel" not in page
    assert "Betrieb des Registers" not in page
    assert here.post("/account/organisation", {"organisation": "kiel"}).status_code == 403


def test_what_outlives_the_session_is_not_a_providers_to_give(city, visit):
    here = visit()
    city.sign_in(here, amr=["mfa"], auth_time=int(time.time()))
    assert 'data-passkey="register"' not in here.get("/account").text
    assert here.script("/account/passkeys/options", {}).status_code == 403
    assert here.script("/account/passkeys", {"answer": {}, "name": "x"}).status_code == 403
    assert here.post("/account/passkeys/00000000-0000-4000-8000-000000000000/remove").status_code == 403


def roles(resources):
    with resources.database.reading() as session:
        query = select(Person.email, Organisation.slug, Membership.role, Membership.given_by)
        query = query.join(Membership, Membership.person_id == Person.id)
        return [tuple(row) for row in session.execute(query.join(Organisation)).all()]


@pytest.fixture
def with_roles(city, resources):
    know(resources, city.settings(ROLES_CLAIM="realm.roles", ROLES="efa-admins=owner; cn=efa,ou=stadt=adopter"))
    return city


def test_membership_and_role_follow_the_provider(with_roles, visit, resources, add_member):
    city, bela = with_roles, "bela@wiesbaden.example"
    add_member("wiesbaden", "owner")
    others = roles(resources)

    def come(*groups):
        here = visit()
        answer = city.sign_in(here, sub="bela", email=bela, realm={"roles": [*groups]})
        return here, answer.status_code

    assert come("unknown")[1] == 403
    assert bela not in {person.email for person in rows(resources, Person)}
    here, status = come("efa-admins", "unknown")
    assert status == 303
    assert set(roles(resources)) - set(others) == {(bela, "wiesbaden", "owner", "stadt")}
    assert come("cn=efa,ou=stadt")[1] == 303
    assert set(roles(resources)) - set(others) == {(bela, "wiesbaden", "adopter", "stadt")}
    assert here.post("/organisation/invitations", {"email": "c@d.example", "role": "viewer"}).status_code == 403
    assert come("cn=efa")[1] == 403
    assert here.get("/organisation").status_code == 403
    assert roles(resources) == others


def test_what_an_owner_gave_the_provider_does_not_take(with_roles, visit, resources):
    assert with_roles.sign_in(visit(), realm={"roles": ["efa-admins"]}).status_code == 303
    assert roles(resources) == [(ANNA, "wiesbaden", "publisher", None)]
    assert with_roles.sign_in(visit()).status_code == 303
    assert roles(resources) == [(ANNA, "wiesbaden", "publisher", None)]


def test_the_last_owner_stays_but_does_not_come_in(with_roles, visit, resources):
    bela = "bela@wiesbaden.example"
    assert with_roles.sign_in(visit(), sub="b", email=bela, realm={"roles": ["efa-admins"]}).status_code == 303
    assert with_roles.sign_in(visit(), sub="b", email=bela).status_code == 403
    assert (bela, "wiesbaden", "owner", "stadt") in roles(resources)


def test_a_session_ends_with_its_provider_and_shrinks_with_those_it_speaks_for(city, visit, resources, sign_in):
    here, other = visit(), visit()
    city.sign_in(here)
    sign_in(other, ANNA)
    know(resources, city.settings(ORGANISATIONS="kiel"))
    assert here.get("/organisation").status_code == 403
    know(resources, city.settings("LAND"))
    assert here.get("/account").status_code == 303
    assert other.get("/organisation").status_code == 200


def test_what_a_provider_gave_counts_for_who_comes_in_by_it_alone(with_roles, visit, sign_in):
    bela, here = "bela@wiesbaden.example", visit()
    with_roles.sign_in(here, sub="b", email=bela, realm={"roles": ["efa-admins"]})
    assert "Wiesbaden" in here.get("/account").text
    other = visit()
    sign_in(other, bela)
    assert "Wiesbaden" not in other.get("/account").text
    assert other.post("/account/organisation", {"organisation": "wiesbaden"}).status_code == 403


def test_a_session_of_before_gets_nothing_that_a_provider_gave_since(with_roles, visit, resources, sign_in, add_member):
    add_member("wiesbaden", "owner")
    here = visit()
    sign_in(here, ANNA)
    assert here.get("/organisation").status_code == 200
    anna = next(person.id for person in rows(resources, Person) if person.email == ANNA)
    with resources.database.transaction() as session:
        accounts.remove_member(session, OPERATOR, "wiesbaden", anna)
    assert with_roles.sign_in(visit(), realm={"roles": ["efa-admins"]}).status_code == 303
    assert here.get("/organisation").status_code == 403


def test_a_provider_of_many_cities_says_for_which_it_speaks(city, visit, resources, add_member):
    for slug in ("mainz", "kiel"):
        add_member(slug, "viewer", ANNA)
    know(resources, city.settings(ORGANISATIONS="*", ORGANISATION_CLAIM="https://land.example/kommunen"))
    city.sign_in(visit(), **{"https://land.example/kommunen": ["064140000000", "mainz", "a\0", 7]})
    assert rows(resources, PersonSession)[0].bound_to == ["mainz", "wiesbaden"]
    know(resources, city.settings(ORGANISATIONS="wiesbaden", ORGANISATION_CLAIM="kommune"))
    assert city.sign_in(visit(), kommune="kiel").status_code == 403
    assert city.sign_in(visit(), kommune=None).status_code == 403
    assert city.sign_in(visit(), kommune="wiesbaden").status_code == 303


def test_what_must_hold_must_hold(city, visit, resources):
    know(resources, city.settings(REQUIRE="hd=wiesbaden.example, groups=efa"))
    here = visit()
    assert_refused(city.sign_in(here, hd="wiesbaden.example"), here, resources, 403)
    assert_refused(city.sign_in(here, hd="kiel.example", groups=["efa"]), here, resources, 403)
    assert city.sign_in(here, hd="wiesbaden.example", groups=["x", "efa"]).status_code == 303


@pytest.mark.parametrize(
    ("amr", "minutes", "strong"),
    [(["pwd", "mfa"], 5, True), (["mfa"], 61, False), (["pwd"], 5, False), (["mfa"], None, False)],
)
def test_a_second_factor_at_the_provider_counts_where_it_was_shown_lately(city, visit, resources, amr, minutes, strong):
    shown = None if minutes is None else int(time.time()) - minutes * 60
    city.sign_in(visit(), amr=amr, auth_time=shown)
    at = rows(resources, PersonSession)[0].factor_at
    assert (at.timestamp() if at else None) == (shown if strong else None)


def test_who_signs_out_is_led_to_sign_out_at_the_provider_too(city, visit, resources):
    here = visit()
    city.sign_in(here)
    here.get("/account")
    answer = here.post("/sign-out")
    place, _, query = answer.headers["Refresh"].removeprefix("0; url=").partition("?")
    said = {key: value[0] for key, value in parse_qs(query).items()}
    assert place == f"{city.issuer.url}/logout"
    assert (said["client_id"], said["post_logout_redirect_uri"]) == ("efa", "http://localhost:8000/")
    assert said["id_token_hint"].count(".") == 2
    assert ANNA not in answer.text
    assert rows(resources, PersonSession) == []
    assert here.client.get_cookie("__Host-session") is None


def test_what_is_kept_for_the_way_out_cannot_be_read_in_the_database(city, visit, resources):
    city.sign_in(visit())
    with resources.database.reading() as session:
        kept = session.scalar(select(PersonSession.id_token))
    assert kept.startswith(b"gAAAA")
    city.sign_in(visit(), groups=["x" * 5000])
    with resources.database.reading() as session:
        assert sorted(map(bool, session.scalars(select(PersonSession.id_token)))) == [False, True]


def test_a_provider_without_a_way_out_or_away_holds_nobody(city, visit, resources):
    here = visit()
    del city.configuration["end_session_endpoint"]
    city.sign_in(here)
    here.get("/account")
    assert here.post("/sign-out").headers["Location"] == "/"
    city.sign_in(here)
    here.get("/account")
    city.configuration = {}
    know(resources, city.settings())
    assert here.post("/sign-out").headers["Location"] == "/"
    assert rows(resources, PersonSession) == []


def test_who_was_removed_does_not_come_in_again(city, visit, resources, add_member):
    add_member("wiesbaden", "owner")
    city.sign_in(visit())
    anna = next(person.id for person in rows(resources, Person) if person.email == ANNA)
    with resources.database.transaction() as session:
        accounts.remove_member(session, OPERATOR, "wiesbaden", anna)
    assert city.sign_in(visit()).status_code == 403


def test_the_log_says_why_and_not_who(city, visit, capfd):
    assert city.sign_in(visit(), nonce="wrong").status_code == 422
    assert city.sign_in(visit(), email_verified=False).status_code == 403
    assert city.sign_in(visit()).status_code == 303
    city.back(visit())
    told = "".join(capfd.readouterr())
    for reason in ("nonce", "e-mail not verified", "unknown, used or old"):
        assert reason in told
    for secret in (ANNA, SUBJECT, SECRET, *(city.told[name] for name in ("state", "nonce"))):
        assert secret not in told


def test_an_owner_by_the_provider_is_an_owner(with_roles, visit, resources):
    here = visit()
    with_roles.sign_in(here, sub="b", email="b@wiesbaden.example", realm={"roles": ["efa-admins"]}, amr=["mfa"])
    answer = here.get("/organisation") and here.post(
        "/organisation/invitations", {"email": "c@d.example", "role": "viewer"}
    )
    assert answer.headers["Location"].startswith("/confirm")
    with_roles.sign_in(here, sub="b", realm={"roles": ["efa-admins"]}, amr=["mfa"], auth_time=int(time.time()))
    here.get("/organisation")
    answer = here.post("/organisation/invitations", {"email": "c@d.example", "role": Role.VIEWER})
    assert answer.headers["Location"] == "/organisation/members?done=invited"
