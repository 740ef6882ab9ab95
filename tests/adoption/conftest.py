"""Towns, services with releases, and adoptions of them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.models import OrganisationKind
from registry.authz.actor import ROLE_SCOPES, Actor, ActorKind, Role, operator
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.kit import clock
from registry.releases import versions
from registry.releases.models import Release, ReleaseState
from tests.adoption.world import World

OPERATOR = operator("test")


@pytest.fixture
def make_town(session: Session) -> Callable[..., Actor]:
    def make(slug: str, kind: OrganisationKind = OrganisationKind.MUNICIPALITY) -> Actor:
        town = accounts.onboard(session, OPERATOR, slug=slug, name=slug.title(), kind=kind)
        return Actor(ActorKind.CLIENT, f"{slug}-ci", town.id, slug, ROLE_SCOPES[Role.OWNER])

    return make


@pytest.fixture
def make_release(session: Session) -> Callable[..., Release]:
    def make(service: Service, version: str, *, state: ReleaseState = ReleaseState.PUBLISHED, **more: Any) -> Release:
        release = Release(
            service_id=service.id,
            version=version,
            precedence=versions.precedence(version),
            is_prerelease=versions.is_prerelease(version),
            state=state,
            published_at=clock.now(),
            package_key=uuid4().hex,
            package_size=1,
            package_sha256="0" * 64,
            findings={},
            body=b"{}",
            etag="0",
            **more,
        )
        session.add(release)
        session.flush()
        return release

    return make


@pytest.fixture
def make_service(session: Session, make_release: Callable[..., Release]) -> Callable[..., Service]:
    def make(owner: Actor, slug: str, *releases: str) -> Service:
        service, _ = catalogue.create(
            session, owner, slug=slug, name={"de": slug}, summary={"de": slug}, topic="Querschnitt", licence="EUPL-1.2"
        )
        for version in releases:
            make_release(service, version)
        if releases:
            catalogue.note_latest(session, owner, service, version=releases[-1], published_at=clock.now())
        return service

    return make


@pytest.fixture
def world(
    session: Session,
    make_town: Callable[..., Actor],
    make_service: Callable[..., Service],
    make_release: Callable[..., Release],
) -> World:
    """Mönchengladbach offers the A38; Wiesbaden and Mainz may adopt it, a data centre for Mainz; Kiel is a stranger."""
    moenchengladbach = make_town("moenchengladbach")
    wiesbaden, mainz, kiel = make_town("wiesbaden"), make_town("mainz"), make_town("kiel")
    provider = make_town("rechenzentrum", OrganisationKind.PROVIDER)
    accounts.give_mandate(session, mainz, "rechenzentrum", "mainz")
    a38 = make_service(moenchengladbach, "a38", "1.0.0", "1.1.0", "2.0.0")
    make_release(a38, "3.0.0", state=ReleaseState.DRAFT)
    return World(session, a38, moenchengladbach, wiesbaden, mainz, kiel, provider)
