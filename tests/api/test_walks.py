"""Each list is paged through while others create, change and take away: what was there all along is told once."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from registry.accounts import service as accounts
from registry.authz.actor import Role
from tests.api.asking import ADOPTER, ANYHOW, OWNER, PUBLISHER, good, refused
from tests.cast import OPERATOR

TOWNS = ("aachen", "bonn", "celle", "dessau", "emden")
ADOPTIONS = "/services/dienst-0/adoptions"


@dataclass
class Doing:
    """What others do meanwhile, a little at each call."""

    call: Callable[..., Any]
    publish: Callable[..., Any]
    offer: Callable[..., None]
    write: Callable[[Callable[[Any], object]], None]
    turn: int = 0

    def patch(self, path: str, who: str, **said: Any) -> None:
        good(self.call("PATCH", path, said, who=who, headers=ANYHOW))

    def put(self, path: str, who: str, **said: Any) -> None:
        assert self.call("PUT", path, said, who=who, headers=ANYHOW).status_code == 200

    def report(self, **said: Any) -> None:
        given = {"version": "1.0.0", "environment": "test", "status": "rolled_out", **said}
        good(self.call("POST", f"{ADOPTIONS}/wiesbaden/deployments", given, who=ADOPTER), 201)


def services_change(do: Doing) -> None:
    """All services are renamed, found better or worse, adopted and released, and new ones come."""
    for number in range(6):
        letter = "Zyxabc"[(number + do.turn) % 6]
        words = {"de": f"{letter} Dienst" if (number + do.turn) % 2 else f"{letter} anders"}
        do.patch(f"/services/dienst-{number}", PUBLISHER, name=words, summary={"de": "Ein Dienst"})
    do.offer(f"neu-{do.turn}", name={"de": f"{'AZ'[do.turn % 2]} Dienst neu"})
    slug = f"dienst-{5 - do.turn}"
    good(do.call("PUT", f"/services/{slug}/adoptions/kiel", {"status": "planned"}, who="kiel-owner"), 201)
    if do.turn:
        do.put(f"/services/dienst-{6 - do.turn}/adoptions/kiel", "kiel-owner", status="declined")
    good(do.publish(slug, "7.0.0"), 201)


def organisations_change(do: Doing) -> None:
    for number, slug in enumerate(TOWNS):
        do.patch(f"/organisations/{slug}", "operator", name=f"{'ZMAzb'[(number + do.turn) % 5]}-{slug}")
    said = {"slug": f"neu-{do.turn}", "name": f"{'AZ'[do.turn % 2]} neu", "kind": "association"}
    good(do.call("POST", "/organisations", said, who="operator"), 201)


def adoptions_change(do: Doing) -> None:
    for path in (f"{ADOPTIONS}/wiesbaden", "/services/dienst-2/adoptions/wiesbaden"):
        do.put(path, ADOPTER, note={"de": f"{do.turn}"})
    do.put("/services/dienst-3/adoptions/wiesbaden", ADOPTER, status=("evaluating", "planned", "declined")[do.turn])
    said = {"status": "planned"}
    good(do.call("PUT", f"/services/dienst-{3 + do.turn}/adoptions/mainz", said, who="mainz-adopter"), 201)
    do.put(f"{ADOPTIONS}/mainz", "mainz-adopter", visibility="members")
    do.put("/services/dienst-1/adoptions/wiesbaden", ADOPTER, visibility="members")


def releases_change(do: Doing) -> None:
    for version in (f"0.{do.turn}.1", f"1.{do.turn}.1", f"9.{do.turn}.0"):
        good(do.publish("dienst-0", version), 201)
    verb = ("yank", "unyank")[do.turn % 2]
    for version in ("1.0.0", "1.2.0", "1.4.0"):
        path = f"/services/dienst-0/releases/{version}"
        good(do.call("POST", f"{path}/{verb}", {"reason": {"de": "x"}}, who=PUBLISHER))
        do.patch(path, PUBLISHER, changelog={"de": f"{do.turn}"})


def fleet_changes(do: Doing) -> None:
    version = ("1.1.0", "1.2.0", "1.3.0")[do.turn]
    for who in (ADOPTER, "mainz-adopter", "kiel-owner"):
        path = f"{ADOPTIONS}/{who.partition('-')[0]}/deployments"
        said = {"version": version, "environment": "production", "status": "rolled_out"}
        good(do.call("POST", path, said, who=who), 201)


def reports_come(do: Doing) -> None:
    for day in (f"2026-01-0{do.turn + 1}", f"2026-05-0{do.turn + 1}", f"2026-09-0{do.turn + 1}"):
        do.report(occurred_at=f"{day}T09:00:00Z")


def people_come(do: Doing) -> None:
    email = f"{'az'[do.turn % 2]}{do.turn}@mg.example"
    do.write(lambda writing: accounts.add_member(writing, OPERATOR, "moenchengladbach", email=email, role=Role.VIEWER))


def mandates_come(do: Doing) -> None:
    def give(writing: Any) -> None:
        slug = f"{'az'[do.turn % 2]}-it-{do.turn}"
        accounts.onboard(writing, OPERATOR, slug=slug, name=slug, kind="provider")
        accounts.give_mandate(writing, OPERATOR, slug, "wiesbaden")

    do.write(give)
    if do.turn == 0:
        gone = do.call("DELETE", "/organisations/it-0/mandates/wiesbaden", who="wiesbaden-owner", headers=ANYHOW)
        assert gone.status_code == 204


CHANGES = (
    services_change,
    organisations_change,
    adoptions_change,
    releases_change,
    fleet_changes,
    reports_come,
    people_come,
    mandates_come,
)

#: Each list: its path, what tells its items apart, and who reads it.
LISTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "services": ("/services", ("slug",), "nobody"),
    "services by change": ("/services?sort=updated", ("slug",), "nobody"),
    "services by adoptions": ("/services?sort=adoptions", ("slug",), "nobody"),
    "services by name": ("/services?sort=name", ("slug",), "nobody"),
    "services by relevance": ("/services?q=dienst", ("slug",), "nobody"),
    "services found, by change": ("/services?q=dienst&sort=updated", ("slug",), "nobody"),
    "services of one who sees drafts": ("/services", ("slug",), PUBLISHER),
    "organisations": ("/organisations", ("slug",), "nobody"),
    "adoptions": ("/adoptions", ("service", "organisation"), "nobody"),
    "adoptions of a service": (ADOPTIONS, ("organisation",), "nobody"),
    "adoptions of an organisation": ("/organisations/wiesbaden/adoptions", ("service",), "nobody"),
    "releases": ("/services/dienst-0/releases", ("version",), "nobody"),
    "files": ("/services/dienst-0/releases/1.0.0/files", ("path",), "nobody"),
    "fleet": ("/services/dienst-0/fleet", ("organisation",), "nobody"),
    "deployments": (f"{ADOPTIONS}/wiesbaden/deployments", ("id",), "nobody"),
    "changes": ("/changes", ("serial",), "nobody"),
    "audit of an organisation": ("/organisations/moenchengladbach/audit?type=release", ("serial",), OWNER),
    "audit": ("/audit?type=service.created", ("serial",), "operator"),
    "members": ("/organisations/moenchengladbach/members", ("email",), OWNER),
    "mandates": ("/organisations/wiesbaden/mandates", ("provider",), "wiesbaden-owner"),
}
#: Others stop after so many pages: a list that grows faster than it is read has no end.
TURNS = 3


@pytest.fixture
def doing(call, publish, offer, resources) -> Doing:
    """Six services, of which the first has five releases and is live in three cities; reports, towns, people."""

    def write(act: Callable[[Any], object]) -> None:
        with resources.database.transaction() as writing:
            act(writing)

    do = Doing(call, publish, offer, write)
    for number in range(6):
        offer(f"dienst-{number}", name={"de": f"Dienst {number}"})
    for minor in range(1, 5):
        good(publish("dienst-0", f"1.{minor}.0"), 201)
    interested = {"status": "interested"}
    for who in (ADOPTER, "mainz-adopter", "kiel-owner"):
        good(call("PUT", f"{ADOPTIONS}/{who.partition('-')[0]}", interested, who=who), 201)
    for number in range(1, 4):
        good(call("PUT", f"/services/dienst-{number}/adoptions/wiesbaden", interested, who=ADOPTER), 201)
    fleet_changes(do)
    for day in range(1, 6):
        do.report(occurred_at=f"2026-05-0{day}T08:00:00Z")
    for slug in TOWNS:
        said = {"slug": slug, "name": slug.title(), "kind": "municipality"}
        good(call("POST", "/organisations", said, who="operator"), 201)
    write(people_and_mandates)
    return do


def people_and_mandates(writing: Any) -> None:
    for number in range(5):
        slug, email = f"it-{number}", f"m{number}@mg.example"
        accounts.add_member(writing, OPERATOR, "moenchengladbach", email=email, role=Role.VIEWER)
        accounts.onboard(writing, OPERATOR, slug=slug, name=slug, kind="provider")
        accounts.give_mandate(writing, OPERATOR, slug, "wiesbaden")


def walk(do: Doing, name: str) -> Iterator[list[tuple[Any, ...]]]:
    """Follow a list to its end, two items at a time."""
    path, key, who = LISTS[name]
    path = f"{path}{'&' if '?' in path else '?'}limit=2"
    while True:
        answer = do.call("GET", path, who=who)
        told = good(answer)
        yield [tuple(item[part] for part in key) for item in told["items"]]
        if told["next"] is None:
            return
        path = answer.headers["Link"][1:].partition(">")[0].removeprefix("/api/v1")


def walk_all(do: Doing, meanwhile: bool) -> dict[str, list[tuple[Any, ...]]]:
    """Follow all lists at once, a page of each by turns."""
    walks = {name: walk(do, name) for name in LISTS}
    told: dict[str, list[tuple[Any, ...]]] = {name: [] for name in LISTS}
    for turn in itertools.count():
        pages = {name: next(pages, None) for name, pages in walks.items()}
        for name, page in pages.items():
            told[name] += page or []
        if not any(page is not None for page in pages.values()):
            return told
        if meanwhile and turn < TURNS:
            do.turn = turn
            for change in CHANGES:
                change(do)
    return told


def test_what_is_in_a_list_all_along_is_told_once_and_in_order_whatever_others_write(doing):
    before = walk_all(doing, meanwhile=False)
    told = walk_all(doing, meanwhile=True)
    after = walk_all(doing, meanwhile=False)
    for name in LISTS:
        stayed = [item for item in before[name] if item in after[name]]
        assert len(stayed) > 1, name
        assert len(told[name]) == len(set(told[name])), name
        assert [item for item in told[name] if item in stayed] == stayed, name
    # They did write.
    assert before["services by name"] != after["services by name"][: len(before["services by name"])]


def test_who_lists_what_changed_last_does_not_miss_a_service_that_is_released_meanwhile(call, offer, publish):
    for number in range(3):
        offer(f"dienst-{number}")
    path = "/services?sort=updated&limit=1"
    begun = good(call("GET", path))
    good(publish("dienst-0", "1.1.0"), 201)
    told = [begun]
    while told[-1]["next"]:
        told.append(good(call("GET", f"{path}&cursor={told[-1]['next']}")))
    assert [item["slug"] for page in told for item in page["items"]] == ["dienst-2", "dienst-1", "dienst-0"]


@pytest.mark.parametrize("path", ["/services", "/services?sort=name", "/organisations"])
def test_a_cursor_is_good_for_a_day(call, offer, path):
    for number in range(2):
        offer(f"dienst-{number}")
    path = f"{path}{'&' if '?' in path else '?'}"
    following = f"{path}cursor={good(call('GET', f'{path}limit=1'))['next']}"
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23)):
        good(call("GET", following))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        refused(call("GET", following), 422, "cursor-invalid")
