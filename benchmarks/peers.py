"""The programs that the registry is measured beside: installed into a folder of their own, with data of the same size."""

import base64
import hashlib
import http.client
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import data, servers
from benchmarks.servers import Server
from tests.support.processes import install

FOLDER = Path(__file__).parent / ".peers"
_VERDACCIO = {
    "private": True,
    "dependencies": {"verdaccio": "~6.8.0"},
    # Two of its dependencies ask for forks that the npm registry no longer has.
    "overrides": {"node-fetch": "2.7.0", "node-fetch-cjs": "npm:node-fetch@2.7.0"},
}
_VERDACCIO_SETTINGS = """
storage: ./storage
auth: {{htpasswd: {{file: ./htpasswd, algorithm: sha1}}}}
packages: {{"**": {{access: $all, publish: $all}}}}
max_body_size: 100mb
log: {{type: stdout, format: json, level: error}}
web: {{enable: false}}
listen: 127.0.0.1:{port}
"""


def _environment(name: str, *requirements: str) -> Path:
    """Return the folder of a virtual environment's commands, made now if it is missing."""
    place = FOLDER / name
    if not (place / "installed").exists():
        print(f"installing {', '.join(requirements)} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *requirements], check=True)
        (place / "installed").touch()
    return place / "bin"


@cache
def command(name: str, package: str) -> str:
    """Return the path of a command, installing its Debian package where it is missing."""
    known = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    if shutil.which(name, path=known) is None:
        install(name, package, unless=lambda: shutil.which(name, path=known))
    return shutil.which(name, path=known) or name


# -- Datasette ---------------------------------------------------------------------------------------------------------


def _datasette_database() -> Path:
    place = FOLDER / f"{data.folder().name}.datasette.db"
    if place.exists():
        return place
    columns = ("slug", "name", "summary", "description", "topic", "licence", "state", "trust_level", "body")
    with sqlite3.connect(data.folder() / "registry.db") as ours, sqlite3.connect(place) as its:
        rows = ours.execute(
            "SELECT s.slug, s.name ->> 'de', s.summary ->> 'de', s.description ->> 'de', s.topic, s.licence, o.state, "
            "s.trust_level, CAST(s.body AS TEXT) FROM services s JOIN organisations o ON o.id = s.originator_id"
        )
        its.execute(
            "CREATE TABLE services (slug TEXT PRIMARY KEY, name, summary, description, topic, licence, state, trust_level, body)"
        )
        its.executemany(f"INSERT INTO services VALUES ({', '.join('?' * len(columns))})", rows)
        its.execute(
            "CREATE VIRTUAL TABLE services_fts USING fts5 (name, summary, description, content=services, tokenize='unicode61')"
        )
        its.execute(
            "INSERT INTO services_fts (rowid, name, summary, description) SELECT rowid, name, summary, description FROM services"
        )
        for facet in ("topic", "licence", "state", "trust_level"):
            its.execute(f"CREATE INDEX services_{facet} ON services ({facet})")
    return place


@contextmanager
def datasette() -> Iterator[Server]:
    """Run Datasette over the same services, with a full-text index."""
    program = _environment("datasette", "datasette==0.65.*") / "datasette"
    database = _datasette_database()
    settings = ("suggest_facets", "off", "--setting", "default_cache_ttl", "0")
    with servers.started(
        "Datasette",
        lambda port: [program, "serve", "-i", database, "--port", str(port), "--setting", *settings],
    ) as server:
        yield server


def datasette_searches() -> list[str]:
    """Return the paths that search it for the ten terms, with four facets."""
    facets = "&".join(f"_facet={name}" for name in ("topic", "licence", "state", "trust_level"))
    table = _datasette_database().stem.replace(".", "~2E")
    return [f"/{table}/services.json?_search={_quoted(term)}&_size=20&{facets}" for term in data.TERMS]


def _quoted(term: str) -> str:
    return urllib.request.quote(term)  # type: ignore[attr-defined] - it is there


# -- Verdaccio ---------------------------------------------------------------------------------------------------------


def _verdaccio_program() -> Path:
    place = FOLDER / "verdaccio"
    program = place / "node_modules" / "verdaccio" / "bin" / "verdaccio"
    if not program.exists():
        print("installing Verdaccio …", flush=True)
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text(json.dumps(_VERDACCIO))
        npm = command("npm", "npm")
        subprocess.run([npm, "install", "--no-audit", "--no-fund", "--silent"], cwd=place, check=True)
    return program


def _manifest(name: str, versions: list[str], size: int, digest: str) -> dict[str, Any]:
    text = "Nimmt den Antrag entgegen, prüft ihn auf Vollständigkeit und gibt ihn an das Fachverfahren weiter. "
    return {
        "name": name, "description": text, "dist-tags": {"latest": versions[-1]}, "time": {},
        "versions": {
            version: {
                "name": name, "version": version, "description": text, "license": "EUPL-1.2", "_id": f"{name}@{version}",
                "dist": {"integrity": "", "shasum": digest,
                         "tarball": f"http://localhost/{name}/-/{name}-{version}.tgz", "size": size},
            }
            for version in versions
        },
        "readme": text * 8, "_uplinks": {}, "_distfiles": {}, "_rev": "1-1",
        "_attachments": {f"{name}-{version}.tgz": {"shasum": digest, "version": version} for version in versions},
    }  # fmt: skip


def tarball(megabytes: int) -> bytes:
    """Return an npm package of about this size."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, content in (
            ("package/package.json", b'{"name": "measured", "version": "1.0.0"}'),
            ("package/bundle.bin", os.urandom(megabytes * 1_000_000 - 2_000)),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _verdaccio_storage() -> Path:
    """Return a folder with 10,000 packages of five versions, a few of which can be downloaded."""
    place = FOLDER / "verdaccio-data"
    if (place / "filled").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    tarballs = {size: tarball(size) for size in (1, 20)}
    for number in range(data.SERVICES):
        folder = place / "storage" / f"service-{number}"
        folder.mkdir(parents=True)
        size = {0: 1, 1: 20}.get(number % 1000) if number < 8000 else None
        versions = ["1.0.0", "1.1.0", "1.1.1", "2.0.0", "2.1.0"]
        content = tarballs.get(size or 0, b"")
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        (folder / "package.json").write_text(json.dumps(_manifest(folder.name, versions, len(content), digest)))
        if size:
            (folder / f"{folder.name}-2.1.0.tgz").write_bytes(content)
    (place / "filled").touch()
    return place


@contextmanager
def verdaccio() -> Iterator[Server]:
    """Run Verdaccio over 10,000 packages."""
    program, place = _verdaccio_program(), _verdaccio_storage()

    def start(port: int) -> list[str | Path]:
        (place / "config.yaml").write_text(_VERDACCIO_SETTINGS.format(port=port))
        return [command("node", "nodejs"), program, "--config", place / "config.yaml"]

    with servers.started("Verdaccio", start, folder=place) as server:
        yield server


def verdaccio_reads() -> list[str]:
    """Return the paths of its packages."""
    return [f"/service-{number}" for number in range(data.SERVICES)]


def verdaccio_downloads(megabytes: int) -> list[str]:
    """Return the paths of its packages of this size."""
    first = {1: 0, 20: 1}[megabytes]
    return [f"/service-{number}/-/service-{number}-2.1.0.tgz" for number in range(first, 8000, 1000)]


def verdaccio_publication(name: str, version: str, content: bytes) -> tuple[str, dict[str, str], bytes]:
    """Return path, headers and body with which `npm publish` would send a package."""
    attachment = {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode(),
                  "length": len(content)}  # fmt: skip
    manifest = _manifest(name, [version], len(content), hashlib.sha1(content, usedforsecurity=False).hexdigest())
    manifest |= {"_id": name, "_attachments": {f"{name}-{version}.tgz": attachment}}
    for unwanted in ("_rev", "_uplinks", "_distfiles", "time"):
        del manifest[unwanted]
    return f"/{name}", {"Content-Type": "application/json"}, json.dumps(manifest).encode()


# -- devpi -------------------------------------------------------------------------------------------------------------


@contextmanager
def devpi() -> Iterator[Server]:
    """Run devpi over 10,000 projects, which are registered once."""
    programs = _environment("devpi", "devpi-server", "devpi-web")
    place = FOLDER / "devpi-data"
    if not (place / "filled").exists():
        shutil.rmtree(place, ignore_errors=True)
        init = [programs / "devpi-init", "--serverdir", place, "--no-root-pypi", "--root-passwd", "measured"]
        subprocess.run(init, check=True, capture_output=True)
    with servers.started(
        "devpi", lambda port: [programs / "devpi-server", "--serverdir", place, "--port", str(port), "--threads", "8"]
    ) as server:
        if not (place / "filled").exists():
            print("registering 10,000 projects with devpi, once …", flush=True)
            _call(server, "PUT", "/root/measured", {"type": "stage", "volatile": False})
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda project: _register(server, *project), _projects()))
            (place / "filled").touch()
        yield server


def _authorization() -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(b"root:measured").decode()}


def _call(server: Server, method: str, path: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json", **_devpi_login(server)}
    request = urllib.request.Request(server.url + path, json.dumps(body).encode(), headers, method=method)
    urllib.request.urlopen(request).close()


@cache
def _devpi_login(server: Server) -> dict[str, str]:
    said = json.dumps({"user": "root", "password": "measured"}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/+login", said, headers)) as answer:
        password = json.load(answer)["result"]["password"]
    return {"X-Devpi-Auth": base64.b64encode(f"root:{password}".encode()).decode()}


def _projects() -> list[tuple[str, str, str]]:
    with sqlite3.connect(data.folder() / "registry.db") as ours:
        return ours.execute("SELECT slug, summary ->> 'de', description ->> 'de' FROM services").fetchall()


def _register(server: Server, name: str, summary: str, description: str) -> None:
    fields = {":action": "submit", "name": name, "version": "1.0.0", "summary": summary, "description": description,
              "metadata_version": "2.1"}  # fmt: skip
    kind, body = _form(fields)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/root/measured/", body, {"Content-Type": kind, **_devpi_login(server)})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status >= 300:
        message = f"devpi refuses {name}: {answer.status}"
        raise RuntimeError(message)


def _form(fields: dict[str, str], content: tuple[str, bytes] | None = None) -> tuple[str, bytes]:
    edge = "measured-boundary"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    body = "".join(parts).encode()
    if content is not None:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="content"; filename="{content[0]}"\r\n\r\n'
        body += head.encode() + content[1] + b"\r\n"
    return f"multipart/form-data; boundary={edge}", body + f"--{edge}--\r\n".encode()


def devpi_publication(server: Server, name: str, version: str, content: bytes) -> tuple[str, dict[str, str], bytes]:
    """Return path, headers and body with which `twine upload` would send a source distribution."""
    fields = {":action": "file_upload", "name": name, "version": version, "filetype": "sdist", "protocol_version": "1",
              "metadata_version": "2.1", "sha256_digest": hashlib.sha256(content).hexdigest()}  # fmt: skip
    kind, body = _form(fields, (f"{name}-{version}.tar.gz", content))
    return "/root/measured/", {"Content-Type": kind, **_devpi_login(server)}, body


def devpi_searches() -> list[str]:
    """Return the paths that search it for the ten terms."""
    return [f"/+search?query={_quoted(term)}" for term in data.TERMS]
