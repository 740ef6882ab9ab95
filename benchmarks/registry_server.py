"""The registry as it is run: by `serve`, or by one of the servers for production, behind nginx or not."""

import os
import secrets
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import data, servers
from benchmarks.peers import command
from benchmarks.servers import BIN, Server
from tests.support.processes import PROJECT, free_port

Command = Callable[[int], Sequence[str | Path]]

_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_max_body_size 200m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream registry {{ server 127.0.0.1:{upstream}; keepalive 32; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://registry; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_request_buffering off;
    }}
    location /stored/ {{ internal; alias {packages}/; }}
    location /static/ {{ alias {packages}/; }}
  }}
}}
"""


def granian(target: str, port: int) -> list[str | Path]:
    """Run a WSGI application with granian."""
    return [BIN / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
            "--blocking-threads", "4", "--log-level", "warning", target]  # fmt: skip


def gunicorn(target: str, port: int) -> list[str | Path]:
    """Run a WSGI application with gunicorn."""
    return [BIN / "gunicorn", f"--bind=127.0.0.1:{port}", "--worker-class=gthread", "--threads=2", "--log-level=warning",
            "--worker-tmp-dir=/dev/shm", "--graceful-timeout=7", target]  # fmt: skip


def waitress(target: str, port: int) -> list[str | Path]:
    """Run a WSGI application with waitress, which `serve` uses."""
    return [BIN / "waitress-serve", f"--listen=127.0.0.1:{port}", "--threads=4", target]


def serve(_target: str, port: int) -> list[str | Path]:
    """Run `efa-registry serve`."""
    return [BIN / "efa-registry", "serve", "--port", str(port)]


#: By which names a set-up is chosen; the first is the one that the documentation recommends.
SERVERS: Mapping[str, Callable[[str, int], list[str | Path]]] = {
    "granian": granian,
    "gunicorn": gunicorn,
    "serve": serve,
    "waitress": waitress,
}


def copied(name: str) -> Path:
    """Return a new folder with a copy of the data that may be written into."""
    folder = servers.fresh(name)
    shutil.copy(data.folder() / "registry.db", folder)
    shutil.copytree(data.folder() / "packages", folder / "packages", copy_function=os.link)
    return folder


def environ(folder: Path | None = None, database_url: str | None = None) -> dict[str, str]:
    """Return the settings of a registry over this copy, by default over the data themselves."""
    held = folder or data.folder()
    return {
        "REGISTRY_DATABASE_URL": database_url or f"sqlite:///{held / 'registry.db'}",
        "REGISTRY_STORAGE_URL": f"file://{held / 'packages'}",
        "REGISTRY_DATA_DIR": str(folder or servers.WORK / "var"),
        "REGISTRY_SECRET_KEY": secrets.token_hex(32),
        "REGISTRY_WRITES_PER_MINUTE": "100000",
    }


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


@contextmanager
def registry(
    how: str = "granian", folder: Path | None = None, database_url: str | None = None, *, accel: bool = False
) -> Iterator[Server]:
    """Run the registry, over a copy of the data where a folder is named."""
    settings = environ(folder, database_url) | ({"REGISTRY_ACCEL_PREFIX": "/stored"} if accel else {})
    with servers.started(
        f"registry {how}", lambda port: SERVERS[how]("wsgi:app", port), settings, folder=PROJECT, ready=_ready
    ) as server:
        yield server


@contextmanager
def hello(how: str = "granian") -> Iterator[Server]:
    """Run the least that Flask can do by the same server."""
    by = SERVERS["waitress" if how == "serve" else how]
    with servers.started(f"hello {how}", lambda port: by("benchmarks.hello:app", port), folder=PROJECT) as server:
        yield server


@contextmanager
def nginx(upstream: int | None = None, packages: Path | None = None) -> Iterator[Server]:
    """Run nginx in front of a server, or alone over the packages (`/static/…`)."""
    folder = servers.fresh(f"nginx-{upstream or 'static'}")
    user = "user root;" if os.geteuid() == 0 else ""

    def start(port: int) -> list[str | Path]:
        settings = folder / "nginx.conf"
        held = packages or data.folder() / "packages"
        settings.write_text(
            _NGINX.format(folder=folder, port=port, upstream=upstream or free_port(), packages=held, user=user)
        )
        return [command("nginx", "nginx"), "-c", settings]

    with servers.started(f"nginx {upstream or 'static'}", start) as server:
        yield server


@contextmanager
def behind_nginx(how: str = "granian", folder: Path | None = None, *, accel: bool = True) -> Iterator[Server]:
    """Run the registry behind nginx, which sends the packages itself."""
    with ExitStack() as running:
        upstream = running.enter_context(registry(how, folder, accel=accel))
        packages = folder / "packages" if folder else None
        yield replace(running.enter_context(nginx(upstream.port, packages)), behind=upstream)
