"""Download counts, orphans, and the storage held against its digests."""

import os
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.authz.actor import Actor, operator
from registry.authz.errors import TokenMissingError
from registry.catalogue.models import Service
from registry.config import Resources
from registry.kit import clock
from registry.releases import service as releases
from registry.releases.models import Release
from tests.cast import OPERATOR

SLUG = "wunschkennzeichen"


def store(resources: Resources, key: str, content: bytes = b"left behind") -> str:
    path = resources.incoming / uuid.uuid4().hex
    path.write_bytes(content)
    resources.storage.put(key, path)
    path.unlink()
    return key


class TestSweeping:
    def test_takes_old_orphans_alone(
        self,
        resources: Resources,
        session: Session,
        make_service: Callable[..., Service],
        make_release: Callable[..., Release],
    ):
        make_service()
        kept = make_release().package_key
        orphan = store(resources, releases.new_key())
        now = clock.now()
        with time_machine.travel(now + timedelta(hours=23, minutes=59), tick=False):
            assert releases.sweep(session, OPERATOR, resources.storage) == []
        with time_machine.travel(now + timedelta(hours=24, minutes=1), tick=False):
            assert releases.sweep(session, OPERATOR, resources.storage) == [orphan]
            assert releases.sweep(session, OPERATOR, resources.storage) == []
        assert [stored.key for stored in resources.storage.list()] == [kept]

    def test_takes_them_however_many_there_are(self, resources: Resources, session: Session):
        root = resources.storage.local_path("aa/x")
        assert root is not None
        root.parent.mkdir(parents=True)
        old = clock.now().timestamp() - timedelta(hours=25).total_seconds()
        for number in range(1201):
            path = root.with_name(f"{number}.zip")
            path.touch()
            os.utime(path, (old, old))
        assert len(releases.sweep(session, OPERATOR, resources.storage)) == 1201
        assert list(resources.storage.list()) == []

    def test_is_for_the_operator(self, resources: Resources, session: Session, actor_of: Callable[[str], Actor]):
        with pytest.raises(TokenMissingError):
            releases.sweep(session, actor_of("nobody"), resources.storage)


class TestVerifying:
    @pytest.fixture
    def stored(
        self, session: Session, make_service: Callable[..., Service], make_release: Callable[..., Release]
    ) -> list[str]:
        make_service()
        keys = [make_release(version=f"1.{number}.0").package_key for number in range(3)]
        session.commit()
        return keys

    def verify(self, resources: Resources) -> set[tuple[str, str]]:
        # As the command line does: over a connection that cannot write.
        with resources.database.reading() as reading:
            return {*releases.verify(reading, operator("test"), resources.storage)}

    def test_finds_nothing_where_all_is_well(self, resources: Resources, stored: list[str]):
        assert len(stored) == 3
        assert self.verify(resources) == set()

    def test_tells_what_is_missing_damaged_and_left_behind(self, resources: Resources, stored: list[str]):
        missing, damaged, _ = stored
        resources.storage.delete(missing)
        path = resources.storage.local_path(damaged)
        assert path is not None
        path.chmod(0o600)
        path.write_bytes(path.read_bytes() + b"\0")
        orphan = store(resources, releases.new_key())
        assert self.verify(resources) == {("missing", missing), ("damaged", damaged), ("orphan", orphan)}


class TestDownloads:
    def test_are_added_and_told(
        self,
        session: Session,
        make_service: Callable[..., Service],
        make_release: Callable[..., Release],
        actor_of: Callable[[str], Actor],
    ):
        make_service()
        first, second = make_release(version="1.0.0"), make_release(version="1.1.0")
        releases.add_downloads(session, OPERATOR, {first.id: 2, second.id: 1, uuid.uuid4(): 9})
        releases.add_downloads(session, OPERATOR, {first.id: 3})
        session.commit()
        assert dict(session.execute(select(Release.version, Release.downloads)).all()) == {"1.0.0": 5, "1.1.0": 1}
        told = releases.rendering(session, actor_of("nobody"), SLUG, "1.0.0")
        assert b'"downloads":5' in told.body

    def test_are_added_by_many_at_once_and_none_is_lost(
        self,
        resources: Resources,
        session: Session,
        make_service: Callable[..., Service],
        make_release: Callable[..., Release],
    ):
        make_service()
        made = [make_release(version=f"1.{number}.0").id for number in range(4)]
        session.commit()
        failed: list[BaseException] = []

        def add(number: int) -> None:
            counts = dict.fromkeys(made if number % 2 else reversed(made), 1)
            try:
                for _ in range(5):
                    with resources.database.transaction() as writing:
                        releases.add_downloads(writing, operator("test"), counts)
            except BaseException as error:  # noqa: BLE001 - told in the test's own thread
                failed.append(error)

        threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        with resources.database.reading() as reading:
            assert set(reading.scalars(select(Release.downloads))) == {30}


def test_what_is_stored_is_not_writable_by_others(
    resources: Resources, make_service: Callable[..., Service], make_release: Callable[..., Release]
):
    make_service()
    path = resources.storage.local_path(make_release().package_key)
    assert isinstance(path, Path)
    assert path.stat().st_mode & 0o007 == 0
