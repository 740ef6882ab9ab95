"""The rows of the table, each with its workload."""

import json
import os
import sqlite3
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks import data, load, packages, peers, servers
from benchmarks.load import Borne, Request
from benchmarks.registry_server import behind_nginx, copied, environ, hello, nginx, registry
from benchmarks.servers import Server
from benchmarks.table import Goal, Outcome, at_least, in_turn
from registry.accounts import service as accounts
from registry.authz.actor import ROLE_SCOPES, Role, operator
from registry.kit.db import Database

READS = [f"/api/v1/services/{data.slug_of(number)}" for number in range(data.SERVICES)]
SEARCHES = [f"/api/v1/services?q={quote(term)}&limit=20" for term in data.TERMS]


@dataclass(frozen=True, slots=True)
class Run:
    """How a run is done: by which server for production, how long each load lasts, how often."""

    how: str
    seconds: float
    rounds: int
    database_url: str | None = None

    def ours(self, running: ExitStack) -> dict[str, Server]:
        """Start the registry as in production and by `serve`."""
        held = {"production": running.enter_context(registry(self.how, database_url=self.database_url))}
        if self.how != "serve":
            held["serve"] = running.enter_context(registry("serve", database_url=self.database_url))
        return held

    def warm(self, server: Server, name: str, lines: list[str]) -> None:
        """Let a server load what it loads late."""
        load.reads(server, name, lines, seconds=2)


def _told(seen: Mapping[str, Borne], *ours: str) -> dict[str, str]:
    return {name: str(borne) for name, borne in seen.items() if name not in ours}


def reading(run: Run) -> Iterator[Outcome]:
    """P1: read one service; P2: read it again, conditionally."""
    with ExitStack() as running:
        ours = run.ours(running)
        plain = {how: running.enter_context(hello("serve" if how == "serve" else run.how)) for how in ours}
        other = running.enter_context(peers.verdaccio())
        loads: dict[str, Callable[[], Borne]] = {}
        for how, server in ours.items():
            run.warm(server, "reads", READS)
            known = _with_tags(server, READS)
            loads[how] = _reading(server, "reads", READS, run.seconds)
            loads[f"304 {how}"] = _reading(server, "known", known, run.seconds)
            loads[f"hello {how}"] = _reading(plain[how], "hello", ["/hello"], run.seconds)
        run.warm(other, "verdaccio", peers.verdaccio_reads())
        loads["Verdaccio"] = _reading(other, "verdaccio", peers.verdaccio_reads(), run.seconds)
        seen = in_turn(loads, run.rounds)
    for how in ours:
        least = 1 if how == "production" else 2 / 3
        once, again, said = seen[how], seen[f"304 {how}"], seen[f"hello {how}"]
        yield Outcome(
            "P1", f"read one service, {how}", str(once),
            {"Verdaccio": str(seen["Verdaccio"]), "hello": str(said)},
            [
                at_least("Verdaccio", once, seen["Verdaccio"], round(2 * least, 2)),
                at_least("hello", once, said, round(0.4 * least, 2)),
                Goal("p99 ≤ 0.5 × Verdaccio's", once.p99 / seen["Verdaccio"].p99, 0.5 / least, at_most=True),
            ],
        )  # fmt: skip
        yield Outcome("P2", f"304, {how}", str(again), {"hello": str(said)},
                      [at_least("hello", again, said, round(0.42 * least, 2))])  # fmt: skip


def authorising(run: Run) -> Iterator[Outcome]:
    """bearer: read one service with a token, against the same without."""
    with ExitStack() as running:
        folder = copied("authorising")
        bearer = f"Authorization: Bearer {_token(folder, Role.PUBLISHER)}"
        server = running.enter_context(registry(run.how, folder))
        run.warm(server, "reads", READS)
        shown = [f"{path}\t{bearer}" for path in READS]
        loads = {
            "without": _reading(server, "reads", READS, run.seconds),
            "with": _reading(server, "shown", shown, run.seconds),
        }
        seen = in_turn(loads, run.rounds)
    work = seen["with"].work / seen["without"].work
    yield Outcome("bearer", "read one service with a token, production", str(seen["with"]), _told(seen, "with"),
                  [Goal("works ≤ 1.1 × without a token", work, 1.1, at_most=True)])  # fmt: skip


