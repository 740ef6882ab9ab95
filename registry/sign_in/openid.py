"""OpenID Connect as the registry speaks it with identity providers; nothing here asks the database.

Authorization code with PKCE (S256), `state` and `nonce`; of what comes back only the signed ID token is believed.
"""

import hmac
import secrets
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import structlog
from cryptography.fernet import InvalidToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from typing_extensions import TypeIs

from registry.kit import clock
from registry.kit.jwks import BYTES_MAX, PATIENCE, SILENCE, Issuers, IssuerUnavailableError, is_trustworthy, lies_with
from registry.kit.sealing import Seal
from registry.sign_in.errors import ProviderAnswerError, ProviderUnknownError, ProviderUnreachableError
from registry.sign_in.providers import Provider

if TYPE_CHECKING:
    from requests import Response

#: Signatures that only the provider can make; whoever knows an HMAC's key can make one, and `none` is none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
#: How far clocks may be apart, in seconds, and how large an ID token may be, also to be shown again at the way out.
SKEW = 60
SIZE_MAX = 16_384
HINT_MAX = 4096
SUBJECT_MAX = 255
#: Who proved himself to the provider longer ago does it again; who asks is also told when it was.
MAX_AGE = 7 * 24 * 3600

log = structlog.get_logger("registry.sign_in")


@dataclass(frozen=True, slots=True)
class Start:
    """The secrets of one sign-in: `state` goes along, `nonce` comes back signed, `verifier` proves that it was us."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Start":
        """Make the secrets of a sign-in that begins."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Providers:
    """The identity providers that the operator named, with what they publish about themselves."""

    def __init__(self, providers: Iterable[Provider], base_url: str, seal: Seal) -> None:
        self._providers = {provider.name: provider for provider in providers}
        hosts: dict[str, tuple[str, ...]] = {}
        for provider in self._providers.values():
            hosts[provider.issuer] = (*hosts.get(provider.issuer, ()), *provider.hosts)
        self._issuers = Issuers(hosts)
        self._base_url = base_url
        self._seal = seal

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._providers.values())

    @property
    def by_name(self) -> Mapping[str, Provider]:
        """All of them, each by its name."""
        return self._providers

    def named(self, name: str) -> Provider:
        """Return the provider of this name; ProviderUnknownError where there is none."""
        if name not in self._providers:
            raise ProviderUnknownError
        return self._providers[name]

    def way_there(self, provider: Provider, start: Start, language: str) -> str:
        """Return the address at the provider at which a person signs in; ProviderUnreachableError."""
        place = self._place(provider, "authorization_endpoint")
        if place is None:
            raise _unreachable(provider, "it names no way in")
        with self._client(provider) as client:
            address, _ = client.create_authorization_url(
                place,
                state=start.state,
                nonce=start.nonce,
                code_verifier=start.verifier,
                ui_locales=language,
                max_age=MAX_AGE,
            )
        return str(address)

    def way_out(self, name: str, sealed: bytes | None) -> str | None:
        """Return the address at which the provider signs a person out too; None where it has none, or is away."""
        provider = self._providers.get(name)
        try:
            place = self._place(provider, "end_session_endpoint") if provider else None
        except ProviderUnreachableError:
            return None
        if provider is None or place is None:
            return None
        said = {"client_id": provider.client_id, "post_logout_redirect_uri": f"{self._base_url}/"}
        if sealed is not None and (hint := self._opened(sealed)):
            said["id_token_hint"] = hint
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(said)}"

    def sealed(self, token: str) -> bytes | None:
        """Return an ID token as it is kept for the way out; None for one that would make too long an address."""
        return self._seal.close(token.encode()) if len(token) <= HINT_MAX else None

    def redeem(self, provider: Provider, code: str, *, verifier: str) -> str:
        """Return the ID token that the provider gives for a code.

        Raises ProviderUnreachableError, ProviderAnswerError.
        """
        from authlib.integrations.base_client import OAuthError
        from requests import RequestException

        place = self._told(provider).get("token_endpoint")
        # The code and our secret go where the operator said, whatever the provider's configuration says.
        if not isinstance(place, str) or not lies_with(place, provider.issuer, provider.hosts):
            raise _unreachable(provider, "its token endpoint lies elsewhere")
        try:
            with self._client(provider) as client:
                given = client.fetch_token(
                    place,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    allow_redirects=False,
                    stream=True,
                    hooks={"response": _read_within_bounds},
                )
                token = given["id_token"]
        except RequestException as problem:
            raise _unreachable(provider, type(problem).__name__) from None
        except (OAuthError, LookupError, TypeError, ValueError, AttributeError) as problem:
            raise refused(provider, f"no token: {type(problem).__name__}") from None
        if not isinstance(token, str) or len(token) > SIZE_MAX or not token.isascii():
            raise refused(provider, "no token")
        return token

    def verify(self, provider: Provider, token: str, *, nonce: str) -> dict[str, Any]:
        """Return what an ID token claims, once it is certain that this provider says it, to us, for this sign-in.

        Raises ProviderAnswerError, ProviderUnreachableError.
        """
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, RecursionError):
            raise refused(provider, "no signed token") from None
        identifier = header.get("kid")
        if not isinstance(identifier, str):
            raise refused(provider, "key not named")
        try:
            key = self._issuers.key(provider.issuer, identifier)
        except IssuerUnavailableError as problem:
            raise _unreachable(provider, str(problem)) from None
        if key is None:
            raise refused(provider, "key unknown")
        try:
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, RecursionError):
            raise refused(provider, "signature") from None
        if fault := _fault(claims, provider, nonce):
            raise refused(provider, fault)
        return claims

    def check_origin(self, provider: Provider, said: str | None) -> None:
        """Refuse an answer that another provider gave (RFC 9207); ProviderAnswerError."""
        promised = self._told(provider).get("authorization_response_iss_parameter_supported") is True
        if (said is None and promised) or said not in {None, provider.issuer}:
            raise refused(provider, "answer of another issuer")

    def _told(self, provider: Provider) -> Mapping[str, Any]:
        try:
            return self._issuers.told(provider.issuer)
        except IssuerUnavailableError as problem:
            raise _unreachable(provider, str(problem)) from None

    def _place(self, provider: Provider, name: str) -> str | None:
        place = self._told(provider).get(name)
        if not isinstance(place, str) or not (place.isascii() and place.isprintable()):
            return None
        return place if is_trustworthy(place.partition("?")[0]) else None

    def _opened(self, sealed: bytes) -> str | None:
        try:
            return self._seal.open(sealed).decode()
        except InvalidToken:
            return None

    def _client(self, provider: Provider) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        said = self._told(provider).get("token_endpoint_auth_methods_supported")
        by_post = isinstance(said, list) and "client_secret_basic" not in said and "client_secret_post" in said
        client = OAuth2Session(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method="client_secret_post" if by_post else "client_secret_basic",
            redirect_uri=f"{self._base_url}/sign-in/providers/{provider.name}/callback",
            scope="openid email",
            code_challenge_method="S256",
            default_timeout=SILENCE,
        )
        # As its keys are asked for: by no proxy, and believing whom the system (`SSL_CERT_FILE`) believes.
        authorities = ssl.get_default_verify_paths()
        client.trust_env, client.verify = False, authorities.cafile or authorities.capath or True
        return client


