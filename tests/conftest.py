"""Fixtures for all tests: a registry on SQLite and on PostgreSQL, both built by the migrations, and who acts in it.

Every test has a database of its own, copied from a template; its commits are real. Nothing is imported from here:
shared names live in `tests/cast.py` and `tests/packages.py`.
"""

import hashlib
import io
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts import service as accounts
from registry.accounts.schemas import NewOrganisationSchema
from registry.adoption import service as adoption
from registry.adoption.models import Adoption
from registry.adoption.schemas import AdoptionChangeSchema
from registry.app import create_app
from registry.authz.actor import Actor
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.catalogue.schemas import NewServiceSchema
from registry.config import Resources, Settings
from registry.kit import migrations
from registry.kit.db import Database
from registry.releases import service as releases
from registry.releases.models import Release
from registry.releases.schemas import MetadataSchema
from registry.releases.service import Upload
from tests import cast, packages
from tests.cast import CAST, OPERATOR, ORGANISATIONS
from tests.support.postgres import PostgresServer
from tests.support.templates import COMPILED

pytest_plugins = ["tests.support.fixtures"]

# Where rich is installed, structlog would have it paint every traceback with all its local variables, for seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the second database of what is tried in hundreds of ways to the long tests."""
    for item in items:
        if item.get_closest_marker("in_hundreds") and "postgresql" in item.name:
            item.add_marker(pytest.mark.long)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="FOLDER", help="where to keep the pictures of pages")


def _populate(database: Database) -> None:
    migrations.upgrade(database)
    with database.transaction() as session:
        for slug, said in ORGANISATIONS.items():
            accounts.onboard(session, OPERATOR, **NewOrganisationSchema().load({"slug": slug, **said}))
        accounts.give_mandate(session, OPERATOR, "rechenzentrum", "mainz")
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "registry.db"
    database = Database(f"sqlite:///{path}")
    _populate(database)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    name = f"template_{uuid.uuid4().hex[:8]}"
    _populate(Database(postgres_server.create(name)))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the cast's organisations in it."""
    if request.param == "sqlite":
        path = tmp_path / "registry.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield server.create(name, template=request.getfixturevalue("postgres_template"))
    server.drop(name)


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "REGISTRY_DATABASE_URL": database_url,
        "REGISTRY_DATA_DIR": str(tmp_path),
        "REGISTRY_SECRET_KEY": "0123456789abcdef" * 4,
        "REGISTRY_MAX_PACKAGE_MB": "2",
    }


@pytest.fixture
def resources(environ: dict[str, str]) -> Iterator[Resources]:
    opened = Resources(Settings.read(environ), environ)
    yield opened
    opened.close()


@pytest.fixture
def session(resources: Resources) -> Iterator[Session]:
    """A writing session; a test that goes on through a door commits it first."""
    with Session(resources.database.writer, expire_on_commit=False, info=dict(resources.database.info)) as work:
        yield work
        work.commit()


@pytest.fixture
def app(resources: Resources) -> Flask:
    made = create_app(resources)
    made.testing = False
    made.jinja_env.bytecode_cache = COMPILED
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def actor_of(resources: Resources) -> Callable[[str], Actor]:
    """Make the actor of a part of the cast."""

    def make(name: str) -> Actor:
        part = CAST[name]
        with resources.database.reading() as reading:
            own = accounts.find(reading, OPERATOR, part.organisation).id if part.organisation else None
        return cast.actor(part, own)

    return make


@pytest.fixture
def token_of(resources: Resources) -> Callable[[str], str | None]:
    """Issue a token to a part of the cast; None for nobody."""
    issued: dict[str, str] = {}

    def make(name: str) -> str | None:
        part = CAST[name]
        if part.organisation is None:
            return None
        if name not in issued:
            with resources.database.transaction() as writing:
                client, _ = accounts.create_client(
                    writing, OPERATOR, part.organisation, name=name, scopes=part.scopes, expires_at=None
                )
                issued[name] = accounts.issue(writing, client, part.scopes)
        return issued[name]

    return make


Call = Callable[..., TestResponse]


@pytest.fixture
def call(client: FlaskClient, token_of: Callable[[str], str | None]) -> Call:
    """Ask the API as a part of the cast: `call("GET", "/services", who="kiel-owner")`."""

    def ask(
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "nobody",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        said = dict(headers or {})
        token = token_of(who)
        if token is not None:
            said.setdefault("Authorization", f"Bearer {token}")
        if body is not None:
            more["data"] = json.dumps(body)
            said.setdefault("Content-Type", "application/json")
        return client.open(f"/api/v1{path}", method=method, headers=said, **more)

    return ask


@pytest.fixture
def publish(call: Call) -> Call:
    """Publish a package through the API."""

    def send(
        slug: str = "wunschkennzeichen",
        version: str = "1.0.0",
        *,
        content: bytes | None = None,
        who: str = "moenchengladbach-publisher",
        headers: dict[str, str] | None = None,
        query: str = "",
        **metadata: Any,
    ) -> TestResponse:
        data = {
            "metadata": json.dumps({"version": version, **metadata}),
            "package": (
                io.BytesIO(packages.package() if content is None else content),
                "package.zip",
                "application/zip",
            ),
        }
        return call("POST", f"/services/{slug}/releases{query}", who=who, headers=headers, data=data)

    return send


@pytest.fixture
def make_service(session: Session, actor_of: Callable[[str], Actor]) -> Callable[..., Service]:
    """Put a service into the catalogue."""

    def make(slug: str = "wunschkennzeichen", *, who: str = "moenchengladbach-publisher", **said: Any) -> Service:
        given = NewServiceSchema().load({**cast.SERVICE, "slug": slug, **said})
        return catalogue.create(session, actor_of(who), **given)[0]

    return make


@pytest.fixture
def make_release(resources: Resources, session: Session, actor_of: Callable[[str], Actor]) -> Callable[..., Release]:
    """Publish a version of a service that is there."""

    def make(
        slug: str = "wunschkennzeichen",
        version: str = "1.0.0",
        *,
        who: str = "moenchengladbach-publisher",
        content: bytes | None = None,
        **metadata: Any,
    ) -> Release:
        actor = actor_of(who)
        service = catalogue.find(session, actor, slug)
        held = packages.package() if content is None else content
        report = releases.inspect(io.BytesIO(held), service, version, resources.settings.limits)
        path = resources.incoming / uuid.uuid4().hex
        path.write_bytes(held)
        upload = Upload(releases.new_key(), len(held), hashlib.sha256(held).hexdigest(), report)
        resources.storage.put(upload.key, path)
        loaded = MetadataSchema().load({"version": version, **metadata})
        return releases.publish(session, actor, slug, metadata=loaded, upload=upload)

    return make


@pytest.fixture
def make_adoption(session: Session, actor_of: Callable[[str], Actor]) -> Callable[..., Adoption]:
    """Declare an adoption of a service that has a release."""

    def make(
        slug: str = "wunschkennzeichen", organisation: str = "wiesbaden", *, who: str = "wiesbaden-adopter", **said: Any
    ) -> Adoption:
        given = {"status": "planned", **said}
        loaded = AdoptionChangeSchema().load(given)
        return adoption.declare(session, actor_of(who), slug, organisation, loaded)[0]

    return make