def _reading(server: Server, name: str, lines: list[str], seconds: float) -> Callable[[], Borne]:
    return lambda: load.reads(server, name, lines, seconds=seconds)


def _with_tags(server: Server, paths: list[str]) -> list[str]:
    """Add to a tenth of the paths the entity tag that each has now."""
    lines = []
    for path in paths[::10]:
        with urllib.request.urlopen(server.url + path) as answer:
            lines.append(f"{path}\tIf-None-Match: {answer.headers['ETag']}")
    return lines


def searching(run: Run) -> Iterator[Outcome]:
    """P3: search and count by facet."""
    with ExitStack() as running:
        ours = run.ours(running)
        others = {"Datasette": running.enter_context(peers.datasette()), "devpi": running.enter_context(peers.devpi())}
        asked = {"Datasette": peers.datasette_searches(), "devpi": peers.devpi_searches()}
        loads: dict[str, Callable[[], Borne]] = {}
        for name, server in {**ours, **others}.items():
            lines = asked.get(name, SEARCHES)
            run.warm(server, f"searches {name}", lines)
            loads[name] = _reading(server, f"searches {name}", lines, run.seconds)
        seen = in_turn(loads, run.rounds)
    for how in ours:
        least = 1 if how == "production" else 2 / 3
        yield Outcome(
            "P3", f"search, 20 hits and facets, {how}", str(seen[how]), _told(seen, *ours),
            [
                at_least("Datasette", seen[how], seen["Datasette"], round(5 * least, 2)),
                at_least("devpi", seen[how], seen["devpi"], round(10 * least, 2)),
            ],
        )  # fmt: skip


def downloading(run: Run) -> Iterator[Outcome]:
    """P5: download packages."""
    for megabytes, alone, behind in ((20, 0.9, 0.98), (1, 0.55, 0.75)):
        paths = [f"/api/v1/services/{data.slug_of(n)}/releases/2.1.0/package" for n in packages.numbers(megabytes)]
        files = [f"/static/{packages.plan()[number][0]}" for number in packages.numbers(megabytes)]
        with ExitStack() as running:
            ours = run.ours(running)
            ours["behind nginx"] = running.enter_context(behind_nginx(run.how))
            others = {
                "nginx": (running.enter_context(nginx()), files),
                "Verdaccio": (running.enter_context(peers.verdaccio()), peers.verdaccio_downloads(megabytes)),
            }
            loads: dict[str, Callable[[], Borne]] = {}
            for name, (server, lines) in {**{how: (it, paths) for how, it in ours.items()}, **others}.items():
                label = f"downloads {megabytes} {name}"
                run.warm(server, label, lines)
                loads[name] = _reading(server, label, lines, run.seconds)
            seen = in_turn(loads, run.rounds)
        for how in ours:
            due = behind if how == "behind nginx" else alone
            goals = [at_least("nginx", seen[how], seen["nginx"], due),
                     at_least("Verdaccio", seen[how], seen["Verdaccio"], 1.4)]  # fmt: skip
            yield Outcome("P5", f"download {megabytes} MB, {how}", str(seen[how]), _told(seen, *ours), goals)


def crowding(run: Run) -> Iterator[Outcome]:
    """P6: twelve slow downloaders while others read."""
    package = f"/api/v1/services/{data.slug_of(packages.numbers(20)[0])}/releases/2.1.0/package"
    for how in ("serve", "behind nginx"):
        with ExitStack() as running:
            server = running.enter_context(registry("serve") if how == "serve" else behind_nginx(run.how))
            run.warm(server, "reads", READS)

            def crowded(server: Server = server) -> Borne:
                with load.slow_downloads(server, package, 12) as got:
                    time.sleep(2)
                    borne = load.reads(server, "reads", READS, seconds=run.seconds)
                print(f"  read by the slow: {sum(got) / 1e6:.0f} MB", flush=True)
                return borne

            seen = in_turn({"idle": _reading(server, "reads", READS, run.seconds), "crowded": crowded}, run.rounds)
        ratio = seen["crowded"].p99 / seen["idle"].p99
        yield Outcome("P6", f"read beside 12 slow downloads, {how}", str(seen["crowded"]), {"idle": str(seen["idle"])},
                      [Goal("p99 ≤ 3 × idle", float("inf") if seen["crowded"].failed else ratio, 3, at_most=True)])  # fmt: skip


