"""The one process that is a whole registry, and what slow or patient clients do to the others."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

import pytest
from playwright.sync_api import expect

from tests import packages
from tests.support.processes import free_port
from tests.whole.running import BIN, Node, Registry, ask, at_once, large_package, make_service, memory

LARGE = 40_000_000
PACKAGE = "/api/v1/services/wunschkennzeichen/releases/1.0.0/package"


@contextmanager
def slow_reader(node: Node, *headers: str) -> Iterator[socket.socket]:
    """One who asks for the package and reads next to nothing of it."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", node.port))
        said = "".join(f"{line}\r\n" for line in (f"GET {PACKAGE} HTTP/1.1", "Host: localhost", *headers, ""))
        connection.sendall(said.encode())
        yield connection


def quickest(node: Node, path: str = "/services", times: int = 5) -> float:
    """Ask some times; return how long the slowest took."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        assert node.ask("GET", path, timeout=10).status == 200
        took.append(time.monotonic() - began)
    return max(took)


class TestServe:
    def test_needs_no_other_process_and_little_memory(self, embedded: Registry):
        began = time.monotonic()
        node = embedded.serve()
        took = time.monotonic() - began
        assert took < 15  # alone on the machine it is about 1 s
        children = subprocess.run(["ps", "--ppid", str(node.process.pid)], capture_output=True, text=True, check=False)
        assert children.stdout.count("\n") == 1, children.stdout
        resident = memory(node.process.pid)
        print(f"ready after {took:.1f} s, {resident / 2**20:.0f} MiB resident")  # noqa: T201 - shown by pytest -rP
        assert resident <= 200 * 2**20
        answer = node.ask("GET", "/services")
        assert (answer.status, answer.json["total"]) == (200, 0)
        # Passkeys and the links of mails are bound to this address.
        described = ask(node.port, "GET", "/.well-known/oauth-authorization-server").json
        assert described["issuer"] == f"http://localhost:{node.port}"
        assert node.stop() < 8
        assert node.process.returncode == 0

    def test_refuses_unread_what_is_too_large_and_tells_people_by_a_page(self, embedded: Registry):
        node = embedded.serve()
        for accepted, kind in (("text/html,*/*", "text/html; charset=utf-8"), ("*/*", "application/problem+json")):
            asked = f"POST / HTTP/1.1\r\nHost: localhost\r\nAccept: {accepted}\r\nContent-Length: 999999999\r\n\r\n"
            with socket.create_connection(("127.0.0.1", node.port), timeout=10) as sender:
                sender.sendall(asked.encode())
                answer = b"".join(iter(lambda: sender.recv(65536), b"")).decode()
            assert answer.startswith("HTTP/1.1 413 ")
            assert f"Content-Type: {kind}" in answer
            assert "was not read" in answer
            assert ("höchstens 100 MB" in answer) == ("html" in kind)
        assert "Traceback" not in node.told

    def test_lets_the_page_itself_refuse_a_package_that_is_too_large(self, browser, tmp_path):
        environ = {"REGISTRY_DATA_DIR": str(tmp_path), "REGISTRY_MAX_PACKAGE_MB": "2"}
        with closing(Registry(environ, tmp_path)) as registry:
            node = registry.serve(None, "--demo")
            with browser.new_context(base_url=f"http://localhost:{node.port}", java_script_enabled=False) as context:
                page = context.new_page()
                page.goto("/sign-in")
                page.locator("button[value=moenchengladbach-publisher]").click()
                page.goto("/services/passierschein-a38/publish")
                large = {"name": "large.zip", "mimeType": "application/zip", "buffer": b"x" * 7_500_000}
                page.locator("#package").set_input_files(large)
                page.locator("button[value=check]").click()
                expect(page.locator("#package-fault")).to_be_visible()

    def test_says_that_a_port_is_taken(self, embedded: Registry):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            done = embedded.run("serve", "--port", port)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert f"127.0.0.1:{port}" in done.stderr
        assert "--port" in done.stderr

    def test_says_that_an_address_is_not_ours(self, embedded: Registry):
        done = embedded.run("serve", "--host", "192.0.2.1", "--port", str(free_port()))
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "192.0.2.1" in done.stderr

    def test_refuses_a_database_that_is_not_up_to_date(self, embedded: Registry):
        (embedded.folder / "data" / "registry.db").unlink()
        done = embedded.run("serve", "--port", str(free_port()))
        assert done.returncode == 1
        assert done.stderr == "The database is not up to date; run: efa-registry db upgrade\n"


@pytest.mark.long
class TestOthersDoNotSuffer:
    @pytest.fixture
    def node(self, embedded: Registry) -> Node:
        node = embedded.serve()
        token = embedded.token("moenchengladbach")
        make_service(node, token)
        assert node.publish("wunschkennzeichen", "1.0.0", large_package(LARGE), token=token).status == 201
        return node

    def test_when_twelve_download_slowly(self, node: Node):
        with ExitStack() as readers:
            connections = [readers.enter_context(slow_reader(node)) for _ in range(12)]
            for connection in connections:
                assert connection.recv(15) == b"HTTP/1.1 200 OK"
            assert quickest(node) < 2
            resident = memory(node.process.pid)
            assert resident <= 250 * 2**20
            whole = node.ask("GET", PACKAGE.removeprefix("/api/v1"))
            assert (whole.status, len(whole.body)) == (200, int(whole.headers["content-length"]))

    def test_when_twelve_download_a_part_slowly(self, node: Node):
        with ExitStack() as readers:
            connections = [readers.enter_context(slow_reader(node, "Range: bytes=1-")) for _ in range(12)]
            for connection in connections:
                assert connection.recv(12) == b"HTTP/1.1 206"
            assert quickest(node) < 2
            assert memory(node.process.pid) <= 300 * 2**20

    def test_when_thirty_wait_for_news(self, node: Node):
        last = node.ask("GET", "/changes?limit=200").json["items"][-1]["serial"]
        waiting = [
            threading.Thread(target=partial(node.ask, "GET", f"/changes?since={last}&wait=6"), daemon=True)
            for _ in range(30)
        ]
        for thread in waiting:
            thread.start()
        time.sleep(0.5)
        assert quickest(node, times=20) < 2
        for thread in waiting:
            thread.join(30)
            assert not thread.is_alive()

    def test_when_one_sends_slowly(self, node: Node):
        with ExitStack() as senders:
            for _ in range(12):
                sender = senders.enter_context(socket.create_connection(("127.0.0.1", node.port)))
                sender.sendall(b"POST /api/v1/services HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
            assert quickest(node) < 2


@pytest.mark.long
def test_many_publish_while_others_read(embedded: Registry):
    node = embedded.serve()
    tokens = {name: embedded.token(name) for name in ("moenchengladbach", "wiesbaden", "mainz", "kiel")}
    for name, token in tokens.items():
        make_service(node, token, f"dienst-{name}")
    ended = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not ended.is_set():
            seen.append(node.ask("GET", "/services?q=Kennzeichen").status)
            seen.append(node.ask("GET", "/changes?limit=5").status)

    def publish(name: str) -> list[int]:
        return [
            node.publish(f"dienst-{name}", f"1.{number}.0", packages.package(), token=tokens[name]).status
            for number in range(15)
        ]

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        made = at_once(*(partial(publish, name) for name in tokens))
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert [status for statuses in made for status in statuses] == [201] * 60
    assert set(seen) == {200}
    assert node.stop() < 8
    verified = subprocess.run(
        [BIN / "efa-registry", "storage", "verify"],
        env={"REGISTRY_DATA_DIR": embedded.environ["REGISTRY_DATA_DIR"], "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stdout) == (0, "0 missing, 0 damaged, 0 orphan\n")
