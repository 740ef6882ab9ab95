"""The web server of `serve`: waitress, with errors as problems and an end that cuts nobody off."""

import json
import socket
import time
import uuid
from threading import Event
from typing import Any

from flask import Flask
from typing_extensions import override
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

THREADS = 8
#: What waitress hands to the socket at a time: its default of 18 kB makes a big download slow.
SEND_BYTES = 1 << 18
#: SIGTERM must end the process within 8 seconds, whatever clients do.
GRACE = 6.0
_TICK = 0.25
_SLUGS = {400: "malformed", 413: "too-large", 431: "too-large", 500: "internal", 501: "malformed"}
_DETAILS = {
    413: "The body is larger than any package may be; it was not read.",
    431: "The header fields are too large.",
}
#: The same for people, who send packages by a form.
_PAGE = """<!doctype html>
<html lang="de"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Zu groß</title>
<h1>Zu groß</h1>
<p>Ein Paket darf höchstens {megabytes} MB haben; die Datei wurde nicht gelesen. Gehen Sie zurück und wählen Sie eine
kleinere.</p>
<p lang="en">A package may have {megabytes} MB at most; the file was not read. Go back and choose a smaller one.</p>
</html>
"""


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress is not typed
    """What waitress itself refuses, such as a body that is too large, as a problem (RFC 9457)."""

    @override
    def execute(self) -> None:
        error = self.request.error
        told = {
            "type": f"/problems/{_SLUGS.get(error.code, 'malformed')}",
            "title": error.reason,
            "status": error.code,
            "detail": _DETAILS.get(error.code, str(error.body)),
            "instance": str(getattr(self.request, "path", "") or "/"),
            "request_id": uuid.uuid4().hex,
        }
        by_people = error.code == 413 and "text/html" in self.request.headers.get("ACCEPT", "")
        megabytes = self.channel.server.package_bytes // 1_000_000
        body = (_PAGE.format(megabytes=megabytes) if by_people else json.dumps(told)).encode()
        self.status = f"{error.code} {error.reason}"
        kind = "text/html; charset=utf-8" if by_people else "application/problem+json"
        self.response_headers.append(("Content-Type", kind))
        self.response_headers.append(("X-Request-Id", told["request_id"]))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress is not typed
    error_task_class = _ProblemTask


class Embedded:
    """One listening server; OSError where the address cannot be had."""

    def __init__(self, app: Flask, *, host: str, port: int, package_bytes: int, body_limit: int, proxies: int) -> None:
        self._map: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._map,
            host=host,
            port=port,
            threads=THREADS,
            send_bytes=SEND_BYTES,
            max_request_body_size=body_limit,
            inbuf_overflow=1 << 20,
            outbuf_overflow=4 << 20,
            connection_limit=500,
            channel_timeout=120,
            # With proxies in front it is the application that knows how much of the header is theirs.
            clear_untrusted_proxy_headers=proxies == 0,
            ident="efa-registry",
        )
        self._server.channel_class = _Channel
        self._server.package_bytes = package_bytes

    def run(self, ended: Event) -> None:
        """Serve until ended; then take no more, and finish what runs as far as the time of grace goes."""
        while not ended.is_set():
            wasyncore.loop(timeout=_TICK, map=self._map, use_poll=True, count=1)
        self._stop_listening()
        last = time.monotonic() + GRACE
        while self._is_busy() and time.monotonic() < last:
            wasyncore.loop(timeout=_TICK, map=self._map, use_poll=True, count=1)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=max(0.1, last - time.monotonic()))

    def _stop_listening(self) -> None:
        self._server.accepting = False
        self._server.del_channel(self._map)
        self._server.socket.shutdown(socket.SHUT_RDWR)
        self._server.socket.close()

    def _is_busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.request or channel.total_outbufs_len for channel in channels)
