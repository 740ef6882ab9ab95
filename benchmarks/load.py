"""Put load on a server from the other core, and tell how it bore it."""

import http.client
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import quantiles

from benchmarks import servers
from benchmarks.peers import command
from benchmarks.servers import LOAD_CORE, Server

CONNECTIONS = 8
_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Borne:
    """How a server bore a load: answers a second, and in milliseconds how long they took."""

    rate: float
    p50: float
    p99: float
    longest: float
    failed: int = 0
    #: How many milliseconds the server's core worked for an answer; others that use the machine change it little.
    work: float = 0.0

    def __str__(self) -> str:
        rate = f"{self.rate:,.0f}" if self.rate >= 100 else f"{self.rate:.1f}"
        work = f", works {self.work:.2f}" if self.work else ""
        return f"{rate}/s ({self.p50:.1f}/{self.p99:.1f} ms{work})" + (f", {self.failed} FAILED" if self.failed else "")


@cache
def _written(name: str, lines: tuple[str, ...]) -> Path:
    servers.WORK.mkdir(parents=True, exist_ok=True)
    place = servers.WORK / f"{name}.txt"
    place.write_text("\n".join(lines))
    return place


def reads(server: Server, name: str, lines: Iterable[str], *, seconds: float, connections: int = CONNECTIONS) -> Borne:
    """Ask for random ones of these paths; each may be followed by tabs and headers."""
    place = _written(name, tuple(lines))
    before = server.worked()
    said = subprocess.run(
        ["taskset", "-c", LOAD_CORE, command("wrk", "wrk"), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s",
         "--timeout", "60s", "-s", str(_SCRIPT), server.url],
        env={**os.environ, "REQUESTS": str(place)}, stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip
    told = json.loads(said.strip().splitlines()[-1])
    return Borne(
        told["requests"] / told["microseconds"] * 1e6,
        told["p50"] / 1000,
        told["p99"] / 1000,
        told["max"] / 1000,
        told["failed"],
        (server.worked() - before) / max(told["requests"], 1) * 1000,
    )


#: One request that writes: its method, path, headers and body.
Request = tuple[str, str, dict[str, str], bytes]


def writes(server: Server, clients: Sequence[Iterator[Request]], *, seconds: float) -> Borne:
    """Let each client send its requests one after another; a request is made ready outside the time it takes."""
    took: list[float] = []
    failed: list[str] = []
    ends = time.perf_counter() + seconds
    threads = [threading.Thread(target=_write, args=(server, client, ends, took, failed)) for client in clients]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - began
    if failed:
        print(f"  {server.name}: {failed[0]}", flush=True)
    return _borne(took, lasted, len(failed))


def _write(server: Server, client: Iterator[Request], ends: float, took: list[float], failed: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60, blocksize=1 << 20)
    for method, path, headers, body in client:
        if time.perf_counter() > ends:
            break
        began = time.perf_counter()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            failed.append(repr(problem))
            connection.close()
            continue
        took.append(time.perf_counter() - began)
        if answer.status >= 300:
            failed.append(f"{answer.status} {said[:300]!r}")
    connection.close()


def timed(act: Callable[[], object], *, seconds: float) -> Borne:
    """Do something in this process again and again."""
    took: list[float] = []
    began = time.perf_counter()
    while (before := time.perf_counter()) < began + seconds:
        act()
        took.append(time.perf_counter() - before)
    return _borne(took, time.perf_counter() - began, 0)


def _borne(took: Sequence[float], lasted: float, failed: int) -> Borne:
    if len(took) < 2:
        return Borne(0, 0, 0, 0, failed or 1)
    cut = quantiles(took, n=100)
    return Borne(len(took) / lasted, cut[49] * 1000, cut[98] * 1000, max(took) * 1000, failed)


@contextmanager
def slow_downloads(server: Server, path: str, count: int, *, rate: int = 200_000) -> Iterator[list[int]]:
    """Let some clients download at so many bytes a second each; gives a list with what each has read."""
    ended = threading.Event()
    got = [0] * count

    def download(number: int) -> None:
        while not ended.is_set():
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
                client.sendall(f"GET {path} HTTP/1.1\r\nHost: measured\r\nConnection: close\r\n\r\n".encode())
                try:
                    while not ended.wait(0.1):
                        data = client.recv(rate // 10)
                        if not data:
                            break
                        got[number] += len(data)
                except OSError:
                    continue

    threads = [threading.Thread(target=download, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield got
    finally:
        ended.set()
        for thread in threads:
            thread.join(timeout=12)
