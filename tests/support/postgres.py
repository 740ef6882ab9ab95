"""A real PostgreSQL server, thrown away afterwards.

`python -m tests.support.postgres` starts one, prints its address and stays until it is told to end.
"""

import argparse
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.support.processes import Facts, Hold, free_port, install, scratch_folder, serve, stop, wait_until

USER = "postgres"

#: Fast, and of no use to anybody who wants his data back.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresServer:
    """A running server, perhaps used by others too."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self.port = int(hold.facts["port"])
        #: The folder of the Unix socket, for what wants one.
        self.socket_folder = Path(hold.facts["socket_folder"])

    @classmethod
    def start(cls, shared: Path | None = None, *, durable: bool = False) -> Self:
        """Start a server, or join the one that others of this test run have started in the folder `shared`."""
        return cls(Hold.take("postgres", shared, *(["--durable"] if durable else [])))

    def url(self, dbname: str = "postgres") -> str:
        """Return the address of a database."""
        return _url(self.port, dbname)

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or a copy of another that nobody is using; return its address."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template1")
        )
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.info.server_version >= 15_00_00:
                # Twice as fast as by the log, where nobody waits for the disk; older servers know no other way.
                statement += sql.SQL(" STRATEGY file_copy")
            connection.execute(statement)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, even one in use or one that is missing."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Let go of the server: it stops when nobody else uses it."""
        self._hold.release()


def _url(port: int, dbname: str) -> str:
    return f"postgresql://{USER}@127.0.0.1:{port}/{quote(dbname, safe='')}"


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL on this machine, installing one where there is none."""
    found = _installed()
    if found is None:
        install("PostgreSQL (initdb and postgres)", "postgresql", unless=_installed)
        found = _installed()
    if found is None:
        raise FileNotFoundError("There is no initdb, neither in /usr/lib/postgresql/*/bin nor on the PATH.")
    return found


def _installed() -> Path | None:
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _owner() -> pwd.struct_passwd:
    """Return who is to run the server: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@contextmanager
def run(*, durable: bool = False, port: int | None = None) -> Iterator[Facts]:
    """Run a server in a new folder for as long as the block lasts."""
    programs = _programs()
    owner = _owner()
    with scratch_folder("efa-postgres-") as folder:
        as_owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        log = folder / "log"
        start = partial(_start, folder=folder, as_owner=as_owner)
        initdb = start(
            [programs / "initdb", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust",
             f"--username={USER}", "--pgdata=data"]
        )  # fmt: skip
        if initdb.wait() != 0:
            raise subprocess.CalledProcessError(initdb.returncode, "initdb", log.read_text())
        port = port or free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "max_connections": "200",
            "timezone": "UTC",
        } | ({} if durable else CARELESS)
        server = start(
            [programs / "postgres", "-D", "data", *(f"--{name}={value}" for name, value in settings.items())]
        )
        try:
            wait_until(partial(_answers, port), server, log)
            yield {"port": str(port), "socket_folder": str(folder)}
        finally:
            stop(server, kindly=signal.SIGINT)


def _start(command: list[Path | str], *, folder: Path, as_owner: dict[str, Any]) -> subprocess.Popen[bytes]:
    # A log of the owner's own: initdb and postgres are other people than the guard when it is root.
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **as_owner,
        )


def _answers(port: int) -> bool:
    try:
        psycopg.connect(_url(port, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.postgres", description=__doc__)
    parser.add_argument("--durable", action="store_true", help="keep fsync and what belongs to it, as in production")
    parser.add_argument("--port", type=int, help="listen here instead of on a free port")
    parser.add_argument("--guard", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    serve(
        "postgres",
        partial(run, durable=chosen.durable, port=chosen.port),
        chosen.guard,
        lambda facts: _url(int(facts["port"]), "postgres"),
    )


if __name__ == "__main__":
    main()
