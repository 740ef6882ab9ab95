import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import PostgresServer
from tests.support.processes import PROJECT, ServerError, free_port, install, listens, wait_until
from tests.support.s3 import S3Server


def gone(port: int) -> bool:
    """Tell whether nobody listens any more, within a patience."""
    deadline = time.monotonic() + 15
    while listens(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def hold_and_wait(shared: Path, ports: "multiprocessing.queues.Queue[int]") -> None:
    ports.put(PostgresServer.start(shared).port)
    time.sleep(60)


class TestPostgres:
    def test_makes_copies_and_drops_databases(self, postgres_server: PostgresServer):
        first = postgres_server.create("first")
        with psycopg.connect(first) as connection:
            connection.execute('CREATE TABLE town (name text COLLATE "de-x-icu")')
            connection.execute("INSERT INTO town VALUES ('Mönchengladbach')")
            connection.execute("CREATE EXTENSION pg_trgm")
        connection = psycopg.connect(postgres_server.create('the "second"', template="first"))
        assert connection.execute("SELECT name FROM town").fetchone() == ("Mönchengladbach",)
        postgres_server.drop('the "second"')  # in use as it is
        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT 1")
        connection.close()
        postgres_server.drop("first")
        postgres_server.drop("first")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(first)

    def test_speaks_utf_8_everywhere_alike(self, postgres_server: PostgresServer):
        with psycopg.connect(postgres_server.url()) as connection:
            told = connection.execute(
                "SELECT current_setting('server_encoding'), current_setting('lc_collate')"
            ).fetchone()
        assert told == ("UTF8", "C.UTF-8")

    def test_is_shared_and_stops_with_the_last_user(self, tmp_path: Path):
        one = PostgresServer.start(tmp_path)
        other = PostgresServer.start(tmp_path)
        assert one.port == other.port
        one.stop()
        psycopg.connect(other.url()).close()
        other.stop()
        assert gone(other.port)
        again = PostgresServer.start(tmp_path)
        psycopg.connect(again.url()).close()
        again.stop()

    def test_stops_when_its_user_is_killed(self, tmp_path: Path):
        spawning = multiprocessing.get_context("spawn")
        ports = spawning.Queue()
        user = spawning.Process(target=hold_and_wait, args=(tmp_path, ports))
        user.start()
        port = ports.get(timeout=110)  # perhaps PostgreSQL is being installed
        assert listens(port)
        user.kill()
        user.join()
        assert gone(port)
        ports.close()

    def test_can_be_run_by_hand(self):
        port = free_port()
        command = [sys.executable, "-m", "tests.support.postgres", "--durable", "--port", str(port)]
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with psycopg.connect(url) as connection:
                assert connection.execute("SHOW fsync").fetchone() == ("on",)
                folder = Path(str((connection.execute("SHOW unix_socket_directories").fetchone() or [""])[0]))
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        assert gone(port)
        assert not folder.exists()


class TestS3:
    def test_is_shared_and_stops_with_the_last_user(self, tmp_path: Path):
        one = S3Server.start(tmp_path)
        other = S3Server.start(tmp_path)
        port = int(one.endpoint.rpartition(":")[2])
        assert one.environ == other.environ
        one.stop()
        assert other.make_bucket("anything") == "anything"
        other.stop()
        assert gone(port)


class TestProcesses:
    def test_a_server_that_ends_at_once_is_told_with_its_log(self, tmp_path: Path):
        log = tmp_path / "log"
        log.write_text("no such disk")
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
        with pytest.raises(ServerError, match=r"ended with 3(?s:.*)no such disk"):
            wait_until(lambda: False, process, log)

    def test_a_server_that_never_answers_is_given_up(self, tmp_path: Path):
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
            with pytest.raises(ServerError, match="did not answer"):
                wait_until(lambda: False, process, tmp_path / "log", seconds=0.1)
            process.kill()

    def test_what_cannot_be_installed_is_named(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(ServerError, match=r"need a-server.*apt-get install a-package"):
            install("a-server", "a-package", unless=lambda: False)
