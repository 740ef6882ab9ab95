"""The change feed through the API."""

import threading
import time
from typing import Any

import pytest

from tests.api.asking import ADOPTER, ADOPTION, ANYHOW, ON_SQLITE, PUBLISHER, SLUG, good
from tests.api.asking import SERVICE as PATH
from tests.cast import SERVICE


def kinds(answer):
    return [change["type"] for change in good(answer)["items"]]


def test_the_feed_tells_what_happened_in_order(call, adoption, publish):
    assert adoption
    good(call("PATCH", PATH, {"trust_level": "high"}, who=PUBLISHER, headers=ANYHOW))
    report = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}
    good(call("POST", f"{ADOPTION}/deployments", report, who=ADOPTER), 201)
    told = good(call("GET", "/changes"))
    found = [(it["type"], it["organisation"], it["service"]) for it in told["items"]]
    assert found == [
        ("release.published", "moenchengladbach", SLUG),
        ("service.published", "moenchengladbach", SLUG),
        ("adoption.changed", "wiesbaden", SLUG),
        ("service.updated", "moenchengladbach", SLUG),
        ("adoption.changed", "wiesbaden", SLUG),
        ("deployment.reported", "wiesbaden", SLUG),
    ]
    serials = [it["serial"] for it in told["items"]]
    assert serials == sorted(set(serials))
    for it in told["items"]:
        assert set(it) == {"serial", "type", "time", "organisation", "service", "data"}
        assert it["time"].endswith("Z")
        assert it["data"]["service"] == SLUG
    assert told["items"][-1]["data"] == {
        "service": SLUG,
        "organisation": "wiesbaden",
        "version": "1.0.0",
        "environment": "production",
        "status": "rolled_out",
    }
    assert (told["total"], told["next"]) == (6, None)
    assert publish


def test_who_goes_on_from_the_last_serial_misses_nothing_and_sees_nothing_twice(call, offer):
    for number in range(3):
        offer(f"dienst-{number}")
    whole = good(call("GET", "/changes?limit=200"))["items"]
    assert len(whole) >= 3
    seen: list[Any] = []
    path: str | None = "/changes?limit=2"
    while path:
        answer = call("GET", path)
        told = good(answer)
        seen += told["items"]
        path = None
        if told["next"] is not None:
            link = answer.headers["Link"]
            assert link.endswith('; rel="next"')
            path = link.partition(">")[0].removeprefix("</api/v1")
    assert seen == whole
    assert good(call("GET", f"/changes?since={whole[-1]['serial']}"))["items"] == []
    assert good(call("GET", f"/changes?since={whole[1]['serial']}"))["items"] == whole[2:]


def test_what_is_hidden_never_appears(call, create, publish):
    create("entwurf")
    good(call("PATCH", "/services/entwurf", {"kind": "method"}, who=PUBLISHER, headers=ANYHOW))
    good(publish("entwurf", draft=True), 201)
    good(call("POST", "/organisations/kiel/clients", {"scopes": ["services:write"]}, who="kiel-owner"), 201)
    assert good(call("GET", "/changes")) == {"items": [], "total": 0, "next": None}
    assert good(call("GET", "/changes", who=PUBLISHER))["items"] == []


def test_a_pre_release_of_a_hidden_service_tells_nobody_of_it(call, create, publish):
    create("entwurf")
    good(publish("entwurf", "1.0.0-rc.1"), 201)
    told = {change["service"] for change in good(call("GET", "/changes"))["items"]}
    for slug in told:
        good(call("GET", f"/services/{slug}"))


def test_an_adoption_that_becomes_one_for_members_is_told_no_more(call, adoption):
    assert adoption
    before = good(call("GET", "/changes"))["total"]
    good(call("PUT", ADOPTION, {"visibility": "members"}, who=ADOPTER, headers=ANYHOW))
    good(call("PUT", ADOPTION, {"status": "rolling_out"}, who=ADOPTER, headers=ANYHOW))
    assert good(call("GET", "/changes"))["total"] == before


@ON_SQLITE
def test_a_confirmation_is_no_news(call, adoption):
    assert adoption
    before = good(call("GET", "/changes"))["total"]
    good(call("PUT", ADOPTION, {"status": "planned"}, who=ADOPTER, headers=ANYHOW))
    assert good(call("GET", "/changes"))["total"] == before


def test_who_waits_is_told_as_soon_as_something_happens(app, call, service):
    assert service
    since = good(call("GET", "/changes?limit=200"))["items"][-1]["serial"]
    answers = []

    def wait():
        answers.append((app.test_client().get(f"/api/v1/changes?since={since}&wait=20"), time.monotonic()))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.4)
    assert not answers
    good(call("PATCH", PATH, {"trust_level": "high"}, who=PUBLISHER, headers=ANYHOW))
    happened = time.monotonic()
    waiting.join(10)
    ((answer, told_at),) = answers
    assert kinds(answer) == ["service.updated"]
    assert told_at - happened < 3


@ON_SQLITE
def test_who_waits_in_vain_is_told_so_in_time(call):
    began = time.monotonic()
    assert good(call("GET", "/changes?since=100000&wait=1"))["items"] == []
    assert 0.9 < time.monotonic() - began < 5


@ON_SQLITE
def test_who_waits_for_what_is_there_already_does_not_wait(call, service):
    assert service
    began = time.monotonic()
    assert kinds(call("GET", "/changes?wait=30"))
    assert time.monotonic() - began < 5


@ON_SQLITE
def test_the_feed_is_never_kept(call):
    assert call("GET", "/changes").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("who", ["nobody", "kiel-owner", "operator"])
@ON_SQLITE
def test_the_feed_is_the_same_for_all(call, create, service, who):
    assert service
    create("entwurf")
    assert good(call("GET", "/changes", who=who)) == good(call("GET", "/changes"))
    assert SERVICE["slug"] in {change["service"] for change in good(call("GET", "/changes"))["items"]}
