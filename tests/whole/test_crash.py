"""What is left when a process is killed or asked to end, whatever it was doing."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from registry.authz.actor import operator
from registry.kit import clock
from registry.releases import service as releases
from tests import packages
from tests.whole.running import Node, Registry, form, large_package, make_service

SLUG = "wunschkennzeichen"
RELEASES = f"/services/{SLUG}/releases"


def publish_until_killed(node: Node, token: str, versions: list[str], content: bytes, after: float) -> set[str]:
    """Publish versions from three threads, kill the server meanwhile; return those that were answered with 201."""
    answered: set[str] = set()
    queue = list(versions)

    def run() -> None:
        while queue:
            version = queue.pop()
            try:
                answer = node.publish(SLUG, version, content, token=token)
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 201, answer
            answered.add(version)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(after)
    node.kill()
    for thread in threads:
        thread.join()
    return answered


def nothing_is_half(registry: Registry, node: Node, token: str, content: bytes, answered: set[str]) -> None:
    """Check all that a reader may see."""
    # With a token: killed before the first release was made, the service is still a draft.
    listed = node.ask("GET", f"{RELEASES}?limit=200", token=token).json["items"]
    there = {release["version"] for release in listed}
    assert answered <= there
    told = [change["data"] for change in node.ask("GET", "/changes?limit=200").json["items"]]
    for version in there:
        assert [data["version"] for data in told if data.get("version") == version] == [version]
    for version in sorted(there - answered) or sorted(there)[:1]:
        assert node.ask("GET", f"{RELEASES}/{version}/package").body == content
        assert node.ask("GET", f"{RELEASES}/{version}/inspection").json["ok"] is True
        assert node.ask("GET", f"{RELEASES}/{version}/files").json["total"] == 5
    verified = registry.run("storage", "verify")
    assert verified.returncode == 0, verified
    assert "0 missing, 0 damaged" in verified.stdout


def kill_again_and_again(
    registry: Registry, start: Callable[[], Node], rounds: int, longest: float, seed: int = 4
) -> set[str]:
    random = Random(seed)
    content = large_package(300_000)
    answered: set[str] = set()
    node = start()
    token = registry.token("moenchengladbach")
    make_service(node, token)
    for number in range(rounds):
        versions = [f"{number + 1}.{minor}.0" for minor in range(8)]
        answered |= publish_until_killed(node, token, versions, content, random.uniform(0.0, longest))
        node = start()
        nothing_is_half(registry, node, token, content, answered)
    # What was not answered may be sent again: it is made, or it was made before.
    status = node.publish(SLUG, f"{rounds}.7.0", content, token=token).status
    assert status in {201, 409}
    node.stop()
    return answered


class TestKilled:
    @pytest.mark.long
    def test_leaves_nothing_half(self, embedded: Registry):
        kill_again_and_again(embedded, embedded.serve, 1, 0.3)

    @pytest.mark.long
    @pytest.mark.timeout(400)
    @pytest.mark.parametrize("seed", [1, 2])
    def test_leaves_nothing_half_again_and_again(self, embedded: Registry, seed: int):
        assert kill_again_and_again(embedded, embedded.serve, 12, 1.2, seed)

    @pytest.mark.long
    @pytest.mark.timeout(400)
    def test_leaves_nothing_half_on_postgresql_and_s3(self, cluster: Registry):
        assert kill_again_and_again(cluster, cluster.web, 8, 2.0)

    @pytest.mark.long
    def test_another_node_goes_on(self, cluster: Registry):
        one, other = cluster.web(), cluster.web()
        token = cluster.token("moenchengladbach")
        make_service(one, token)
        content = large_package(300_000)
        answered = publish_until_killed(one, token, [f"1.{minor}.0" for minor in range(9)], content, 0.4)
        # No lock of the one that was killed is in the way of the other.
        began = time.monotonic()
        assert other.publish(SLUG, "2.0.0", content, token=token).status == 201
        assert time.monotonic() - began < 8
        nothing_is_half(cluster, other, token, content, answered | {"2.0.0"})


class TestLeftovers:
    @pytest.mark.long
    def test_are_reported_and_swept_when_they_are_old(self, embedded: Registry):
        data = Path(embedded.environ["REGISTRY_DATA_DIR"])
        (data / "incoming").mkdir()
        (data / "incoming" / "upload-torn").write_bytes(b"half of a package")
        (data / "packages" / "ab").mkdir(parents=True)
        old, young = (data / "packages" / "ab" / name for name in ("old.zip", "young.zip"))
        for path in (old, young):
            path.write_bytes(b"never named")
        a_day_and_more = clock.now().timestamp() - releases.ORPHAN_AGE.total_seconds() - 60
        os.utime(old, (a_day_and_more, a_day_and_more))
        node = embedded.serve()
        token = embedded.token("moenchengladbach")
        make_service(node, token)
        assert node.publish(SLUG, "1.0.0", packages.package(), token=token).status == 201
        assert node.stop() < 8
        verified = embedded.run("storage", "verify")
        assert (verified.returncode, verified.stdout.count("orphan: ")) == (0, 2)
        with embedded.opened() as resources, resources.database.reading() as session:
            swept = releases.sweep(session, operator("test"), resources.storage)
        assert swept == ["ab/old.zip"]
        assert young.exists()
        verified = embedded.run("storage", "verify")
        assert (verified.returncode, verified.stdout.count("orphan: ")) == (0, 1)


class TestAskedToEnd:
    def test_finishes_what_runs(self, embedded: Registry):
        node = embedded.serve()
        answers: list[int] = []
        waiting = threading.Thread(
            target=lambda: answers.append(node.ask("GET", "/changes?since=1000000&wait=2").status)
        )
        waiting.start()
        time.sleep(0.5)
        took = node.stop()
        waiting.join()
        assert answers == [200]
        assert 1 < took < 8
        assert node.process.returncode == 0

    @pytest.mark.long
    def test_finishes_an_upload_that_arrives_in_time(self, embedded: Registry):
        node = embedded.serve()
        token = embedded.token("moenchengladbach")
        make_service(node, token)
        content = large_package(1_000_000)
        body, kind = form({"version": "1.0.0"}, content)
        with socket.create_connection(("127.0.0.1", node.port)) as connection:
            head = (
                f"POST /api/v1{RELEASES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(head.encode())
            began = 0.0
            for number in range(0, len(body), 100_000):
                connection.sendall(body[number : number + 100_000])
                if number == 200_000:
                    node.process.send_signal(signal.SIGTERM)
                    began = time.monotonic()
                time.sleep(0.2)
            connection.settimeout(10)
            assert connection.recv(12) == b"HTTP/1.1 201"
            node.process.wait(10)
        assert time.monotonic() - began < 8
        node = embedded.serve()
        assert node.ask("GET", f"{RELEASES}/1.0.0/package").body == content

    @pytest.mark.long
    def test_leaves_nothing_of_an_upload_that_takes_too_long(self, embedded: Registry):
        node = embedded.serve()
        token = embedded.token("moenchengladbach")
        make_service(node, token)
        with socket.create_connection(("127.0.0.1", node.port)) as connection:
            head = (
                f"POST /api/v1{RELEASES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n--x\r\n"
            )
            connection.sendall(head.encode())
            time.sleep(0.5)
            assert node.stop() < 8
        assert node.process.returncode == 0
        data = Path(embedded.environ["REGISTRY_DATA_DIR"])
        assert not [path for path in (data / "incoming").glob("*") if path.is_file()]
        node = embedded.serve()
        assert node.ask("GET", RELEASES, token=token).json["total"] == 0

    @pytest.mark.long
    def test_finishes_a_download_that_is_read_in_time(self, embedded: Registry):
        node = embedded.serve()
        token = embedded.token("moenchengladbach")
        make_service(node, token)
        content = large_package(20_000_000)
        node.publish(SLUG, "1.0.0", content, token=token)
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
        connection.request("GET", f"/api/v1{RELEASES}/1.0.0/package")
        answer = connection.getresponse()
        got = [answer.read(100_000)]
        node.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        while block := answer.read(400_000):
            got.append(block)
            time.sleep(0.05)
        connection.close()
        node.process.wait(10)
        assert time.monotonic() - began < 8
        assert b"".join(got) == content

    @pytest.mark.long
    def test_does_not_wait_for_one_who_does_not_read(self, embedded: Registry):
        node = embedded.serve()
        token = embedded.token("moenchengladbach")
        make_service(node, token)
        node.publish(SLUG, "1.0.0", large_package(20_000_000), token=token)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", node.port))
            connection.sendall(f"GET /api/v1{RELEASES}/1.0.0/package HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert connection.recv(12) == b"HTTP/1.1 200"
            assert node.stop() < 8
        assert node.process.returncode == 0

    @pytest.mark.long
    def test_a_web_process_and_a_worker_end_in_time(self, cluster: Registry):
        node, worker = cluster.web(), cluster.worker()
        waiting = threading.Thread(target=lambda: node.ask("GET", "/changes?since=1000000&wait=6"))
        waiting.start()
        time.sleep(4)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert node.stop() < 8
        assert worker.wait(8) == 0
        assert time.monotonic() - began < 8
        waiting.join()
