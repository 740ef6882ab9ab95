"""Many clients at once, on two web processes and two workers over one PostgreSQL and one object store."""

import base64
import hashlib
import json
import subprocess
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import func, select

from registry.accounts import service as accounts
from registry.authz.actor import ROLE_SCOPES, Role
from registry.catalogue.models import Service
from registry.journal.models import Entry
from registry.releases.models import Release
from tests import packages
from tests.cast import OPERATOR, SERVICE
from tests.whole.running import Answer, Node, Registry, ask, at_once, make_service

pytestmark = pytest.mark.long


@dataclass
class Nodes:
    """Two web processes, and who asks them."""

    registry: Registry
    one: Node
    other: Node
    publisher: str
    workers: list[subprocess.Popen[bytes]]

    def by_turns(self, number: int) -> Node:
        return (self.one, self.other)[number % 2]

    def stored(self) -> set[str]:
        """Name the objects in the store."""
        with self.registry.opened() as resources:
            return {stored.key for stored in resources.storage.list()}

    def count(self, slug: str, version: str) -> tuple[int, int]:
        """Count the rows of a version, and the journal's entries about it."""
        with self.registry.opened() as resources, resources.database.reading() as session:
            of_it = (Service.slug == slug, Release.version == version)
            rows = session.scalar(select(func.count()).select_from(Release).join(Release.service).where(*of_it))
            subject = f"release:{slug}/{version}"
            entries = session.scalar(select(func.count()).select_from(Entry).where(Entry.subject == subject))
        return rows or 0, entries or 0


@pytest.fixture(scope="module")
def running(shared_cluster: Registry) -> Nodes:
    workers = [shared_cluster.worker() for _ in range(2)]
    token = shared_cluster.token("moenchengladbach")
    return Nodes(shared_cluster, shared_cluster.web(), shared_cluster.web(), token, workers)


@pytest.fixture
def nodes(running: Nodes) -> Iterator[Nodes]:
    """All processes, which must have got on well with each other in the end."""
    yield running
    assert [worker.poll() for worker in running.workers] == [None, None]
    for node in (running.one, running.other):
        assert "Traceback" not in node.told
        assert "deadlock" not in node.told


@pytest.fixture
def slug(nodes: Nodes) -> str:
    """A service of the test's own."""
    return make_service(nodes.one, nodes.publisher, f"dienst-{uuid.uuid4().hex[:8]}")


def test_what_one_takes_in_the_other_gives_out(nodes: Nodes, slug: str):
    content = packages.package()
    made = nodes.one.publish(slug, "1.0.0", content, token=nodes.publisher)
    assert made.status == 201
    read = nodes.other.ask("GET", f"/services/{slug}/releases/latest")
    assert read.headers["etag"] == made.headers["etag"]
    got = nodes.other.ask("GET", f"/services/{slug}/releases/1.0.0/package")
    digest = hashlib.sha256(content)
    assert got.body == content
    assert got.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert got.headers["etag"] == f'"{digest.hexdigest()}"'
    part = nodes.other.ask("GET", f"/services/{slug}/releases/1.0.0/package", headers={"Range": "bytes=5-9"})
    assert (part.status, part.body) == (206, content[5:10])
    name = nodes.other.ask("GET", f"/services/{slug}/releases/1.0.0/files/README.md")
    assert name.body == b"# Wunschkennzeichen\n"


def test_of_twelve_who_publish_the_same_version_one_wins(nodes: Nodes, slug: str):
    before = nodes.stored()

    def publish(number: int) -> Answer:
        content = packages.package({f"{number}.txt": "who was it"})
        return nodes.by_turns(number).publish(slug, "1.0.0", content, token=nodes.publisher)

    answers = at_once(*(partial(publish, number) for number in range(12)))
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 11}
    (won,) = (number for number, answer in enumerate(answers) if answer.status == 201)
    files = nodes.other.ask("GET", f"/services/{slug}/releases/1.0.0/files").json["items"]
    assert f"{won}.txt" in {file["path"] for file in files}
    assert nodes.count(slug, "1.0.0") == (1, 1)
    assert len(nodes.stored() - before) == 1
    assert {answer.json["type"] for answer in answers if answer.status == 409} == {"/problems/version-exists"}


