"""A registry as its operator runs it: real processes, asked over HTTP."""

import contextlib
import http.client
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from registry.accounts import service as accounts
from registry.authz.actor import ROLE_SCOPES, Role
from registry.config import Resources, Settings
from tests import packages
from tests.cast import OPERATOR, SERVICE
from tests.support.processes import PROJECT, free_port, stop, wait_until

BIN = Path(sys.executable).parent
Result = TypeVar("Result")

SECRET = "0123456789abcdef" * 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    port: int,
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Answer:
    """Ask once, over a connection of its own."""
    said = dict(headers or {})
    if token:
        said["Authorization"] = f"Bearer {token}"
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        said.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, said)
        got = connection.getresponse()
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
    finally:
        connection.close()


def form(metadata: Mapping[str, Any], content: bytes) -> tuple[bytes, str]:
    """Return a package and what is said of it as the body of a request, and its content type."""
    edge = uuid.uuid4().hex
    parts = (
        f'--{edge}\r\nContent-Disposition: form-data; name="metadata"\r\n'.encode(),
        b"Content-Type: application/json\r\n\r\n",
        json.dumps(metadata).encode(),
        f'\r\n--{edge}\r\nContent-Disposition: form-data; name="package"; filename="package.zip"\r\n'.encode(),
        b"Content-Type: application/zip\r\n\r\n",
        content,
        f"\r\n--{edge}--\r\n".encode(),
    )
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


def large_package(size: int) -> bytes:
    """Return a valid package of about that many bytes, which no compression makes smaller."""
    out = io.BytesIO(packages.package())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("data.bin", Random(1).randbytes(size))
    return out.getvalue()


@dataclass
class Node:
    """One server process of a registry."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Ask the API."""
        return ask(self.port, method, f"/api/v1{path}", body, **more)

    def publish(
        self,
        slug: str,
        version: str,
        content: bytes,
        *,
        token: str,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        **metadata: Any,
    ) -> Answer:
        """Publish a package."""
        body, kind = form({"version": version, **metadata}, content)
        said = {"Content-Type": kind, **(headers or {})}
        return self.ask("POST", f"/services/{slug}/releases{query}", body, token=token, headers=said)

    def healthy(self) -> bool:
        """Tell whether it answers."""
        try:
            return ask(self.port, "GET", "/healthz", timeout=2).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def kill(self) -> None:
        """End it as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 10) -> float:
        """Ask it to end; return how long that took."""
        began = time.monotonic()
        stop(self.process, seconds=seconds)
        return time.monotonic() - began

    @property
    def told(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace")


@dataclass
class Registry:
    """A registry on one database and one storage, and the processes that serve it."""

    environ: Mapping[str, str]
    folder: Path
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _environ(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "AWS_"))}
        return {**own, **self.environ}

    def run(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command of the console script to its end."""
        return subprocess.run(
            [BIN / "efa-registry", *arguments],
            env=self._environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *command: str | Path, name: str, cwd: Path | None = None) -> tuple[subprocess.Popen[bytes], Path]:
        """Start a process of the registry."""
        log = self.folder / f"{name}-{uuid.uuid4().hex[:6]}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                env=self._environ,
                cwd=cwd or self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._running.append(process)
        return process, log

    def serve(self, port: int | None = None, *more: str) -> Node:
        """Start the one process that is a whole registry."""
        port = port or free_port()
        process, log = self.start(BIN / "efa-registry", "serve", "--port", str(port), *more, name="serve")
        return self._up(Node(process, port, log))

    def web(self) -> Node:
        """Start a web process, one of many."""
        port = free_port()
        process, log = self.start(
            *(BIN / "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"),
            *("--worker-class", "gthread", "--graceful-timeout", "6", "--no-control-socket"),
            name="web",
            cwd=PROJECT,
        )
        return self._up(Node(process, port, log))

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self.start(BIN / "efa-registry", "worker", name="worker")[0]

    def _up(self, node: Node) -> Node:
        wait_until(node.healthy, node.process, node.log)
        return node

    @contextlib.contextmanager
    def opened(self) -> Iterator[Resources]:
        """Look into database and storage from this process."""
        resources = Resources(Settings.read(self.environ), self.environ)
        try:
            yield resources
        finally:
            resources.close()

    def token(self, organisation: str, role: Role = Role.OWNER) -> str:
        """Issue a token with all that the role may."""
        with self.opened() as resources, resources.database.transaction() as session:
            client, _ = accounts.create_client(
                session, OPERATOR, organisation, name="test", scopes=ROLE_SCOPES[role], expires_at=None
            )
            return accounts.issue(session, client, ROLE_SCOPES[role])

    def close(self) -> None:
        """End whatever still runs."""
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def make_service(node: Node, token: str, slug: str = "wunschkennzeichen", **said: Any) -> str:
    """Put a service into the catalogue."""
    answer = node.ask("POST", "/services", {**SERVICE, "slug": slug, **said}, token=token)
    assert answer.status == 201, answer
    return slug


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    """Do all of this at the same moment, each in a thread; return what each gave."""
    barrier = threading.Barrier(len(acts))
    results: dict[int, Any] = {}

    def run(number: int, act: Callable[[], Result]) -> None:
        barrier.wait()
        try:
            results[number] = act()
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            results[number] = error

    threads = [threading.Thread(target=partial(run, number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results.values():
        if isinstance(result, BaseException):
            raise result
    return [results[number] for number in range(len(acts))]


def memory(pid: int) -> int:
    """Return how many bytes of memory a process has (RSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))
