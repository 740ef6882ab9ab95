"""A real identity provider: npm's oidc-provider, written by others in another language, on a port of this machine."""

import json
import secrets
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Self

from joserfc.jwk import RSAKey

from tests.support import node
from tests.support.processes import free_port, listens, stop, wait_until

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
        self._folder = node.installed()
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
                [node.program()[0], HERE / "provider.mjs", json.dumps(told)],
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
