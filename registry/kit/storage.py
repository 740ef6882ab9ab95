"""Objects in a folder or in an S3 bucket, behind one small class.

Reading, listing and deleting go through obstore for both kinds.  Only writing into a folder is done beside
it: obstore's local store never calls fsync, so what it has put may be empty after a power cut.
"""

import errno
import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store
from typing_extensions import Buffer, override

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

_MIB = 1024 * 1024

#: An upload to S3 is cut into parts of this size; what is smaller goes up in one request.
_PART_BYTES = 8 * _MIB
_PARTS_AT_ONCE = 3

#: What a reader of one object asks for at a time: a ZIP directory is mostly smaller.
_READ_AHEAD_BYTES = 256 * 1024

_KEY = re.compile(r"(?!.{513})[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")

#: The owner writes; the group reads, so that a web server in it can send files by itself.
_FILE_MODE = 0o640

#: Why a file may not become an object by a second name: another disk, no hard links, not ours, too many names.
_CANNOT_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})

_RETRIES: "RetryConfig" = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
_NO_RETRIES: "RetryConfig" = {"max_retries": 0, "retry_timeout": timedelta(seconds=3)}
_PATIENCE: "ClientConfig" = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)}
_IMPATIENCE: "ClientConfig" = {"connect_timeout": timedelta(seconds=2), "timeout": timedelta(seconds=3)}


class StorageError(Exception):
    """Something is wrong with the object storage or with how it is used."""


class StorageUrlError(StorageError):
    """The storage URL, or a variable that belongs to it, cannot be used."""


class InvalidKeyError(StorageError):
    """A key has a form that no object may have."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key!r} is no key of an object: letters, digits, dots and dashes between slashes are.")


class ObjectMissingError(StorageError):
    """There is no object under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no object {key}.")


class ObjectExistsError(StorageError):
    """An object is never overwritten."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is an object {key} already.")


class StorageUnavailableError(StorageError):
    """The store does not answer, refuses, or is broken."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a listing tells of an object."""

    key: str
    size: int
    modified_at: datetime


