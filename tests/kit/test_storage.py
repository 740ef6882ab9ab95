import errno
import hashlib
import io
import itertools
import os
import secrets
import socket
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from registry.kit import clock
from registry.kit.storage import (
    InvalidKeyError,
    ObjectExistsError,
    ObjectMissingError,
    Storage,
    StorageUnavailableError,
    StorageUrlError,
)
from tests.support.s3 import S3Server

MIB = 1024 * 1024

MakeFile = Callable[..., Path]


@pytest.fixture(params=["folder", "bucket"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Mapping[str, str]]:
    """The URL of an empty store of each kind, and the environment that it is opened with."""
    if request.param == "folder":
        return (tmp_path / "packages").as_uri(), {}
    server: S3Server = request.getfixturevalue("s3_server")
    bucket = server.make_bucket("storage")
    return server.url(bucket, secrets.token_hex(8)), server.environ


@pytest.fixture
def store(address: tuple[str, Mapping[str, str]]) -> Storage:
    return Storage.open(*address)


@pytest.fixture
def folder_store(tmp_path: Path) -> Storage:
    return Storage.open((tmp_path / "packages").as_uri(), {})


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    numbers = itertools.count()

    def make(content: bytes = b"Passierschein A38") -> Path:
        path = tmp_path / f"upload-{next(numbers)}"
        path.write_bytes(content)
        return path

    return make


#: Run in a process of its own: the most memory that a process ever had is not to be told apart from other tests'.
PASS_THROUGH = """
import hashlib, os, sys
from pathlib import Path
from registry.kit.storage import Storage

def peak():
    # Not getrusage: its figure outlives exec, so it is that of the test run.
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024

store = Storage.open(sys.argv[1], os.environ)
before = peak()
store.put("ab/large.zip", Path(sys.argv[2]))
digest = hashlib.sha256()
for block in store.stream("ab/large.zip", 0, store.size("ab/large.zip")):
    digest.update(block)
print(digest.hexdigest(), peak() - before)
"""


def content(store: Storage, key: str) -> bytes:
    return b"".join(store.stream(key, 0, store.size(key)))


class TestEveryStore:
    def test_gives_back_what_was_put(self, store: Storage, make_file: MakeFile):
        store.put("ab/abc.zip", make_file(b"one"))
        store.put("top.zip", make_file(b""))
        assert content(store, "ab/abc.zip") == b"one"
        assert store.size("ab/abc.zip") == 3
        assert content(store, "top.zip") == b""

    def test_needs_the_uploaded_file_no_longer(self, store: Storage, make_file: MakeFile):
        source = make_file(b"one")
        store.put("ab/abc.zip", source)
        source.unlink()
        assert content(store, "ab/abc.zip") == b"one"

    @pytest.mark.parametrize("size", [3, 9 * MIB])
    def test_never_overwrites(self, store: Storage, make_file: MakeFile, size: int):
        store.put("ab/abc.zip", make_file(b"one"))
        with pytest.raises(ObjectExistsError):
            store.put("ab/abc.zip", make_file(b"x" * size))
        assert content(store, "ab/abc.zip") == b"one"

    def test_a_file_to_put_that_is_missing_is_the_callers_mistake(self, store: Storage, tmp_path: Path):
        with pytest.raises(FileNotFoundError):
            store.put("ab/abc.zip", tmp_path / "nothing")

    @pytest.mark.parametrize(("start", "end"), [(0, 10), (3, 4), (5, 5), (99_990, 100_000), (0, 100_000), (7, 65_001)])
    def test_streams_a_range_in_blocks(self, store: Storage, make_file: MakeFile, start: int, end: int):
        data = secrets.token_bytes(100_000)
        store.put("ab/abc.zip", make_file(data))
        blocks = list(store.stream("ab/abc.zip", start, end, block=30_000))
        assert b"".join(blocks) == data[start:end]
        assert all(len(block) <= 30_000 for block in blocks)

    def test_a_range_beyond_the_end_fails_rather_than_coming_short(self, store: Storage, make_file: MakeFile):
        store.put("ab/abc.zip", make_file(b"one"))
        with pytest.raises(StorageUnavailableError):
            list(store.stream("ab/abc.zip", 0, 4))

    @pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
    def test_a_range_that_is_none_is_refused_at_once(self, store: Storage, start: int, end: int):
        with pytest.raises(ValueError, match="no range"):
            store.stream("ab/abc.zip", start, end)

    def test_what_is_missing_is_missing(self, store: Storage):
        for use in (store.size, store.open_object, lambda key: list(store.stream(key, 0, 1))):
            with pytest.raises(ObjectMissingError):
                use("ab/abc.zip")

    def test_what_goes_missing_while_it_is_read_is_missing(self, store: Storage, make_file: MakeFile):
        store.put("ab/abc.zip", make_file(b"x" * 10))
        reader = store.open_object("ab/abc.zip")
        blocks = store.stream("ab/abc.zip", 0, 10, block=5)
        next(blocks)
        store.delete("ab/abc.zip")
        with pytest.raises(ObjectMissingError):
            next(blocks)
        with pytest.raises(ObjectMissingError):
            reader.read()

    def test_deletes_also_what_is_not_there(self, store: Storage, make_file: MakeFile):
        store.put("ab/abc.zip", make_file())
        store.delete("ab/abc.zip")
        store.delete("ab/abc.zip")
        with pytest.raises(ObjectMissingError):
            store.size("ab/abc.zip")

    @pytest.mark.parametrize(
        "key",
        ["", "/", "/etc", "../up", "ab/../../up", "ab//c", "ab/", ".hidden", "a b", "a\\b", "a\n", "ä", "a" * 513,
         "ab/c.zip#1", "ab/%2e%2e/c"],
    )  # fmt: skip
    def test_a_key_that_is_none_is_refused_everywhere(self, store: Storage, make_file: MakeFile, key: str):
        readers = (store.size, store.open_object, store.local_path, lambda key: store.stream(key, 0, 1))
        for use in (store.delete, *readers):
            with pytest.raises(InvalidKeyError):
                use(key)
        with pytest.raises(InvalidKeyError):
            store.put(key, make_file())

    def test_lists_what_is_below_a_folder(self, store: Storage, make_file: MakeFile):
        for key in ("ab/one.zip", "ab/two.zip", "abc/three.zip"):
            store.put(key, make_file())
        assert sorted(found.key for found in store.list()) == ["ab/one.zip", "ab/two.zip", "abc/three.zip"]
        assert sorted(found.key for found in store.list("ab")) == ["ab/one.zip", "ab/two.zip"]
        assert [found.key for found in store.list("abc/")] == ["abc/three.zip"]
        assert list(store.list("ef")) == []
        with pytest.raises(InvalidKeyError):
            list(store.list("../"))

    def test_a_listing_tells_size_and_moment(self, store: Storage, make_file: MakeFile):
        store.put("ab/abc.zip", make_file(b"one"))
        (found,) = store.list()
        assert found.size == 3
        assert found.modified_at.tzinfo is not None
        assert abs(found.modified_at - clock.now()) < timedelta(minutes=1)

    def test_a_zip_can_be_read_where_it_lies(self, store: Storage, make_file: MakeFile):
        names = [f"folder/file-{number}.txt" for number in range(200)]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                archive.writestr(name, name.encode() + secrets.token_bytes(5_000))
        store.put("ab/abc.zip", make_file(buffer.getvalue()))
        with store.open_object("ab/abc.zip") as file, zipfile.ZipFile(file) as archive:
            assert archive.namelist() == names
            assert archive.read(names[150]).startswith(names[150].encode())
            assert archive.testzip() is None

    def test_a_reader_moves_like_a_file(self, store: Storage, make_file: MakeFile):
        store.put("ab/abc.zip", make_file(b"0123456789"))
        with store.open_object("ab/abc.zip") as file:
            assert file.seekable()
            assert file.seek(-3, io.SEEK_END) == 7
            assert file.read() == b"789"
            assert file.read() == b""
            file.seek(2)
            file.seek(2, io.SEEK_CUR)
            assert file.tell() == 4
            assert file.read(2) == b"45"
            with pytest.raises(ValueError, match="before the beginning"):
                file.seek(-1)

    def test_is_ready(self, store: Storage):
        store.check()

    def test_the_largest_package_passes_through_in_constant_memory(
        self, address: tuple[str, Mapping[str, str]], tmp_path: Path
    ):
        source = tmp_path / "large"
        digest = hashlib.sha256()
        with source.open("wb") as file:
            for _ in range(64):
                file.write(piece := secrets.token_bytes(MIB))
                digest.update(piece)
        url, environ = address
        done = subprocess.run(
            [sys.executable, "-c", PASS_THROUGH, url, source],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=True,
        )
        passed, grown_mib = done.stdout.split()
        assert passed == digest.hexdigest()
        assert int(grown_mib) < 45


class TestFolder:
    def test_is_made_when_it_is_missing(self, tmp_path: Path):
        Storage.open((tmp_path / "a" / "with space").as_uri(), {}).check()
        assert (tmp_path / "a" / "with space").is_dir()

    def test_tells_where_an_object_lies(self, folder_store: Storage, tmp_path: Path, make_file: MakeFile):
        folder_store.put("ab/abc.zip", make_file(b"one"))
        path = folder_store.local_path("ab/abc.zip")
        assert path == tmp_path / "packages" / "ab" / "abc.zip"
        assert path.read_bytes() == b"one"
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_keeps_the_object_apart_from_a_file_that_is_not_on_the_same_disk(
        self, folder_store: Storage, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
    ):
        link = os.link

        def link_within_the_store(source: Path, target: Path) -> None:
            if "upload" in Path(source).name:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            link(source, target)

        monkeypatch.setattr(os, "link", link_within_the_store)
        source = make_file(b"one")
        folder_store.put("ab/abc.zip", source)
        source.write_bytes(b"two")
        assert content(folder_store, "ab/abc.zip") == b"one"
        with pytest.raises(ObjectExistsError):
            folder_store.put("ab/abc.zip", source)
        assert [found.name for found in self.folder_of(folder_store).iterdir()] == ["abc.zip"]

    def test_works_on_a_disk_without_hard_links(
        self, folder_store: Storage, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
    ):
        def refuse(*_: Path) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        folder_store.put("ab/abc.zip", make_file(b"one"))
        with pytest.raises(ObjectExistsError):
            folder_store.put("ab/abc.zip", make_file(b"two"))
        assert content(folder_store, "ab/abc.zip") == b"one"
        assert [found.name for found in self.folder_of(folder_store).iterdir()] == ["abc.zip"]

    @pytest.mark.parametrize("copied", [False, True])
    def test_has_everything_on_the_disk_before_put_returns(
        self, folder_store: Storage, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, copied: bool
    ):
        link, fsync = os.link, os.fsync
        events: list[tuple[str, str]] = []

        def noted_link(source: Path, target: Path) -> None:
            if copied and "upload" in Path(source).name:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            events.append(("link", Path(source).name.partition("#")[0]))
            link(source, target)

        def noted_fsync(handle: int) -> None:
            events.append(("fsync", Path(f"/proc/self/fd/{handle}").readlink().name.partition("#")[0]))
            fsync(handle)

        monkeypatch.setattr(os, "link", noted_link)
        monkeypatch.setattr(os, "fsync", noted_fsync)
        source, later = make_file(), make_file()
        folder_store.put("ab/cd/abc.zip", source)
        file = "abc.zip" if copied else source.name
        assert events[:2] == [("fsync", "packages"), ("fsync", "ab")]
        assert events[-3:] == [("fsync", file), ("link", file), ("fsync", "cd")]
        events.clear()
        folder_store.put("ab/cd/def.zip", later)
        file = "def.zip" if copied else later.name
        assert events[-3:] == [("fsync", file), ("link", file), ("fsync", "cd")]
        assert not {("fsync", "packages"), ("fsync", "ab")} & {*events}

    def test_does_not_believe_that_a_folder_lasts_which_another_process_has_just_made(
        self, folder_store: Storage, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
    ):
        self.folder_of(folder_store).mkdir()
        synced: list[str] = []
        fsync = os.fsync

        def noted_fsync(handle: int) -> None:
            synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
            fsync(handle)

        monkeypatch.setattr(os, "fsync", noted_fsync)
        folder_store.put("ab/abc.zip", make_file())
        assert synced[0] == "packages"

    def test_of_many_at_once_exactly_one_puts(self, folder_store: Storage, make_file: MakeFile):
        sources = [make_file(str(number).encode()) for number in range(8)]

        def put(source: Path) -> bool:
            try:
                folder_store.put("ab/abc.zip", source)
            except ObjectExistsError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(put, sources))
        assert won.count(True) == 1
        assert content(folder_store, "ab/abc.zip") == str(won.index(True)).encode()

    def test_leaves_nothing_of_a_write_that_failed(
        self, folder_store: Storage, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
    ):
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        def other_disk(*_: object) -> None:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr(os, "link", other_disk)
        monkeypatch.setattr("shutil.copyfile", full)
        with pytest.raises(StorageUnavailableError, match="No space left"):
            folder_store.put("ab/abc.zip", make_file())
        assert list(self.folder_of(folder_store).iterdir()) == []

    def test_is_not_ready_when_it_is_gone_and_is_not_made_anew(
        self, folder_store: Storage, make_file: MakeFile, tmp_path: Path
    ):
        (tmp_path / "packages").rename(tmp_path / "elsewhere")
        with pytest.raises(StorageUnavailableError):
            folder_store.check()
        with pytest.raises(StorageUnavailableError):
            folder_store.put("ab/abc.zip", make_file())
        assert not (tmp_path / "packages").exists()

    @staticmethod
    def folder_of(store: Storage) -> Path:
        path = store.local_path("ab/abc.zip")
        assert path is not None
        return path.parent