def refused(provider: Provider, reason: str) -> ProviderAnswerError:
    """Note why an answer is not believed, which the one who brought it is not told."""
    log.warning("sign-in refused", way="provider", provider=provider.name, reason=reason)
    return ProviderAnswerError()


def _unreachable(provider: Provider, reason: str) -> ProviderUnreachableError:
    log.warning("identity provider unreachable", provider=provider.name, reason=reason)
    return ProviderUnreachableError(provider.label)


def _fault(claims: Mapping[str, Any], provider: Provider, nonce: str) -> str | None:
    """Name the claim that is not as it must be; None where all are."""
    now = clock.now().timestamp()
    audience, party = claims.get("aud"), claims.get("azp")
    meant = audience if isinstance(audience, list) else [audience]
    said, subject = claims.get("nonce"), claims.get("sub")
    ends, made, begins, shown = (claims.get(name) for name in ("exp", "iat", "nbf", "auth_time"))
    checks = {
        "iss": claims.get("iss") == provider.issuer,
        "aud": provider.client_id in meant,
        "azp": party == provider.client_id if party is not None else len(meant) == 1,
        "exp": _is_number(ends) and now < ends + SKEW,
        "iat": _is_number(made) and made <= now + SKEW,
        "nbf": begins is None or (_is_number(begins) and begins <= now + SKEW),
        "auth_time": shown is None or (_is_number(shown) and now - MAX_AGE - SKEW <= shown <= now + SKEW),
        "nonce": isinstance(said, str) and hmac.compare_digest(said.encode(), nonce.encode()),
        "sub": isinstance(subject, str) and 0 < len(subject) <= SUBJECT_MAX and subject.isprintable(),
    }
    return next((name for name, holds in checks.items() if not holds), None)


def _is_number(said: object) -> TypeIs[int | float]:
    return isinstance(said, int | float) and not isinstance(said, bool)


def _read_within_bounds(answer: "Response", **_how: Any) -> None:
    """Read what is answered here, instead of whenever it is looked at: so many bytes at most, and for so long."""
    from requests import ConnectionError as UnreachedError

    end = time.monotonic() + PATIENCE
    body = b""
    while chunk := answer.raw.read1(BYTES_MAX, decode_content=True):
        body += chunk
        if len(body) > BYTES_MAX or time.monotonic() > end:
            answer.close()
            raise UnreachedError
    answer.raw = BytesIO(body)
