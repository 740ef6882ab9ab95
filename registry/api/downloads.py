"""Send packages and files: with digest, entity tag and ranges (RFC 9110, section 14)."""

import base64
from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import Response, request, stream_with_context
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from registry.api import conditional
from registry.kit.storage import Storage
from registry.releases.models import PackagedFile
from registry.releases.service import Download

_BLOCK = 1 << 18
#: What is no larger is sent in one piece, where the server has no way of its own to send files.
_AT_ONCE = 1 << 20
#: What a browser may show by itself; anything else is handed over as a download.
_SHOWN = frozenset({"text/plain", "text/markdown", "text/csv", "application/json", "application/yaml", "image/png"})


def package(wanted: Download, storage: Storage, accel_prefix: str | None) -> Response:
    """Send a release's package, or the range of it that is asked for."""
    start, end, status = _range(wanted)
    headers = _headers(wanted)
    if conditional.is_known(wanted.sha256):
        return Response(status=304, headers=headers)
    if accel_prefix is not None and storage.is_folder and request.method != "HEAD":
        # The web server in front sends the file, ranges too, and no thread of ours waits for a slow reader.
        del headers["Accept-Ranges"]
        return Response(headers=headers | {"X-Accel-Redirect": f"{accel_prefix}/{wanted.key}"})
    headers["Content-Length"] = str(end - start)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{wanted.size}"
    if request.method == "HEAD":
        return Response(status=status, headers=headers)
    return Response(_body(wanted, storage, start, end), status, headers, direct_passthrough=True)


def begins(answer: Response) -> bool:
    """Whether the answer sends a package from its first byte on; a web server in front cuts ranges by itself."""
    if "X-Accel-Redirect" in answer.headers:
        return request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
    said = str(answer.headers.get("Content-Range", "bytes 0-"))
    return answer.status_code in {200, 206} and said.startswith("bytes 0-")


def _range(wanted: Download) -> tuple[int, int, int]:
    whole = (0, wanted.size, 200)
    if "HTTP_RANGE" not in request.environ:
        return whole
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    condition = request.headers.get("If-Range")
    if condition is not None and condition != f'"{wanted.sha256}"':
        return whole
    if asked.ranges[0][0] < -wanted.size:
        return (0, wanted.size, 206)  # the last so many bytes, and there are fewer
    found = asked.range_for_length(wanted.size)
    if found is None:
        raise RequestedRangeNotSatisfiable(wanted.size)
    return (*found, 206)


def _body(wanted: Download, storage: Storage, start: int, end: int) -> Any:
    path = storage.local_path(wanted.key)
    if path is None:
        return storage.stream(wanted.key, start, end)
    package = path.open("rb")
    package.seek(start)
    wrap = request.environ.get("wsgi.file_wrapper")
    if wrap is not None:
        # The server's own wrapper: it sends from where the file stands as much as `Content-Length` says. Waitress
        # does so from its main loop and frees this thread at once.
        return wrap(package, _BLOCK)
    if end - start > _AT_ONCE:
        return _blocks(package, end - start)
    with package:
        return [package.read(end - start)]


def _blocks(package: BinaryIO, length: int) -> Iterator[bytes]:
    with package:
        while length > 0 and (block := package.read(min(length, _AT_ONCE))):
            length -= len(block)
            yield block


def _headers(wanted: Download) -> dict[str, str]:
    headers = {
        "Content-Type": "application/zip",
        "ETag": f'"{wanted.sha256}"',
        "Repr-Digest": f"sha-256=:{_digest(wanted.sha256)}:",
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{wanted.file_name}"',
        "Cache-Control": "no-cache",
    }
    if wanted.yanked is not None:
        reason = " ".join(wanted.yanked.split()).encode("ascii", "replace").decode().replace('"', "'")
        headers["Warning"] = f'299 - "This release was yanked: {reason[:200]}"'
    return headers


def _digest(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def file(it: PackagedFile, content: Iterator[bytes]) -> Response:
    """Send one file out of a package, as something that cannot act in a browser."""
    if conditional.is_known(it.sha256):
        answer = Response(status=304)
    else:
        body = None if request.method == "HEAD" else stream_with_context(content)
        answer = Response(body, 200, direct_passthrough=True)
        answer.headers["Content-Length"] = str(it.size)
    shown = it.media_type in _SHOWN
    answer.headers["Content-Type"] = (
        f"{it.media_type}; charset=utf-8" if it.media_type.startswith("text/") else it.media_type
    )
    answer.headers["ETag"] = f'"{it.sha256}"'
    answer.headers["Repr-Digest"] = f"sha-256=:{_digest(it.sha256)}:"
    answer.headers["Content-Disposition"] = "inline" if shown else "attachment"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
