"""What may be done with releases, without HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.authz.actor import Actor
from registry.authz.errors import NotYoursError, ScopeMissingError, TokenMissingError
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service, ServiceStatus
from registry.journal.models import Entry
from registry.releases import service as releases
from registry.releases.errors import (
    MetadataError,
    PackageInvalidError,
    ReleaseNotFoundError,
    ReleaseStateError,
    VersionExistsError,
)
from registry.releases.models import Release, ReleaseState
from tests import packages

SLUG = "wunschkennzeichen"
REASON = {"de": "Ein Fehler."}

MakeService = Callable[..., Service]
MakeRelease = Callable[..., Release]
ActorOf = Callable[[str], Actor]


@pytest.fixture
def publisher(actor_of: ActorOf) -> Actor:
    return actor_of("moenchengladbach-publisher")


@pytest.fixture
def nobody(actor_of: ActorOf) -> Actor:
    return actor_of("nobody")


def latest(session: Session, actor: Actor) -> str:
    return releases.find(session, actor, SLUG, "latest").version


def entries(session: Session, kind: str) -> list[Entry]:
    return [*session.scalars(select(Entry).where(Entry.type == kind).order_by(Entry.serial))]


class TestPublishing:
    def test_opens_the_service_and_is_told(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, nobody: Actor
    ):
        service = make_service()
        assert service.status is ServiceStatus.DRAFT
        release = make_release()
        assert service.status is ServiceStatus.ACTIVE
        assert catalogue.find(session, nobody, SLUG).id == service.id
        assert release.state is ReleaseState.PUBLISHED
        assert release.published_at == release.created_at
        (entry,) = entries(session, "release.published")
        assert entry.data == {"service": SLUG, "version": "1.0.0"}

    def test_never_uses_a_version_twice(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor
    ):
        make_service()
        make_release(version="1.0.0")
        with pytest.raises(VersionExistsError):
            make_release(version="1.0.0")
        releases.yank(session, publisher, SLUG, "1.0.0", reason=REASON)
        with pytest.raises(VersionExistsError):
            make_release(version="1.0.0", content=packages.package({"other.txt": "x"}))
        make_release(version="2.0.0", draft=True)
        with pytest.raises(VersionExistsError):
            make_release(version="2.0.0")

    def test_may_go_out_of_order(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, nobody: Actor
    ):
        service = make_service()
        for version in ("2.0.0", "1.0.0", "10.0.0-rc.1", "1.10.0", "1.9.0"):
            make_release(version=version)
        assert latest(session, nobody) == "2.0.0"
        assert service.latest_version == "2.0.0"
        listed = releases.browse(session, nobody, SLUG)
        assert [body.split(b'"version":"')[1].split(b'"')[0].decode() for body in listed.items] == [
            *("10.0.0-rc.1", "2.0.0", "1.10.0", "1.9.0", "1.0.0")
        ]

    def test_has_no_latest_while_there_are_only_pre_releases(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, nobody: Actor
    ):
        service = make_service()
        make_release(version="1.0.0-rc.1")
        assert service.latest_version is None
        assert service.status is ServiceStatus.ACTIVE
        with pytest.raises(ReleaseNotFoundError):
            latest(session, nobody)

    def test_refuses_what_the_inspection_found(
        self, session: Session, make_service: MakeService, make_release: MakeRelease
    ):
        make_service()
        with pytest.raises(PackageInvalidError) as refused:
            make_release(content=packages.package({"LICENSE": None}))
        assert refused.value.extra["findings"]
        assert session.scalar(select(func.count()).select_from(Release)) == 0

    @pytest.mark.parametrize(
        ("who", "kind"),
        [
            ("nobody", TokenMissingError),
            ("moenchengladbach-viewer", ScopeMissingError),
            ("operator", ScopeMissingError),
            ("wiesbaden-adopter", ScopeMissingError),
        ],
    )
    def test_is_for_those_with_the_scope(
        self,
        session: Session,
        make_service: MakeService,
        make_release: MakeRelease,
        actor_of: ActorOf,
        who: str,
        kind: type[Exception],
    ):
        make_service()
        make_release()
        with pytest.raises(kind):
            releases.may_publish(session, actor_of(who), SLUG)

    def test_is_for_the_originator_alone(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, actor_of: ActorOf
    ):
        make_service()
        make_release()
        with pytest.raises(NotYoursError):
            releases.may_publish(session, actor_of("kiel-publisher"), SLUG)
        with pytest.raises(NotYoursError):
            releases.yank(session, actor_of("kiel-publisher"), SLUG, "1.0.0", reason=REASON)
        assert session.scalar(select(Release.yanked_at)) is None


class TestDrafts:
    def test_are_seen_by_their_own_alone(
        self,
        session: Session,
        make_service: MakeService,
        make_release: MakeRelease,
        actor_of: ActorOf,
        publisher: Actor,
    ):
        make_service()
        make_release(version="1.0.0")
        make_release(version="2.0.0", draft=True)
        for who in ("nobody", "kiel-publisher", "wiesbaden-owner"):
            actor = actor_of(who)
            for read in (releases.find, releases.rendering, releases.inspection, releases.download, releases.files):
                with pytest.raises(ReleaseNotFoundError):
                    read(session, actor, SLUG, "2.0.0")
            with pytest.raises(ReleaseNotFoundError):
                releases.find_file(session, actor, SLUG, "2.0.0", "LICENSE")
            assert releases.browse(session, actor, SLUG).total == 1
            assert latest(session, actor) == "1.0.0"
        assert releases.find(session, publisher, SLUG, "2.0.0").state is ReleaseState.DRAFT
        assert releases.browse(session, publisher, SLUG).total == 2
        assert latest(session, publisher) == "1.0.0"

    def test_leave_the_service_as_it_is_and_are_told_to_nobody(
        self, session: Session, make_service: MakeService, make_release: MakeRelease
    ):
        service = make_service()
        make_release(draft=True)
        assert service.status is ServiceStatus.DRAFT
        assert entries(session, "release.published") == []
        assert [entry.public for entry in entries(session, "release.drafted")] == [False]

    def test_are_opened_once(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor, nobody: Actor
    ):
        make_service()
        make_release(draft=True)
        opened = releases.open_draft(session, publisher, SLUG, "1.0.0")
        assert opened.published_at is not None
        assert opened.published_at >= opened.created_at
        assert latest(session, nobody) == "1.0.0"
        assert len(entries(session, "release.published")) == 1
        with pytest.raises(ReleaseStateError):
            releases.open_draft(session, publisher, SLUG, "1.0.0")

    def test_cannot_be_yanked(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor
    ):
        make_service()
        make_release(draft=True)
        with pytest.raises(ReleaseStateError):
            releases.yank(session, publisher, SLUG, "1.0.0", reason=REASON)
        with pytest.raises(ReleaseStateError):
            releases.unyank(session, publisher, SLUG, "1.0.0", reason=REASON)


class TestYanking:
    def test_leaves_the_release_to_those_who_name_it(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor, nobody: Actor
    ):
        service = make_service()
        make_release(version="1.0.0")
        make_release(version="1.1.0")
        before = releases.rendering(session, nobody, SLUG, "1.1.0").etag
        releases.yank(session, publisher, SLUG, "1.1.0", reason={"de": "Fehler", "en": "Broken"})
        assert latest(session, nobody) == service.latest_version == "1.0.0"
        assert releases.download(session, nobody, SLUG, "1.1.0").yanked == "Broken"
        assert releases.download(session, nobody, SLUG, "1.0.0").yanked is None
        assert releases.rendering(session, nobody, SLUG, "1.1.0").etag != before
        (entry,) = entries(session, "release.yanked")
        assert entry.data["reason"] == {"de": "Fehler", "en": "Broken"}
        with pytest.raises(ReleaseStateError):
            releases.yank(session, publisher, SLUG, "1.1.0", reason=REASON)

    def test_of_the_only_release_leaves_no_latest(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor, nobody: Actor
    ):
        service = make_service()
        make_release()
        releases.yank(session, publisher, SLUG, "latest", reason=REASON)
        assert service.latest_version is None
        assert service.status is ServiceStatus.ACTIVE
        with pytest.raises(ReleaseNotFoundError):
            latest(session, nobody)

    def test_is_taken_back(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor, nobody: Actor
    ):
        service = make_service()
        make_release()
        with pytest.raises(ReleaseStateError):
            releases.unyank(session, publisher, SLUG, "1.0.0", reason=REASON)
        releases.yank(session, publisher, SLUG, "1.0.0", reason=REASON)
        back = releases.unyank(session, publisher, SLUG, "1.0.0", reason={"de": "Doch gut."})
        assert back.yanked_at is None
        assert back.yanked_reason is None
        assert latest(session, nobody) == service.latest_version == "1.0.0"
        assert [entry.data["reason"] for entry in entries(session, "release.unyanked")] == [{"de": "Doch gut."}]


class TestChanging:
    def test_deprecates_with_a_successor_and_takes_it_back(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor, nobody: Actor
    ):
        make_service()
        make_release(version="1.0.0")
        make_release(version="2.0.0")
        said = {"deprecated": {"reason": REASON, "successor": "2.0.0"}}
        old = releases.change(session, publisher, SLUG, "1.0.0", said)
        assert b'"successor":"2.0.0"' in releases.rendering(session, nobody, SLUG, "1.0.0").body
        releases.change(session, publisher, SLUG, "1.0.0", said)
        assert len(entries(session, "release.deprecated")) == 1
        releases.change(session, publisher, SLUG, "1.0.0", {"deprecated": None})
        assert old.deprecated is None
        assert latest(session, nobody) == "2.0.0"

    @pytest.mark.parametrize("successor", ["1.0.0", "3.0.0", "9.9.9"])
    def test_refuses_a_successor_that_is_none(
        self,
        session: Session,
        make_service: MakeService,
        make_release: MakeRelease,
        publisher: Actor,
        successor: str,
    ):
        make_service()
        make_release(version="1.0.0")
        make_release(version="3.0.0", draft=True)
        with pytest.raises(MetadataError) as refused:
            releases.change(
                session, publisher, SLUG, "1.0.0", {"deprecated": {"reason": REASON, "successor": successor}}
            )
        assert refused.value.faults[0].pointer == "#/deprecated/successor"

    def test_changes_what_is_said_and_never_the_package(
        self, session: Session, make_service: MakeService, make_release: MakeRelease, publisher: Actor
    ):
        make_service()
        release = make_release(changelog={"de": "Erste"})
        before: dict[str, Any] = {name: getattr(release, name) for name in ("package_key", "package_sha256", "version")}
        etag = release.etag
        changed = releases.change(session, publisher, SLUG, "1.0.0", {"changelog": {"de": "Allererste"}})
        assert changed.etag != etag
        assert before == {name: getattr(changed, name) for name in before}