def test_twelve_with_one_key_publish_once_and_hear_the_same(nodes: Nodes, slug: str):
    content = packages.package()
    before = nodes.stored()

    def publish(number: int) -> Answer:
        said = {"Idempotency-Key": "the same"}
        return nodes.by_turns(number).publish(slug, "1.0.0", content, token=nodes.publisher, headers=said)

    answers = at_once(*(partial(publish, number) for number in range(12)))
    assert {answer.status for answer in answers} == {201}
    assert len({(answer.body, answer.headers["etag"], answer.headers["location"]) for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 11
    assert nodes.count(slug, "1.0.0") == (1, 1)
    assert len(nodes.stored() - before) == 1
    other = packages.package({"other.txt": "something else"})
    said = {"Idempotency-Key": "the same"}
    assert nodes.other.publish(slug, "1.0.0", other, token=nodes.publisher, headers=said).status == 422


def test_twelve_with_one_key_create_one_service(nodes: Nodes, slug: str):
    given = {**SERVICE, "slug": f"{slug}-neu"}

    def create(number: int) -> Answer:
        said = {"Idempotency-Key": "a service"}
        return nodes.by_turns(number).ask("POST", "/services", given, token=nodes.publisher, headers=said)

    answers = at_once(*(partial(create, number) for number in range(12)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1


def test_of_twelve_who_change_the_same_state_one_succeeds(nodes: Nodes, slug: str):
    path = f"/services/{slug}"
    for turn in range(3):
        etag = nodes.one.ask("GET", path, token=nodes.publisher).headers["etag"]

        def change(number: int, etag: str = etag, turn: int = turn) -> Answer:
            said = {"summary": {"de": f"Fassung {turn} von {number}"}}
            return nodes.by_turns(number).ask("PATCH", path, said, token=nodes.publisher, headers={"If-Match": etag})

        answers = at_once(*(partial(change, number) for number in range(12)))
        assert Counter(answer.status for answer in answers) == {200: 1, 412: 11}
        (won,) = (number for number, answer in enumerate(answers) if answer.status == 200)
        now = nodes.other.ask("GET", path, token=nodes.publisher)
        assert now.json["summary"]["de"] == f"Fassung {turn} von {won}"
        assert now.headers["etag"] == answers[won].headers["etag"] != etag


def test_reports_and_changes_of_adoptions_get_along(nodes: Nodes, slug: str):
    for version in ("1.0.0", "1.1.0"):
        assert nodes.one.publish(slug, version, packages.package(), token=nodes.publisher).status == 201
    tokens = {name: nodes.registry.token(name) for name in ("wiesbaden", "mainz", "rechenzentrum")}
    adoption = f"/services/{slug}/adoptions"
    for name in ("wiesbaden", "mainz"):
        given = {"status": "planned"}
        assert nodes.one.ask("PUT", f"{adoption}/{name}", given, token=tokens[name]).status == 201
    # Mainz's provider acts for it at the same time.
    actors = [("wiesbaden", "wiesbaden"), ("mainz", "mainz"), ("mainz", "rechenzentrum")]

    def report(number: int) -> list[Answer]:
        whose, who = actors[number % 3]
        given = {
            "version": ("1.0.0", "1.1.0")[number % 2],
            "environment": ("production", "staging", "test")[number % 3],
            "status": "rolled_out",
            "occurred_at": f"2026-11-{number + 1:02}T10:00:00Z",
        }
        path = f"{adoption}/{whose}/deployments"
        return [nodes.by_turns(number).ask("POST", path, given, token=tokens[who]) for _ in range(4)]

    def change(number: int) -> list[Answer]:
        whose, who = actors[number % 3]
        said = {"If-Match": "*"}
        given = {"note": {"de": f"Notiz {number}"}}
        path = f"{adoption}/{whose}"
        node = nodes.by_turns(number + 1)
        return [node.ask("PUT", path, given, token=tokens[who], headers=said) for _ in range(4)]

    def publish(number: int) -> list[Answer]:
        node = nodes.by_turns(number)
        return [node.publish(slug, f"2.{number}.0", packages.package(), token=nodes.publisher)]

    acts: list[Callable[[], list[Answer]]] = []
    for number in range(6):
        acts += [partial(report, number), partial(change, number), partial(publish, number)]
    answers = [answer for several in at_once(*acts) for answer in several]
    assert {answer.status for answer in answers} <= {200, 201}, Counter(answer.status for answer in answers)
    for name in ("wiesbaden", "mainz"):
        history = nodes.other.ask("GET", f"{adoption}/{name}/deployments?limit=200").json
        assert history["total"] == (8 if name == "wiesbaden" else 16)
    # Mainz reported tests only.
    assert nodes.other.ask("GET", f"/services/{slug}").json["adoption_counts"]["live"] == 1


def test_serials_of_changes_are_told_in_order_while_many_write(nodes: Nodes, slug: str):
    ended = threading.Event()
    followed: list[int] = []
    begin = 0
    while told := nodes.one.ask("GET", f"/changes?since={begin}&limit=200").json["items"]:
        begin = told[-1]["serial"]

    def follow() -> None:
        since = begin
        while True:
            last = ended.is_set()
            told = nodes.other.ask("GET", f"/changes?since={since}&limit=7").json["items"]
            followed.extend(change["serial"] for change in told)
            since = followed[-1] if followed else begin
            if last and not told:
                return

    follower = threading.Thread(target=follow)
    follower.start()

    def publish(number: int) -> list[int]:
        node = nodes.by_turns(number)
        return [
            node.publish(slug, f"{number}.{minor}.0", packages.package(), token=nodes.publisher).status
            for minor in range(1, 6)
        ]

    try:
        made = at_once(*(partial(publish, number) for number in range(6)))
    finally:
        ended.set()
        follower.join()
    assert {status for statuses in made for status in statuses} == {201}
    everything = nodes.one.ask("GET", f"/changes?since={begin}&limit=200").json["items"]
    # Who follows the serials misses none, though transactions end in another order than they began.
    assert followed == [change["serial"] for change in everything] == sorted(set(followed))
    assert sum(change["type"].endswith("release.published") for change in everything) == 30


def test_a_token_that_is_revoked_on_one_is_refused_on_the_other_at_once(nodes: Nodes):
    with nodes.registry.opened() as resources, resources.database.transaction() as session:
        client, secret = accounts.create_client(
            session, OPERATOR, "kiel", name="revoked", scopes=ROLE_SCOPES[Role.OWNER], expires_at=None
        )
        identifier = client.client_id
    basic = "Basic " + base64.b64encode(f"{identifier}:{secret}".encode()).decode()
    said = {"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"}
    for turn in range(10):
        here, there = nodes.by_turns(turn), nodes.by_turns(turn + 1)
        got = ask(here.port, "POST", "/oauth/token", b"grant_type=client_credentials", headers=said)
        assert got.status == 200, got
        token = got.json["access_token"]
        # Twice, should it be remembered.
        assert [there.ask("GET", "/organisations/kiel/members", token=token).status for _ in range(2)] == [200, 200]
        ended = ask(here.port, "POST", "/oauth/revoke", f"token={token}".encode(), headers=said)
        assert ended.status == 200
        for node in (there, here):
            refused = node.ask("GET", "/organisations/kiel/members", token=token)
            assert refused.status == 401
            assert "invalid_token" in refused.headers["www-authenticate"]


@pytest.mark.long
def test_what_one_publishes_the_other_finds_at_once(nodes: Nodes):
    consonants = "bdfgklmnprst"
    there_already = nodes.one.ask("GET", "/services").json["total"]
    for turn in range(50):
        here, there = nodes.by_turns(turn), nodes.by_turns(turn + 1)
        word = "".join(
            consonants[digit] + vowel for digit, vowel in zip((turn // 12, turn % 12, turn % 7), "aou", strict=True)
        )
        slug = f"suche-{turn}"
        # Both remember by now that the word finds nothing.
        before = [node.ask("GET", f"/services?q={word}").json["items"] for node in (here, there)]
        assert slug not in json.dumps(before)
        name = {"de": f"{word.capitalize()}anmeldung {word}"}
        make_service(here, nodes.publisher, slug, name=name)
        assert here.publish(slug, "1.0.0", packages.package(), token=nodes.publisher).status == 201
        for node in (there, here):
            found = node.ask("GET", f"/services?q={word}").json
            assert slug in {service["slug"] for service in found["items"]}, (turn, word)
            listed = node.ask("GET", "/services?limit=200").json
            assert listed["total"] == there_already + turn + 1
            assert sum(facet["count"] for facet in listed["facets"]["topic"]) == listed["total"]