def publishing(run: Run) -> Iterator[Outcome]:
    """P7: publish a package of 1 MB, with token, digest, inspection and fsync."""
    with ExitStack() as running:
        ours: dict[str, Server] = {}
        tokens: dict[str, str] = {}
        for how in ("production", "serve"):
            folder = copied(f"publishing-{how}")
            tokens[how] = _token(folder, Role.PUBLISHER)
            ours[how] = running.enter_context(registry(run.how if how == "production" else how, folder))
        devpi, verdaccio = running.enter_context(peers.devpi()), running.enter_context(peers.verdaccio())
        content, npm = packages.package(1), peers.tarball(1)
        for clients in (1, 8):
            senders: dict[str, Callable[[int], Iterator[Request]]] = {
                **{how: partial(_releases, tokens[how], content) for how in ours},
                "devpi": partial(_uploads, devpi, npm),
                "Verdaccio": partial(_publications, npm),
            }
            its = {**ours, "devpi": devpi, "Verdaccio": verdaccio}
            alone = {
                name: _alone(
                    _writing(its[name], sends, clients, run.seconds), [it for it in its.values() if it is not its[name]]
                )
                for name, sends in senders.items()
            }
            seen = in_turn(alone, run.rounds)
            for how in ours:
                least = 1 if how == "production" else 2 / 3
                yield Outcome(
                    "P7", f"publish 1 MB, {clients} client(s), {how}", str(seen[how]), _told(seen, *ours),
                    [
                        at_least("devpi", seen[how], seen["devpi"], round(5 * least, 2)),
                        at_least("Verdaccio", seen[how], seen["Verdaccio"], round(15 * least, 2)),
                    ],
                )  # fmt: skip


def _alone(act: Callable[[], Borne], others: list[Server]) -> Callable[[], Borne]:
    """Let nobody else work meanwhile: devpi goes on for a while with what it was sent."""

    def halting() -> Borne:
        with ExitStack() as halted:
            for other in others:
                halted.enter_context(other.halted())
            return act()

    return halting


def _token(folder: Path, role: Role) -> str:
    database = Database(f"sqlite:///{folder / 'registry.db'}")
    try:
        with database.transaction() as session:
            return accounts.issue_from_shell(
                session, operator("benchmarks"), data.organisation_of(0), scopes=ROLE_SCOPES[role],
                lifetime=timedelta(days=1),
            )  # fmt: skip
    finally:
        database.dispose()


def _writing(
    server: Server, sends: Callable[[int], Iterator[Request]], clients: int, seconds: float
) -> Callable[[], Borne]:
    return lambda: load.writes(server, [sends(number) for number in range(clients)], seconds=seconds)


