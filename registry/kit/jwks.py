"""The public keys of those who sign tokens: fetched only from issuers that were named, and remembered for a while."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from joserfc import jwk
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from registry.kit import clock

#: How long keys are good without asking again, and how soon the issuer may be asked again, whatever is asked of us.
KEPT = timedelta(hours=1)
PAUSE = timedelta(seconds=30)
#: Seconds until a single silence, and until the whole answer, is too long.
SILENCE = 3.0
PATIENCE = 6.0
#: The most that an issuer may tell, and the most keys that are remembered of it.
BYTES_MAX = 256 * 1024
KEYS_MAX = 100
RSA_BITS_MIN = 2048
CURVES = (("EC", "P-256"), ("EC", "P-384"), ("EC", "P-521"), ("OKP", "Ed25519"))

PublicKey = RSAKey | ECKey | OKPKey


class IssuerUnavailableError(Exception):
    """The issuer's keys cannot be had for now; the message says why, for the log."""


class _Known(NamedTuple):
    told: Mapping[str, Any]
    keys: Mapping[str, PublicKey]
    until: datetime


@dataclass(slots=True)
class _Issuer:
    hosts: tuple[str, ...]
    turn: threading.Lock = field(default_factory=threading.Lock)
    known: _Known | None = None
    tried: datetime | None = None


class Issuers:
    """The issuers that are trusted, with their keys; for each the other hosts at which its keys may lie."""

    def __init__(self, named: Mapping[str, Collection[str]]) -> None:
        self._issuers = {name: _Issuer(tuple(hosts)) for name, hosts in named.items()}

    def __len__(self) -> int:
        return len(self._issuers)

    def __contains__(self, issuer: object) -> bool:
        return issuer in self._issuers

    def __iter__(self) -> Iterator[str]:
        return iter(self._issuers)

    def key(self, issuer: str, identifier: str) -> PublicKey | None:
        """Return the issuer's key of this identifier, None for none; nobody but the issuer and its hosts is asked.

        A key that is not known may be new: then the issuer is asked again, but not more often than each `PAUSE`.
        Raises IssuerUnavailableError.
        """
        return self._knowing(issuer, lambda known: identifier in known.keys).keys.get(identifier)

    def told(self, issuer: str) -> Mapping[str, Any]:
        """Return the configuration that the issuer publishes; IssuerUnavailableError where it cannot be had."""
        return self._knowing(issuer, lambda _known: True).told

    def _knowing(self, issuer: str, suffices: Callable[[_Known], bool]) -> _Known:
        its = self._issuers[issuer]
        known = _fresh(its)
        if known is not None and suffices(known):
            return known
        if not its.turn.acquire(timeout=PATIENCE):
            message = "too many wait for the issuer's answer"
            raise IssuerUnavailableError(message)
        try:
            return self._ask_again(issuer, its, suffices)
        finally:
            its.turn.release()

    def _ask_again(self, issuer: str, its: _Issuer, suffices: Callable[[_Known], bool]) -> _Known:
        known = _fresh(its)
        if known is not None and suffices(known):
            return known
        now = clock.now()
        if its.tried is None or now - its.tried >= PAUSE:
            its.tried = now
            known = its.known = _known_of(issuer, its.hosts, now + KEPT)
        if known is None:
            message = "the issuer could not be reached a moment ago"
            raise IssuerUnavailableError(message)
        return known


def is_trustworthy(issuer: str) -> bool:
    """Whether an issuer's name is an address from which keys may be fetched: `https`, or `http` on this machine."""
    try:
        parts = urlsplit(issuer)
        if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc or (parts.port == 0):
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fresh(its: _Issuer) -> _Known | None:
    known = its.known
    return known if known is not None and clock.now() < known.until else None


def is_host(address: str) -> bool:
    """Whether an address is of a host alone, from which keys may be fetched."""
    return is_trustworthy(address) and urlsplit(address).path in {"", "/"}


def lies_with(address: str, issuer: str, hosts: Collection[str]) -> bool:
    """Whether an address lies with the issuer, or at one of the hosts that were named for it."""
    return _origin(address) in {_origin(issuer), *map(_origin, hosts)}


def _known_of(issuer: str, hosts: Collection[str], until: datetime) -> _Known:
    told = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    place = told.get("jwks_uri")
    if told.get("issuer") != issuer or not isinstance(place, str):
        message = "the issuer's configuration is another's, or names no keys"
        raise IssuerUnavailableError(message)
    # Whoever can change what an issuer says must not send us anywhere else.
    if not lies_with(place, issuer, hosts):
        message = "the issuer's keys lie neither with the issuer nor at a host that was named for it"
        raise IssuerUnavailableError(message)
    listed = _fetch(place).get("keys")
    found: dict[str, PublicKey] = {}
    for said in listed[:KEYS_MAX] if isinstance(listed, list) else []:
        key = _public(said)
        if key is not None:
            found[said["kid"]] = key
    return _Known(told, found, until)


def _origin(address: str) -> tuple[str, str] | None:
    """Return with whom an address lies; None for what is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return (parts.scheme, parts.netloc.lower())


def _public(said: Any) -> PublicKey | None:
    """Read a key with which signatures are checked; None for any other, as a secret that is shared with the issuer."""
    if not isinstance(said, dict) or not isinstance(said.get("kid"), str) or said.get("use", "sig") != "sig":
        return None
    is_long = said.get("kty") == "RSA" and len(str(said.get("n"))) * 6 >= RSA_BITS_MIN
    if not is_long and (said.get("kty"), said.get("crv")) not in CURVES:
        return None
    try:
        key = jwk.import_key(said)
    except (JoseError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _fetch(address: str) -> dict[str, Any]:
    """Read a JSON object; redirections are not followed."""
    try:
        body = _read(urlsplit(address))
        told = json.loads(body)
    except (OSError, HTTPException, ValueError, RecursionError) as problem:
        message = f"{address}: {type(problem).__name__}"
        raise IssuerUnavailableError(message) from problem
    if not isinstance(told, dict):
        message = f"{address}: no JSON object"
        raise IssuerUnavailableError(message)
    return told


def _read(parts: SplitResult) -> bytes:
    host = parts.hostname or ""
    connection = (
        HTTPSConnection(host, parts.port, timeout=SILENCE, context=ssl.create_default_context())
        if parts.scheme == "https"
        else HTTPConnection(host, parts.port, timeout=SILENCE)
    )
    connection.connect()
    # The time-out of a socket bounds each silence alone: one who sends a byte now and then is cut off here.
    end = threading.Timer(PATIENCE, _cut, [connection.sock])
    end.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Accept": "application/json", "User-Agent": "efa-registry"})
        response = connection.getresponse()
        if response.status != 200:
            message = f"status {response.status}"
            raise HTTPException(message)
        body = response.read(BYTES_MAX + 1)
    finally:
        end.cancel()
        connection.close()
    if len(body) > BYTES_MAX:
        message = "too large"
        raise HTTPException(message)
    return body


def _cut(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
