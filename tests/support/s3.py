"""A real object store that speaks S3: OpenStack Swift with its s3api, thrown away afterwards.

`python -m tests.support.s3` starts one, prints what its clients have to set and stays until it is told to end.
"""

import argparse
import errno
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Self

import requests
from obstore import sign
from obstore.store import S3Store

from tests.support.processes import (
    PROJECT,
    Facts,
    Hold,
    ServerError,
    free_port,
    listens,
    scratch_folder,
    serve,
    stop,
    wait_until,
)

REGION = "us-east-1"
KEY = "registry:tests"


class S3Server:
    """A running server, perhaps used by others too."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self.endpoint = hold.facts["endpoint"]

    @classmethod
    def start(cls, shared: Path | None = None) -> Self:
        """Start a server, or join the one that others of this test run have started in the folder `shared`."""
        return cls(Hold.take("s3", shared))

    @property
    def environ(self) -> Mapping[str, str]:
        """What a client of the server finds in its environment."""
        return _environ(self._hold.facts)

    def make_bucket(self, name: str) -> str:
        """Make a bucket, or find it made; return its name."""
        environ = self.environ
        store = S3Store(
            name,
            access_key_id=environ["AWS_ACCESS_KEY_ID"],
            secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
            region=REGION,
            endpoint=self.endpoint,
            client_options={"allow_http": True},
        )
        # obstore makes no buckets, but it signs any address: the one of the empty key is the bucket's own.
        address = sign(store, "PUT", "", expires_in=timedelta(minutes=1))
        answer = requests.put(address, timeout=30)
        if answer.status_code not in {200, 409}:  # 409: it is ours already
            raise ServerError(f"The bucket {name} could not be made: {answer.text}")
        return name

    def url(self, bucket: str, prefix: str = "") -> str:
        """Return the address of a bucket, or of a part of it."""
        return f"s3://{bucket}/{prefix}".removesuffix("/")

    def stop(self) -> None:
        """Let go of the server: it stops when nobody else uses it."""
        self._hold.release()


def _environ(facts: Facts) -> Mapping[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": facts["secret"],
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": facts["endpoint"],
    }


@contextmanager
def run(port: int | None = None) -> Iterator[Facts]:
    """Run a server in a new folder for as long as the block lasts."""
    port = port or free_port()
    secret = secrets.token_hex(16)
    with scratch_folder("efa-swift-", _folder_with_attributes()) as folder, (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.swift", str(folder), str(port), KEY, secret],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until(partial(listens, port), server, folder / "log")
            yield {"endpoint": f"http://127.0.0.1:{port}", "secret": secret}
        finally:
            stop(server)


def _folder_with_attributes() -> Path:
    """Return a folder for temporary files with extended attributes, in which Swift keeps its metadata."""
    tried = [Path(tempfile.gettempdir()), Path("/var/tmp"), PROJECT / "var"]  # noqa: S108 - only to make private folders in
    for folder in tried:
        if folder.is_dir() and _keeps_attributes(folder):
            return folder
    places = ", ".join(str(folder) for folder in tried)
    raise ServerError(
        f"The S3 server needs a file system with extended attributes (user.*); none of {places} has them."
        " Set TMPDIR to a folder on ext4, xfs or btrfs."
    )


def _keeps_attributes(folder: Path) -> bool:
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            # Swift writes up to 64 KiB in pieces; ext4 takes nearly 4.
            os.setxattr(probe.fileno(), "user.swift.metadata", b"x" * 1024)
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.EPERM, errno.EACCES, errno.ENOSPC, errno.EROFS}:
            return False
        raise
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.s3", description=__doc__)
    parser.add_argument("--port", type=int, help="listen here instead of on a free port")
    parser.add_argument("--guard", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    serve(
        "s3",
        partial(run, chosen.port),
        chosen.guard,
        lambda facts: "\n".join(f"{name}={value}" for name, value in _environ(facts).items()),
    )


if __name__ == "__main__":
    main()
