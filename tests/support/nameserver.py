"""A name server that knows the TXT records it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """What it answers, by name without the last dot; a name that is missing does not exist."""

    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self.records: dict[str, list[str]] = {}
        self.silent = False

    def answer(self, question: bytes) -> bytes | None:
        """Answer one question; None keeps silent."""
        if self.silent:
            return None
        asked = dns.message.from_wire(question)
        reply = dns.message.make_response(asked)
        name = asked.question[0].name
        known = self.records.get(name.to_text(omit_final_dot=True))
        if known is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif asked.question[0].rdtype == dns.rdatatype.TXT and known:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *(f'"{text}"' for text in known)))
        return reply.to_wire()


@contextmanager
def nameserver() -> Iterator[NameServer]:
    """Run a name server on a port of this machine."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question, socket = self.request
            reply = known.answer(question)
            if reply is not None:
                socket.sendto(reply, self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        known = NameServer(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()