class TestBucket:
    def test_knows_no_local_path(self, s3_server: S3Server):
        store = Storage.open(s3_server.url(s3_server.make_bucket("storage")), s3_server.environ)
        assert store.local_path("ab/abc.zip") is None

    def test_a_wrong_secret_is_refused(self, s3_server: S3Server, make_file: MakeFile):
        bucket = s3_server.make_bucket("storage")
        store = Storage.open(s3_server.url(bucket), {**s3_server.environ, "AWS_SECRET_ACCESS_KEY": "wrong"})
        for use in (
            store.check,
            lambda: store.size("a"),
            lambda: store.put("a", make_file()),
            lambda: store.delete("a"),
            lambda: list(store.list()),
        ):
            with pytest.raises(StorageUnavailableError):
                use()

    def test_a_bucket_that_is_missing_is_not_ready_and_takes_nothing(self, s3_server: S3Server, make_file: MakeFile):
        store = Storage.open(s3_server.url("nowhere"), s3_server.environ)
        for use in (store.check, lambda: store.put("a", make_file())):
            with pytest.raises(StorageUnavailableError):
                use()

    def test_two_prefixes_of_one_bucket_do_not_see_each_other(self, s3_server: S3Server, make_file: MakeFile):
        bucket = s3_server.make_bucket("storage")
        one, other = (Storage.open(s3_server.url(bucket, secrets.token_hex(8)), s3_server.environ) for _ in range(2))
        one.put("ab/abc.zip", make_file())
        assert list(other.list()) == []
        with pytest.raises(ObjectMissingError):
            other.size("ab/abc.zip")

    @pytest.mark.long
    def test_lists_more_than_one_page(self, s3_server: S3Server, make_file: MakeFile):
        store = Storage.open(s3_server.url(s3_server.make_bucket("pages")), s3_server.environ)
        source = make_file()
        keys = [f"{number % 16:02x}/{number}.zip" for number in range(1100)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda key: store.put(key, source), keys))
        assert sorted(found.key for found in store.list()) == sorted(keys)

    def test_a_server_that_says_nothing_is_found_out_in_seconds(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            environ = {
                "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            }
            store = Storage.open("s3://bucket", environ)
            began = time.monotonic()
            with pytest.raises(StorageUnavailableError):
                store.check()
            assert time.monotonic() - began < 5

    def test_what_the_process_has_in_its_environment_does_not_lead_elsewhere(
        self, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
    ):
        bucket = s3_server.make_bucket("storage")
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        Storage.open(s3_server.url(bucket), s3_server.environ).check()


class TestUrl:
    @pytest.mark.parametrize(
        "url",
        ["", "packages", "/srv/packages", "file://srv/packages", "file:packages", "file:///", "file:///srv/../etc",
         "file:///srv?x=1", "file:///srv#x", "s3://", "s3:///prefix", "s3://bucket/../other", "s3://bucket?x=1",
         "s3://key:secret@bucket", "gs://bucket", "http://bucket", "file:///dev/null/packages"],
    )  # fmt: skip
    def test_one_that_cannot_be_used_is_refused(self, url: str):
        with pytest.raises(StorageUrlError):
            Storage.open(url, {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"})

    def test_a_secret_in_the_wrong_place_is_not_repeated(self):
        with pytest.raises(StorageUrlError) as refused:
            Storage.open("s3://key:secret@bucket", {})
        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    def test_a_bucket_needs_a_key_and_a_secret(self, missing: str):
        environ = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        with pytest.raises(StorageUrlError, match=missing):
            Storage.open("s3://bucket", environ | {missing: ""})

    @pytest.mark.parametrize("endpoint", ["localhost:9000", "ftp://host", "http://"])
    def test_an_endpoint_that_is_no_web_address_is_refused(self, endpoint: str):
        environ = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL": endpoint}
        with pytest.raises(StorageUrlError, match="AWS_ENDPOINT_URL"):
            Storage.open("s3://bucket", environ)

    def test_a_session_token_is_handed_on(self, s3_server: S3Server):
        environ = {**s3_server.environ, "AWS_SESSION_TOKEN": "not issued by this server"}
        Storage.open(s3_server.url(s3_server.make_bucket("storage")), environ).check()
