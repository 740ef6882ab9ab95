"""An issuer of tokens for pipelines, as GitLab or GitHub is one: a small server with keys of its own."""

import json
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from joserfc import jwk, jwt
from joserfc.jwk import RSAKey

AUDIENCE = "http://localhost:8000"
PROJECT = "moenchengladbach/wunschkennzeichen"
TAG = "refs/tags/v1.0.0"
COMMIT = "0123456789abcdef0123456789abcdef01234567"

CONFIGURATION = "/.well-known/openid-configuration"
KEYS = "/keys"

#: What answers a path in another way than it should: it is given the handler, which answers the request.
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Issuer:
    """A running issuer; `asked` are the paths that it was asked for, `behaviours` what it answers instead."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.published: list[str] = []
        self.asked: list[str] = []
        self.behaviours: dict[str, Behaviour] = {}
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                issuer.behaviours.get(self.path, issuer.answer)(self)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_said: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.rotate("first")
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rotate(self, kid: str) -> None:
        """Sign by a new key from now on; the old one is published no more."""
        self.keys[kid] = RSAKey.generate_key(2048, {"kid": kid})
        self.published = [kid]

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        """Answer as an issuer should."""
        public = [self.keys[kid].as_dict(private=False) | {"use": "sig"} for kid in self.published]
        told = {
            CONFIGURATION: {"issuer": self.url, "jwks_uri": self.url + KEYS},
            KEYS: {"keys": public},
        }.get(asked.path)
        send(asked, 404 if told is None else 200, json.dumps(told).encode())

    def gitlab(self, **changed: Any) -> dict[str, Any]:
        """Return what GitLab says of a job for the tag v1.0.0; None leaves a claim out."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": f"project_path:{PROJECT}:ref_type:tag:ref:v1.0.0",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now - 5,
            "exp": now + 300,
            "namespace_id": "72",
            "namespace_path": "moenchengladbach",
            "project_id": "20",
            "project_path": PROJECT,
            "user_login": "mmustermann",
            "user_email": "max.mustermann@city.example",
            "pipeline_id": "574",
            "pipeline_source": "push",
            "ref": "v1.0.0",
            "ref_type": "tag",
            "ref_path": TAG,
            "ref_protected": "true",
            "environment": "production",
            "sha": COMMIT,
        }
        return {name: value for name, value in {**said, **changed}.items() if value is not None}

    def github(self, **changed: Any) -> dict[str, Any]:
        """Return what GitHub says of a run for the tag v1.0.0."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": f"repo:{PROJECT}:ref:{TAG}",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now - 600,
            "exp": now + 300,
            "repository": PROJECT,
            "repository_id": "74",
            "repository_owner": "moenchengladbach",
            "repository_owner_id": "65",
            "ref": TAG,
            "ref_type": "tag",
            "sha": COMMIT,
            "run_id": "9001",
            "actor": "mmustermann",
            "event_name": "push",
            "workflow": "release",
        }
        return {name: value for name, value in {**said, **changed}.items() if value is not None}

    def sign(self, claims: dict[str, Any], *, kid: str | None = None, alg: str = "RS256", key: Any = None) -> str:
        """Sign what is claimed, by the newest key unless said otherwise."""
        name = kid or self.published[-1]
        return jwt.encode({"alg": alg, "kid": name}, claims, key or self.keys[name], algorithms=[alg])

    def add(self, kid: str, key: Any) -> None:
        """Publish one more key."""
        self.keys[kid] = jwk.import_key({**key.as_dict(private=True), "kid": kid})
        self.published = [*self.published, kid]


def send(asked: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer with this."""
    asked.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(body)
