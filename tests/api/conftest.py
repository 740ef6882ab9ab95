"""What the tests of the API begin with: a service that is open to all, and an adoption of it."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.config import Resources
from tests.api.asking import ADOPTER, ADOPTION, PUBLISHER, good
from tests.api.world import World, fill
from tests.cast import SERVICE
from tests.support.postgres import PostgresServer

Call = Callable[..., TestResponse]


@pytest.fixture
def draft(call: Call) -> dict[str, Any]:
    """A service of Mönchengladbach that nobody else sees yet."""
    told: dict[str, Any] = good(call("POST", "/services", SERVICE, who=PUBLISHER), 201)
    return told


@pytest.fixture
def service(draft: dict[str, Any], publish: Call) -> dict[str, Any]:
    """A service of Mönchengladbach with its release 1.0.0."""
    good(publish(), 201)
    return draft


@pytest.fixture
def adoption(service: dict[str, Any], call: Call) -> dict[str, Any]:
    """What Wiesbaden says of its reuse of that service."""
    assert service
    told: dict[str, Any] = good(call("PUT", ADOPTION, {"status": "planned", "version": "1.0.0"}, who=ADOPTER), 201)
    return told


@pytest.fixture
def stored(resources: Resources) -> Callable[[], list[str]]:
    """List the keys of what is stored."""
    return lambda: sorted(it.key for it in resources.storage.list())


@pytest.fixture
def create(call: Call) -> Callable[..., dict[str, Any]]:
    """Put a service into the catalogue through the API."""

    def make(slug: str = "wunschkennzeichen", *, who: str = PUBLISHER, **said: Any) -> dict[str, Any]:
        told: dict[str, Any] = good(call("POST", "/services", {**SERVICE, "slug": slug, **said}, who=who), 201)
        return told

    return make


@pytest.fixture
def offer(create: Callable[..., dict[str, Any]], publish: Call) -> Callable[..., None]:
    """Offer a service with these releases to all."""

    def make(slug: str, *versions: str, who: str = PUBLISHER, **said: Any) -> None:
        create(slug, who=who, **said)
        for version in versions or ("1.0.0",):
            good(publish(slug, version, who=who), 201)

    return make


@pytest.fixture(scope="session")
def gallery(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A whole registry on SQLite that tests only look at."""
    folder = tmp_path_factory.mktemp("gallery")
    shutil.copy(sqlite_template, folder / "registry.db")
    with World(folder) as world:
        yield fill(world)


@pytest.fixture(scope="session")
def postgres_gallery(
    postgres_server: PostgresServer, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The same on PostgreSQL."""
    name = f"gallery_{uuid.uuid4().hex[:8]}"
    address = postgres_server.create(name, template=postgres_template)
    with World(tmp_path_factory.mktemp("gallery"), database_url=address) as world:
        yield fill(world)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_gallery(request: pytest.FixtureRequest) -> World:
    """The same on each."""
    found: World = request.getfixturevalue("gallery" if request.param == "sqlite" else "postgres_gallery")
    return found
