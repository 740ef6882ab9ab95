"""Services with many releases, more towns, and the stage on which adoptions are played."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.models import OrganisationKind
from registry.authz.actor import ROLE_SCOPES, Actor, ActorKind, Role
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.kit import clock
from registry.releases import versions
from registry.releases.models import Release, ReleaseState
from tests.adoption.world import World
from tests.cast import OPERATOR


@pytest.fixture
def make_town(session: Session) -> Callable[[str], Actor]:
    """Take in one more town; return who acts for it."""

    def make(slug: str) -> Actor:
        town = accounts.onboard(session, OPERATOR, slug=slug, name=slug.title(), kind=OrganisationKind.MUNICIPALITY)
        return Actor(ActorKind.CLIENT, f"{slug}-test", town.id, slug, ROLE_SCOPES[Role.OWNER])

    return make


@pytest.fixture
def add_release(session: Session) -> Callable[..., Release]:
    """Put down a release of any kind, without a package: only that it is there matters here."""

    def add(service: Service, version: str, *, state: ReleaseState = ReleaseState.PUBLISHED, **more: Any) -> Release:
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

    return add


@pytest.fixture
def offer(
    session: Session, make_service: Callable[..., Service], add_release: Callable[..., Release]
) -> Callable[..., Service]:
    """Offer a service with these releases, the latest named last; a draft without any."""

    def make(owner: Actor, slug: str, *releases: str) -> Service:
        service = make_service(slug, who=f"{owner.organisation}-owner")
        for version in releases:
            add_release(service, version)
        if releases:
            catalogue.note_latest(session, owner, service, version=releases[-1], published_at=clock.now())
        return service

    return make


@pytest.fixture
def world(
    session: Session,
    actor_of: Callable[[str], Actor],
    offer: Callable[..., Service],
    add_release: Callable[..., Release],
) -> World:
    """Mönchengladbach offers the A38; Wiesbaden and Mainz may adopt it, the data centre for Mainz."""
    moenchengladbach = actor_of("moenchengladbach-owner")
    a38 = offer(moenchengladbach, "a38", "1.0.0", "1.1.0", "2.0.0")
    add_release(a38, "3.0.0", state=ReleaseState.DRAFT)
    return World(
        session,
        a38,
        moenchengladbach,
        wiesbaden=actor_of("wiesbaden-owner"),
        mainz=actor_of("mainz-adopter"),
        kiel=actor_of("kiel-owner"),
        provider=actor_of("rechenzentrum-adopter"),
    )
