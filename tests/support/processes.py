"""Start servers once for all who use them, and stop them when the last user is gone, however it went.

A server is run by a guard, a process of its own.  Whoever uses the server holds a shared lock on a file for as
long as it lives; the guard waits for the exclusive lock on the same file.  The kernel takes a lock away from a
process that ends, even one that was killed, so the guard always learns that nobody is left.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

PROJECT = Path(__file__).parents[2]

Facts = Mapping[str, str]
Run = Callable[[], AbstractContextManager[Facts]]


class ServerError(Exception):
    """A server that the tests need could not be had."""


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 30
) -> None:
    """Wait until the server answers; raise with the end of its log if it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None:
            raise ServerError(f"{process.args!r} ended with {process.returncode}.\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise ServerError(f"{process.args!r} did not answer within {seconds:.0f} s.\n{_tail(log)}")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen[bytes], *, kindly: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """End a process: kindly first, by force if it does not hear."""
    if process.poll() is None:
        process.send_signal(kindly)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def install(command: str, package: str, *, unless: Callable[[], object]) -> None:
    """Install a Debian package for a command that is missing, where that is possible."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServerError(f"The tests need {command}. Install it; on Debian: sudo apt-get install {package}")
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    # apt-get does not wait for another one to finish, and every process of the test run may get here.
    with (Path(sys.prefix) / ".installing").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if unless():
            return
        for line in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", package],
        ):
            done = subprocess.run(
                line, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise ServerError(f"The tests need {command}; `{' '.join(line)}` failed:\n{done.stdout}{done.stderr}")


@dataclass
class Hold:
    """One use of a server that others may be using too."""

    facts: Facts
    _uses: IO[str]
    _own_folder: Path | None

    @classmethod
    def take(cls, module: str, shared: Path | None, *arguments: str) -> Self:
        """Join the server that `module` guards in the folder `shared`, or start it; without a folder, an own one."""
        folder = shared or Path(tempfile.mkdtemp(prefix="efa-guard-"))
        uses = (folder / f"{module}.uses").open("a")
        try:
            with (folder / f"{module}.mutex").open("a") as mutex:
                fcntl.flock(mutex, fcntl.LOCK_EX)
                state = folder / f"{module}.json"
                if not _join(uses, state):
                    fcntl.flock(uses, fcntl.LOCK_SH)
                    _start_guard(module, folder, state, arguments)
            return cls(json.loads(state.read_text()), uses, None if shared else folder)
        except BaseException:
            uses.close()
            raise

    def release(self) -> None:
        """Let go of the server, which stops by itself after the last one; an own server has stopped on return."""
        self._uses.close()
        if self._own_folder is not None:
            guard = int(self.facts["guard"])
            while _lives(guard):
                time.sleep(0.02)
            shutil.rmtree(self._own_folder, ignore_errors=True)
            self._own_folder = None


def _join(uses: IO[str], state: Path) -> bool:
    """Take the shared lock of a running server; tell whether there is one."""
    while state.exists():
        try:
            fcntl.flock(uses, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:  # the guard is stopping it just now
            time.sleep(0.05)
            continue
        if state.exists() and _lives(int(json.loads(state.read_text())["guard"])):
            return True
        fcntl.flock(uses, fcntl.LOCK_UN)
        state.unlink(missing_ok=True)
    return False


def _start_guard(module: str, folder: Path, state: Path, arguments: tuple[str, ...]) -> None:
    log = folder / f"{module}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.support.{module}", "--guard", str(folder), *arguments],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            # Ctrl-C goes to the whole group of the terminal: the guard has to outlive its users.
            start_new_session=True,
        )
    # Installing what is missing may take minutes.
    wait_until(state.exists, process, log, seconds=300)
    # The guard is nobody's child to wait for: it ends after its users.
    process.returncode = 0


def serve(module: str, run: Run, guarded: str | None, ready: Callable[[Facts], str]) -> None:
    """Run a server from the command line: in the foreground, or as the guard that `Hold` starts."""
    with ExitStack() as last:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        if guarded is None:
            with run() as facts:
                sys.stdout.write(f"{ready(facts)}\n")
                sys.stdout.flush()
                signal.pause()
            return
        state = Path(guarded) / f"{module}.json"
        uses = last.enter_context((Path(guarded) / f"{module}.uses").open("a"))
        last.callback(state.unlink, missing_ok=True)
        with run() as facts:
            unfinished = state.with_suffix(".part")
            unfinished.write_text(json.dumps({**facts, "guard": str(os.getpid())}))
            unfinished.rename(state)
            fcntl.flock(uses, fcntl.LOCK_EX)


@contextmanager
def scratch_folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """Make a folder for a server's data, away from pytest's, which only their owner may enter."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(*_: object) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # cleaning up is not to be interrupted
    sys.exit(0)


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that ended but was not waited for does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return _answers_signal(pid)
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _answers_signal(pid: int) -> bool:
    if Path("/proc/self").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:] if log.exists() else ""
