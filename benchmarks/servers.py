"""Start servers on one core, and put load on them from the other."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.support.processes import free_port, listens, stop, wait_until

SERVER_CORE, LOAD_CORE = "0", "1"
WORK = Path(__file__).parent / ".data" / "work"
#: The folder of this interpreter's commands.
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    name: str
    port: int
    pid: int
    #: Another one that works for it.
    behind: "Server | None" = None

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def worked(self) -> float:
        """Return the seconds that it and its children have worked, by all threads."""
        if self.behind is not None:
            return self.behind.worked() + replace(self, behind=None).worked()
        ticks = 0
        for pid in [self.pid, *_children(self.pid)]:
            said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(said[11]) + int(said[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Keep it from working: some go on with what they were sent long after they have answered."""
        processes = [self.pid, *_children(self.pid)]
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in processes:
                os.kill(pid, signal.SIGCONT)

    def resident(self) -> float:
        """Return the MiB that it and its children hold resident."""
        total = 0.0
        for pid in [self.pid, *_children(self.pid)]:
            status = Path(f"/proc/{pid}/status").read_text()
            total += int(status.partition("VmRSS:")[2].split()[0]) / 1024
        return total


def _children(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child)
        yield from _children(int(child))


@contextmanager
def started(
    name: str,
    command: Callable[[int], Sequence[str | Path]],
    environ: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    ready: Callable[[int], bool] = listens,
    seconds: float = 90,
) -> Iterator[Server]:
    """Run what the command makes of a free port, on the servers' core, for as long as the block lasts."""
    port = free_port()
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / f"{name.replace(' ', '-').replace('/', '-')}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *map(str, command(port))],
            cwd=folder,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        wait_until(partial(ready, port), process, log, seconds=seconds)
        yield Server(name, port, process.pid)
    finally:
        stop(process)


def fresh(name: str) -> Path:
    """Return an empty folder that the next run makes anew."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