class Storage:
    """A store of objects that are written once and never changed."""

    def __init__(self, store: LocalStore | S3Store, *, probe: LocalStore | S3Store, root: Path | None) -> None:
        self._store = store
        self._probe = probe
        self._root = root
        #: The folders of which this process knows that they are on the disk by their names.
        self._lasting: set[Path] = set()

    @classmethod
    def open(cls, url: str, environ: Mapping[str, str]) -> Self:
        """Open `file:///a/folder`, made if need be, or `s3://bucket/prefix` with the `AWS_…` variables."""
        parts = urlsplit(url)
        if parts.query or parts.fragment:
            raise StorageUrlError(f"The storage URL {url!r} must not have a query or a fragment.")
        if parts.scheme == "file":
            return cls._open_folder(url, parts)
        if parts.scheme == "s3":
            return cls._open_bucket(parts, environ)
        raise StorageUrlError(f"The storage URL {url!r} must begin with file:/// or s3://.")

    @classmethod
    def _open_folder(cls, url: str, parts: SplitResult) -> Self:
        folder = Path(unquote(parts.path))
        if parts.netloc or not folder.is_absolute() or folder == Path("/") or ".." in folder.parts:
            raise StorageUrlError(f"The storage URL {url!r} must name a folder by its full path: file:///srv/packages.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUrlError(f"The storage folder {folder} cannot be made: {error.strerror}.") from error
        store = LocalStore(folder)
        return cls(store, probe=store, root=folder)

    @classmethod
    def _open_bucket(cls, parts: SplitResult, environ: Mapping[str, str]) -> Self:
        prefix = parts.path.strip("/")
        if not _KEY.fullmatch(parts.netloc) or (prefix and not _KEY.fullmatch(prefix)):
            # Not repeated in the message: what stands here by mistake may be a key and its secret.
            raise StorageUrlError(
                "A storage URL s3://… must name a bucket and no more: s3://bucket or s3://bucket/prefix."
            )
        config = _s3_config(environ)
        http: ClientConfig = {"allow_http": config.get("endpoint", "").startswith("http://")}
        store, probe = (
            S3Store(
                parts.netloc, prefix=prefix or None, config=config, client_options=http | client, retry_config=retry
            )
            for client, retry in ((_PATIENCE, _RETRIES), (_IMPATIENCE, _NO_RETRIES))
        )
        return cls(store, probe=probe, root=None)

    def put(self, key: str, source: Path) -> None:
        """Store the file for good; it may be deleted afterwards, but not be written into.

        In a folder the file itself becomes the object where the disk allows it.  In a bucket, a file too large
        for one request is refused where the key is taken *before* the upload: two uploads of one new key at the
        same time both succeed, which is harmless as long as a key is made from what is stored under it.
        """
        _check(key)
        size = source.stat().st_size
        try:
            if self._root is not None:
                self._publish(source, self._root / key)
            elif size <= _PART_BYTES:
                obstore.put(self._store, key, source, mode="create")
            elif self._has(key):
                raise ObjectExistsError(key)
            else:
                obstore.put(self._store, key, source, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
        except (AlreadyExistsError, FileExistsError) as error:
            raise ObjectExistsError(key) from error
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    def open_object(self, key: str) -> BinaryIO:
        """Open an object for reading here and there, as `zipfile` does."""
        return io.BufferedReader(_Reader(self._store, key, self.size(key)), _READ_AHEAD_BYTES)

    def stream(self, key: str, start: int, end: int, block: int = _MIB) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`.

        Each block is a request of its own, so a client that reads slowly holds no connection to the store.
        """
        _check(key)
        if not 0 <= start <= end:
            raise ValueError(f"{start} to {end} is no range of bytes.")
        return _blocks(self._store, key, start, end, block)

    @property
    def is_folder(self) -> bool:
        """Whether objects are files of this machine."""
        return self._root is not None

    def local_path(self, key: str) -> Path | None:
        """Return where the object lies as a file, or would lie; None in a bucket."""
        _check(key)
        return None if self._root is None else self._root / key

    def size(self, key: str) -> int:
        """Return the size of an object in bytes."""
        _check(key)
        with _reading(key):
            return obstore.head(self._store, key)["size"]

    def delete(self, key: str) -> None:
        """Delete an object; one that is missing is fine."""
        _check(key)
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield every object below the folder `prefix`, page by page, in no promised order."""
        if prefix:
            _check(prefix.removesuffix("/"))
        try:
            for page in obstore.list(self._store, prefix or None, chunk_size=1000):
                for found in page:
                    yield StoredObject(found["path"], found["size"], found["last_modified"])
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    def check(self) -> None:
        """Raise unless the store answers now, within about three seconds.

        A bucket is asked with one listing of nothing, which needs the right key, secret and bucket; a write at
        every probe would cost money and, in a versioned bucket, space.
        """
        if self._root is not None and not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            raise StorageUnavailableError(f"The storage folder {self._root} is missing or may not be written.")
        try:
            obstore.list_with_delimiter(self._probe, "readiness")
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    def _publish(self, source: Path, target: Path) -> None:
        """Give the file its name; when this returns or raises `FileExistsError`, the object is on the disk."""
        self._make(target.parent)
        try:
            _link_or_copy(source, target)
        finally:
            # Also when it was there already: whoever came first may not have got this far yet.
            _sync(target.parent)

    def _make(self, folder: Path) -> None:
        """Make a folder, if need be with those above it; when this returns, its name is on the disk."""
        if folder == self._root:
            return
        self._make(folder.parent)
        try:
            folder.mkdir()
        except FileExistsError:
            if folder in self._lasting:
                return
        # Also when it was there already: whoever made it may not have got this far yet.
        _sync(folder.parent)
        self._lasting.add(folder)

    def _has(self, key: str) -> bool:
        try:
            obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True


class _Reader(io.RawIOBase):
    """An object as a raw file: each read is a range request."""

    def __init__(self, store: LocalStore | S3Store, key: str, size: int) -> None:
        self._store = store
        self._key = key
        self._size = size
        self._position = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"There is nothing before the beginning ({base + offset}).")
        self._position = base + offset
        return self._position

    @override
    def tell(self) -> int:
        return self._position

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        end = min(self._position + len(view), self._size)
        if end <= self._position:
            return 0
        with _reading(self._key):
            data = obstore.get_range(self._store, self._key, start=self._position, end=end)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def _blocks(store: LocalStore | S3Store, key: str, start: int, end: int, block: int) -> Iterator[bytes]:
    while start < end:
        stop = min(start + block, end)
        with _reading(key):
            data = obstore.get_range(store, key, start=start, end=stop).to_bytes()
        if len(data) != stop - start:
            raise StorageUnavailableError(f"The object {key} ends before byte {stop}.")
        yield data
        start = stop


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise InvalidKeyError(key)


@contextmanager
def _reading(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissingError(key) from error
    except (BaseError, OSError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> StorageUnavailableError:
    # obstore appends the whole structure of its error below an empty line; the first line says it all.
    return StorageUnavailableError(f"The object storage failed: {str(error).partition(chr(10))[0]}")


def _s3_config(environ: Mapping[str, str]) -> "S3Config":
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if not environ.get(name):
            raise StorageUrlError(f"A storage URL s3://… needs the variable {name}.")
    config: S3Config = {
        "access_key_id": environ["AWS_ACCESS_KEY_ID"],
        "secret_access_key": environ["AWS_SECRET_ACCESS_KEY"],
        "region": environ.get("AWS_REGION") or "us-east-1",
    }
    if token := environ.get("AWS_SESSION_TOKEN"):
        config["session_token"] = token
    if endpoint := environ.get("AWS_ENDPOINT_URL"):
        if urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname:
            raise StorageUrlError(f"AWS_ENDPOINT_URL must be an http or https address, not {endpoint!r}.")
        config["endpoint"] = endpoint
        # obstore would let the process's own AWS_ENDPOINT_URL_S3 win over what is said here.
        config["aws_endpoint_url_s3"] = endpoint
    return config


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        source.chmod(_FILE_MODE)
        _sync(source)
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    # obstore's listings leave out names that end in # and digits: they are its own unfinished files.
    unfinished = target.with_name(f"{target.name}#{uuid4().int}")
    try:
        shutil.copyfile(source, unfinished)
        unfinished.chmod(_FILE_MODE)
        _sync(unfinished)
        try:
            target.hardlink_to(unfinished)
        except OSError as error:
            if error.errno not in _CANNOT_LINK:
                raise
            # A disk without hard links has no way to rename that minds what is there: look first.
            if target.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
            unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
