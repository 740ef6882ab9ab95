"""What is stored to be told equals what would be told afresh, and is what the OpenAPI document says."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry.accounts import representation as accounts
from registry.accounts.models import Organisation
from registry.adoption.models import Adoption
from registry.catalogue import representation as catalogue
from registry.catalogue.models import Service
from registry.cli import seeding
from registry.config import Resources, Settings
from registry.kit import migrations
from registry.kit.rendering import Rendering, render
from registry.releases import representation as releases
from registry.releases.models import Inspection, Release

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    environ = {"REGISTRY_DATA_DIR": str(tmp_path_factory.mktemp("seeded"))}
    opened = Resources(Settings.read(environ), environ)
    migrations.upgrade(opened.database)
    seeding.load(opened)
    with opened.database.reading() as session:
        yield session
    opened.close()


def _valid(name: str, body: bytes) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(json.loads(body))


def test_services(seeded):
    loads = (joinedload(Service.originator), joinedload(Service.is_based_on), joinedload(Service.successor))
    found = seeded.scalars(select(Service).options(*loads)).all()
    assert found
    for it in found:
        assert Rendering(it.body, it.etag) == render(catalogue.service(it))
        _valid("Service", it.body)


def test_organisations(seeded):
    found = seeded.scalars(select(Organisation).options(joinedload(Organisation.parent))).all()
    assert found
    for it in found:
        assert Rendering(it.body, it.etag) == render(accounts.organisation(it))
        _valid("Organisation", it.body)


def test_releases(seeded):
    found = seeded.scalars(select(Release).options(joinedload(Release.service))).all()
    assert found
    for it in found:
        assert Rendering(it.body, it.etag) == render(releases.release(it))
        _valid("Release", it.body)
    for inspection in seeded.scalars(select(Inspection)):
        _valid("Inspection", inspection.body)


def test_adoptions(seeded):
    found = seeded.scalars(select(Adoption)).all()
    assert found
    for it in found:
        _valid("Adoption", it.rendering.body)