def _releases(token: str, content: bytes, number: int) -> Iterator[Request]:
    edge = "measured-boundary"
    path = f"/api/v1/services/{data.slug_of(40 + number)}/releases"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={edge}"}
    head = f'--{edge}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n'
    middle = (
        f'\r\n--{edge}\r\nContent-Disposition: form-data; name="package"; filename="package.zip"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    )
    while True:
        version = f"3.{time.time_ns()}.{uuid.uuid4().int % 10**9}"
        said = head + json.dumps({"version": version, "changelog": {"de": "Fehler behoben."}}) + middle
        yield "POST", path, headers, said.encode() + content + f"\r\n--{edge}--\r\n".encode()


def _uploads(server: Server, content: bytes, _number: int) -> Iterator[Request]:
    while True:
        name = data.slug_of(uuid.uuid4().int % data.SERVICES)
        yield "POST", *peers.devpi_publication(server, name, f"2.{time.time_ns()}", content)


def _publications(content: bytes, number: int) -> Iterator[Request]:
    while True:
        yield "PUT", *peers.verdaccio_publication(f"measured-{number}", f"3.{time.time_ns()}.0", content)


def reporting(run: Run) -> Iterator[Outcome]:
    """P8: report deployments, each in a transaction of its own."""
    with ExitStack() as running:
        folder, bare = copied("reporting"), copied("reporting-bare")
        token = _token(folder, Role.ADOPTER)
        server = running.enter_context(registry(run.how, folder))
        raw = running.enter_context(closing(sqlite3.connect(bare / "registry.db", isolation_level=None)))
        raw.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
        write = _bare_report(raw)
        loads: dict[str, Callable[[], Borne]] = {
            "sqlite3": lambda: load.timed(write, seconds=run.seconds),
            **{
                f"{clients} client(s)": _writing(server, partial(_reports, token), clients, run.seconds)
                for clients in (1, 8)
            },
        }
        seen = in_turn(loads, run.rounds)
    for clients in (1, 8):
        borne = seen[f"{clients} client(s)"]
        goals = [at_least("raw sqlite3", borne, seen["sqlite3"], 0.3)]
        if clients == 8:
            ratio = float("inf") if borne.failed else borne.longest / borne.p50
            goals.append(Goal("no error, max ≤ 10 × p50", ratio, 10, at_most=True))
        yield Outcome("P8", f"deployment report over HTTP, {clients} client(s), production",
                      f"{borne}, max {borne.longest:.0f} ms", {"sqlite3": str(seen["sqlite3"])}, goals)  # fmt: skip


def _bare_report(raw: sqlite3.Connection) -> Callable[[], None]:
    """Give a function that writes the rows of one report in a transaction, and does nothing else."""
    adoption, release = raw.execute(
        "SELECT a.id, r.id FROM adoptions a JOIN releases r ON r.service_id = a.service_id LIMIT 1"
    ).fetchone()
    now = "2026-11-22 12:00:00.000000"

    def write() -> None:
        name = uuid.uuid4().hex
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(
            "INSERT INTO deployments (id, adoption_id, release_id, version, environment, status, occurred_at, "
            "declared_by, reported_at) VALUES (?, ?, ?, '2.1.0', 'test', 'rolled_out', ?, 'gemeinde-00000', ?)",
            (name, adoption, release, now, now),
        )
        raw.execute(
            "INSERT INTO journal (type, at, actor_kind, subject, data, before, after, public) "
            "VALUES ('deployment.reported', ?, 'client', ?, '{}', '{}', '{}', 1)",
            (now, f"deployment:{name}"),
        )
        raw.execute("COMMIT")

    return write


def _reports(token: str, number: int) -> Iterator[Request]:
    mine = [*data.adopted_by_first()]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    place = number
    while True:
        slug, version = mine[place % len(mine)]
        place += 1
        said = {"version": version, "environment": "production", "status": "rolled_out"}
        path = f"/api/v1/services/{slug}/adoptions/{data.organisation_of(0)}/deployments"
        yield "POST", path, headers, json.dumps(said).encode()


def starting(run: Run) -> Iterator[Outcome]:
    """P11: how soon `serve` is ready, and what it holds."""
    folder = servers.fresh("starting")
    settings = {**environ(folder), "REGISTRY_DATABASE_URL": f"sqlite:///{folder / 'registry.db'}"}
    for step in (["db", "upgrade"], ["seed"]):
        subprocess.run([servers.BIN / "efa-registry", *step], env={**os.environ, **settings}, check=True,
                       capture_output=True)  # fmt: skip
    took, idle = [], []
    for _ in range(max(3, run.rounds)):
        began = time.monotonic()
        with registry("serve", folder) as server:
            took.append(time.monotonic() - began)
            time.sleep(1)
            idle.append(server.resident())
    with registry("serve") as server:
        for name, lines in (("reads", READS), ("searches", SEARCHES)):
            load.reads(server, name, lines, seconds=run.seconds)
        used = server.resident()
    soon, held = sorted(took)[len(took) // 2], sorted(idle)[len(idle) // 2]
    yield Outcome("P11", "`serve` with the seed: ready, resident idle", f"{soon:.2f} s, {held:.0f} MiB", {},
                  [Goal("≤ 2 s", soon, 2, at_most=True), Goal("≤ 140 MiB", held, 140, at_most=True)])  # fmt: skip
    yield Outcome("P11", "`serve` after reads and searches over 10,000 services", f"{used:.0f} MiB", {},
                  [Goal("≤ 250 MiB", used, 250, at_most=True)])  # fmt: skip


ROWS: dict[str, Callable[[Run], Iterator[Outcome]]] = {
    "P1": reading,
    "P2": reading,
    "P3": searching,
    "P5": downloading,
    "P6": crowding,
    "P7": publishing,
    "P8": reporting,
    "P11": starting,
    "bearer": authorising,
}
