"""Lists: pages that neither repeat nor skip, and cursors that fit only where they came from."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.asking import ADOPTER, ON_SQLITE, OWNER, PUBLISHER, good, refused
from tests.api.asking import SERVICE as PATH


def pages(ask, path: str, limit: int, meanwhile=None) -> Iterator[dict[str, Any]]:
    """Follow a list to its end by its links."""
    path = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    while True:
        answer = ask("GET", path)
        told = good(answer)
        yield told
        if told["next"] is None:
            assert "Link" not in answer.headers
            return
        link = answer.headers["Link"]
        assert link.startswith("</api/v1/")
        assert link.endswith('>; rel="next"')
        path = link[1:].partition(">")[0].removeprefix("/api/v1")
        if meanwhile:
            meanwhile()


def names(told, key="slug"):
    return [item[key] for item in told["items"]]


PLACES = [
    ("/services?sort=name", "slug"),
    ("/services?sort=updated", "slug"),
    ("/services?sort=adoptions", "slug"),
    ("/services?q=dienst", "slug"),
    ("/services?sort=name&topic=Mobilit%C3%A4t+%26+Reisen", "slug"),
    ("/organisations", "slug"),
    ("/services/dienst-0/releases", "version"),
    ("/services/dienst-0/releases/1.0.0/files", "path"),
    ("/services/dienst-0/adoptions", "organisation"),
    ("/services/dienst-0/fleet", "organisation"),
    ("/adoptions", "organisation"),
    ("/services/dienst-0/adoptions/wiesbaden/deployments", "id"),
]


@pytest.fixture
def many(call, offer, publish):
    """Five services, the first with five releases, three adopters and five reports."""
    for number in range(5):
        offer(f"dienst-{number}", name={"de": f"Dienst {number}"})
    for version in ("1.1.0", "1.2.0", "2.0.0", "2.0.1-rc.1"):
        good(publish("dienst-0", version), 201)
    report = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}
    for who in ("wiesbaden-adopter", "mainz-adopter", "kiel-owner"):
        path = f"/services/dienst-0/adoptions/{who.partition('-')[0]}"
        good(call("PUT", path, {"status": "planned"}, who=who), 201)
        good(call("POST", f"{path}/deployments", report, who=who), 201)
    for day in range(1, 5):
        said = report | {"environment": "test", "occurred_at": f"2026-05-0{day}T08:00:00Z"}
        good(call("POST", "/services/dienst-0/adoptions/wiesbaden/deployments", said, who=ADOPTER), 201)
    return call


def test_every_list_is_paged_without_a_gap_and_says_how_many_there_are(many):
    for path, key in PLACES:
        whole = good(many("GET", path))
        assert whole["next"] is None
        for limit in (1, 2, len(whole["items"])):
            told = [*pages(many, path, limit)]
            assert [name for page in told for name in names(page, key)] == names(whole, key), path
            assert {page["total"] for page in told} == {whole["total"]} == {len(whole["items"])}
            assert all(len(page["items"]) == limit for page in told[:-1])


@pytest.mark.parametrize("path", ["/services?sort=name", "/services?sort=updated", "/services?q=dienst", "/services"])
def test_paging_while_others_write_neither_repeats_nor_skips(many, offer, path):
    before = {f"dienst-{number}" for number in range(5)}
    fresh = iter(range(10))

    def meanwhile():
        # Before, between and behind what was told already.
        number = next(fresh)
        offer(f"neu-{number}", name={"de": f"{'ADDZ'[number % 4]}ienst {number}"})

    found = [name for page in pages(many, path, 2, meanwhile) for name in names(page)]
    assert len(found) == len(set(found))
    assert before <= set(found)


def test_releases_that_are_published_meanwhile_disturb_nobody(many, publish):
    fresh = iter(("3.0.0", "1.1.5", "0.1.0", "1.1.6", "0.0.1"))
    before = {"1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.0.1-rc.1"}
    path = "/services/dienst-0/releases"
    told = pages(many, path, 2, lambda: good(publish("dienst-0", next(fresh)), 201))
    found = [name for page in told for name in names(page, "version")]
    assert len(found) == len(set(found))
    assert before <= set(found)


def cursor(ask, path):
    return good(ask("GET", f"{path}{'&' if '?' in path else '?'}limit=1"))["next"]


@ON_SQLITE
def test_a_cursor_fits_only_the_list_that_gave_it(many):
    its = cursor(many, "/services?sort=name")
    assert its.isascii()
    good(many("GET", f"/services?sort=name&cursor={its}"))
    good(many("GET", f"/services?sort=name&cursor={its}&limit=200"))
    for foreign in (
        f"/services?cursor={its}",
        f"/services?sort=updated&cursor={its}",
        f"/services?sort=name&q=dienst&cursor={its}",
        f"/organisations?cursor={its}",
        f"/services/dienst-0/releases?cursor={its}",
        f"/adoptions?cursor={its}",
    ):
        told = refused(many("GET", foreign), 422, "cursor-invalid")
        assert [error["pointer"] for error in told["errors"]] == ["#/query/cursor"]


@ON_SQLITE
def test_a_cursor_that_was_changed_fits_nowhere(many):
    its = cursor(many, "/services?sort=name")
    changed = {its[:-4], its[4:], its[::-1], its + "AAAA", its.swapcase(), "", "A", "AAAA", "=" * 8, "ü"}
    for number in range(0, len(its), 3):
        changed.add(its[:number] + ("A" if its[number] != "A" else "B") + its[number + 1 :])
    for each in changed - {its}:
        refused(many("GET", "/services", query_string={"sort": "name", "cursor": each}), 422)


@ON_SQLITE
def test_a_cursor_of_another_registry_fits_nowhere(environ, many):
    from registry.app import create_app
    from registry.config import Resources, Settings

    its = cursor(many, "/services?sort=name")
    other = Resources(Settings.read(environ | {"REGISTRY_SECRET_KEY": "x" * 32}), environ)
    try:
        answer = create_app(other).test_client().get(f"/api/v1/services?sort=name&cursor={its}")
    finally:
        other.close()
    refused(answer, 422, "cursor-invalid")


def test_a_cursor_stands_where_its_item_was_also_when_that_has_gone(many, call):
    path = "/services/dienst-0/adoptions"
    first = good(call("GET", f"{path}?limit=1"))
    gone = names(first, "organisation")[0]
    who = {"kiel": "kiel-owner", "mainz": "mainz-adopter", "wiesbaden": ADOPTER}[gone]
    good(call("PUT", f"{path}/{gone}", {"visibility": "members"}, who=who, headers={"If-Match": "*"}))
    rest = good(many("GET", f"{path}?cursor={first['next']}"))
    assert set(names(rest, "organisation")) == {"kiel", "mainz", "wiesbaden"} - {gone}


@ON_SQLITE
def test_a_list_has_fifty_items_where_nobody_says_otherwise_and_two_hundred_at_most(call, resources):
    from registry.accounts import service as accounts
    from tests.cast import OPERATOR

    with resources.database.transaction() as writing:
        for number in range(220):
            accounts.onboard(writing, OPERATOR, slug=f"verband-{number}", name=f"Verband {number}", kind="association")
    told = good(call("GET", "/organisations"))
    assert (len(told["items"]), told["total"]) == (50, 226)
    assert len(good(call("GET", "/organisations?limit=200"))["items"]) == 200
    assert len(good(call("GET", "/organisations?limit=1"))["items"]) == 1
    for limit in ("0", "201"):
        refused(call("GET", f"/organisations?limit={limit}"), 422)


@ON_SQLITE
def test_a_link_keeps_the_filters_as_they_were(call, offer):
    for number in range(2):
        offer(f"dienst-{number}", name={"de": "Dienst & Söhne"})
    answer = call("GET", "/services?q=Dienst+%26+S%C3%B6hne&limit=1&topic=Mobilit%C3%A4t+%26+Reisen")
    link = answer.headers["Link"][1:].partition(">")[0].removeprefix("/api/v1")
    assert names(good(call("GET", link))) != names(good(answer))
    assert good(call("GET", link))["total"] == 2


@ON_SQLITE
@pytest.mark.parametrize(
    "path", ["/organisations/moenchengladbach/mandates", "/organisations/moenchengladbach/members"]
)
def test_a_list_may_be_empty(call, path):
    assert good(call("GET", path, who=OWNER)) == {"items": [], "total": 0, "next": None}


@ON_SQLITE
def test_contacts_are_a_list_too(call, draft):
    assert draft
    assert set(good(call("GET", f"{PATH}/contacts", who=PUBLISHER))) == {"items", "total", "next"}
