"""Looking up TXT records, with the machine's name servers or those that are set."""

from collections.abc import Sequence
from typing import Any

TIMEOUT = 5.0


class LookupFailedError(Exception):
    """No name server answered in time."""


def txt(name: str, servers: Sequence[str] = ()) -> list[str]:
    """Return the TXT records of a name, none where there are none; LookupFailedError where nobody answers.

    `servers` are addresses of name servers, each perhaps with `:port`.
    """
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [_server(each) for each in servers]
    try:
        answer = resolver.resolve(name, "TXT", lifetime=TIMEOUT, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise LookupFailedError(type(error).__name__) from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _server(said: str) -> Any:
    import dns.nameserver

    host, _, port = said.rpartition(":") if said.count(":") == 1 else (said, "", "")
    return dns.nameserver.Do53Nameserver(host, int(port or 53))
