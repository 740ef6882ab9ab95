"""A whole registry to look at: what each part of the cast may see and do in it, without building it for each test."""

import io
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from sqlalchemy import update
from werkzeug.test import TestResponse

from registry.accounts import service as accounts
from registry.accounts.models import Client
from registry.app import create_app
from registry.config import Resources, Settings
from tests import envelopes, packages
from tests.api.asking import ADOPTER, ANYHOW, OWNER, PUBLISHER, good
from tests.cast import CAST, OPERATOR, SERVICE

ISSUER = "https://gitlab.example"
OFFEN = "/api/v1/services/offen"
JSON = {"Content-Type": "application/json"}


class World:
    """A registry in a folder of its own, on SQLite unless said otherwise, and the cast's tokens for it."""

    def __init__(
        self,
        folder: Path,
        tokens: dict[str, str] | None = None,
        *,
        named: dict[str, str] | None = None,
        database_url: str | None = None,
    ) -> None:
        self.folder = folder
        environ = {
            "REGISTRY_DATABASE_URL": database_url or f"sqlite:///{folder / 'registry.db'}",
            "REGISTRY_DATA_DIR": str(folder),
            "REGISTRY_SECRET_KEY": "0123456789abcdef" * 4,
            "REGISTRY_MAX_PACKAGE_MB": "2",
            "REGISTRY_TRUSTED_ISSUERS": ISSUER,
        }
        self.resources = Resources(Settings.read(environ), environ)
        self.app = create_app(self.resources)
        self.client = self.app.test_client()
        self.tokens = tokens or self._tokens()
        #: What is called otherwise in every world: ids, and digests of what holds the moment it was made.
        self.named = named or {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.resources.close()

    def _tokens(self) -> dict[str, str]:
        issued = {}
        with self.resources.database.transaction() as writing:
            for name, part in CAST.items():
                if part.organisation is not None:
                    made, _ = accounts.create_client(
                        writing, OPERATOR, part.organisation, name=name, scopes=part.scopes, expires_at=None
                    )
                    issued[name] = accounts.issue(writing, made, part.scopes)
        return issued

    def copy(self, folder: Path) -> "World":
        """Make another registry with the same in it, which nobody else changes."""
        folder.mkdir()
        with (
            closing(sqlite3.connect(self.folder / "registry.db")) as source,
            closing(sqlite3.connect(folder / "registry.db")) as target,
        ):
            source.backup(target)
        shutil.copytree(self.folder / "packages", folder / "packages")
        return World(folder, self.tokens, named=self.named)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "nobody",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        """Ask as a part of the cast; the whole path, or one under `/api/v1`."""
        said = dict(headers or {})
        if who in self.tokens:
            said.setdefault("Authorization", f"Bearer {self.tokens[who]}")
        if body is not None:
            more["data"] = json.dumps(body)
            said.setdefault("Content-Type", "application/json")
        return self.client.open(path, method=method, headers=said, buffered=True, **more)

    def publish(self, slug: str, version: str, *, who: str = PUBLISHER, **metadata: Any) -> TestResponse:
        """Publish a release of a small package."""
        return self.call("POST", f"/api/v1/services/{slug}/releases", who=who, data=upload(version, **metadata))


def upload(version: str, **metadata: Any) -> dict[str, Any]:
    """Return the parts of a release that is sent."""
    return {
        "metadata": json.dumps({"version": version, **metadata}),
        "package": (io.BytesIO(packages.package()), "package.zip", "application/zip"),
    }


def fill(world: World) -> World:
    """Fill a world.

    Mönchengladbach has the client `moenchengladbach-known`; and `offen`, with 1.0.0, the yanked 0.9.0 and the draft
    1.1.0, and the draft `entwurf` with its draft 1.0.0; Wiesbaden adopts `offen` for all to see, Mainz for members;
    Kiel has `kieler-woche`. Wiesbaden has given a mandate to `zweckverband`. Mönchengladbach trusts a pipeline with
    `offen`, and attests 1.0.0 and 1.1.0.
    """
    call = world.call
    described = {**SERVICE, "slug": "offen"}
    good(call("POST", "/api/v1/services", described, who=PUBLISHER), 201)
    for version in ("0.9.0", "1.0.0"):
        good(world.publish("offen", version), 201)
    good(world.publish("offen", "1.1.0", draft=True), 201)
    good(call("POST", "/api/v1/services/offen/releases/0.9.0/yank", {"reason": {"de": "defekt"}}, who=PUBLISHER))
    good(call("POST", "/api/v1/services", {**described, "slug": "entwurf"}, who=PUBLISHER), 201)
    good(world.publish("entwurf", "1.0.0", draft=True), 201)
    method = {
        **described,
        "slug": "kieler-woche",
        "name": {"de": "Kieler Woche"},
        "summary": {"de": "Wie ein Fest geplant wird"},
        "description": None,
        "kind": "method",
        "topic": "Querschnitt",
        "licence": "EUPL-1.2 OR Apache-2.0",
        "trust_level": "substantial",
        "platforms": ["Form-Solutions"],
        "leika": ["99000000000002"],
    }
    good(call("POST", "/api/v1/services", method, who="kiel-publisher"), 201)
    good(world.publish("kieler-woche", "1.0.0", who="kiel-publisher"), 201)
    deprecated = {"status": "deprecated"}
    good(call("PATCH", "/api/v1/services/kieler-woche", deprecated, who="kiel-publisher", headers=ANYHOW))
    adoptions = "/api/v1/services/offen/adoptions"
    planned = {"status": "planned", "version": "1.0.0"}
    good(call("PUT", f"{adoptions}/wiesbaden", planned, who=ADOPTER), 201)
    good(call("PUT", f"{adoptions}/mainz", planned | {"visibility": "members"}, who="mainz-adopter"), 201)
    report = {
        "version": "1.0.0",
        "environment": "production",
        "status": "rolled_out",
        "maturity": {"model": "2.0", "level": 5},
    }
    good(call("POST", f"{adoptions}/wiesbaden/deployments", report, who=ADOPTER), 201)
    good(call("POST", f"{adoptions}/mainz/deployments", report, who="mainz-adopter"), 201)
    provider = {"slug": "zweckverband", "name": "Zweckverband IT", "kind": "provider"}
    good(call("POST", "/api/v1/organisations", provider, who="operator"), 201)
    good(call("PUT", "/api/v1/organisations/zweckverband/mandates/wiesbaden", who="wiesbaden-owner"))
    pipeline = {"issuer": ISSUER, "project": "moenchengladbach/offen", "ref": "refs/tags/*"}
    world.named["publisher"] = good(call("POST", f"{OFFEN}/trusted-publishers", pipeline, who=OWNER), 201)["id"]
    key = {"name": "Bau", "public_key": envelopes.pem()}
    good(call("POST", "/api/v1/organisations/moenchengladbach/keys", key, who=OWNER), 201)
    for version in ("1.0.0", "1.1.0"):
        release = f"{OFFEN}/releases/{version}"
        world.named[version] = good(call("GET", release, who=OWNER))["package"]["sha256"]
        statement = {"data": envelopes.envelope(world.named[version]), "headers": JSON}
        made = good(call("POST", f"{release}/attestations", who=PUBLISHER, **statement), 201)
        world.named[f"attestation-{version}"] = made["attestations"][0]["sha256"]
    client = {"scopes": ["hospitations:write"]}
    told = good(call("POST", "/api/v1/organisations/moenchengladbach/clients", client, who=OWNER), 201)
    with world.resources.database.transaction() as writing:
        known = update(Client).where(Client.client_id == told["client_id"])
        writing.execute(known.values(client_id="moenchengladbach-known"))
    return world
