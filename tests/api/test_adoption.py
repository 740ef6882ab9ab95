"""Adoptions, deployments and the fleet through the API."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.adoption.models import Adoption, Deployment
from tests.api.asking import ADOPTER, ADOPTION, ANYHOW, ON_SQLITE, PUBLISHER, SLUG, good, refused
from tests.api.asking import SERVICE as PATH

DEPLOYMENTS = f"{ADOPTION}/deployments"
MAINZ = f"{PATH}/adoptions/mainz"

WHOLE = {
    "status": "rolling_out",
    "version": "1.0.0",
    "relation": "adaptation",
    "model": "own_operation",
    "became": "kfz-wunsch",
    "platform": "Form-Solutions",
    "contact": "nachnutzung@wiesbaden.example",
    "evidence_url": "https://wiesbaden.example/kennzeichen",
    "note": {"de": "Mit eigenem\nLogo", "en": "With our logo"},
    "visibility": "members",
}

REPORT = {
    "version": "1.0.0",
    "environment": "production",
    "status": "rolled_out",
    "url": "https://wiesbaden.example/kennzeichen",
    "occurred_at": "2026-05-04T08:00:00Z",
    "note": "Ging\nschnell",
    "maturity": {"model": "2.0", "level": 5},
    "usage": {"applications": 120, "period": "2026-Q2"},
}


def report(**changed):
    return {"version": "1.0.0", "environment": "production", "status": "rolled_out", **changed}


def organisations(answer):
    return [item["organisation"] for item in good(answer)["items"]]


def test_everything_that_is_said_of_an_adoption_is_told_again(call, service, offer, resources):
    assert service
    offer("kfz-wunsch", who="kiel-publisher")
    answer = call("PUT", ADOPTION, WHOLE, who=ADOPTER)
    told = good(answer, 201)
    assert {name: told[name] for name in WHOLE} == WHOLE
    assert (told["service"], told["organisation"], told["declared_by"]) == (SLUG, "wiesbaden", "wiesbaden")
    assert (told["since"], told["stale"], told["demo"]) == (None, False, False)
    assert answer.headers["Location"] == f"/api/v1{ADOPTION}"
    read = call("GET", ADOPTION, who=ADOPTER)
    assert good(read) == told
    assert read.headers["ETag"] == answer.headers["ETag"]
    assert call("GET", ADOPTION, who=ADOPTER, headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    with resources.database.reading() as reading:
        assert reading.scalars(select(Adoption.contact)).one() == WHOLE["contact"]


def test_an_adoption_for_members_is_seen_by_who_acts_for_any_organisation(call, service, offer):
    assert service
    offer("kfz-wunsch", who="kiel-publisher")
    good(call("PUT", ADOPTION, WHOLE, who=ADOPTER), 201)
    good(call("POST", DEPLOYMENTS, REPORT, who=ADOPTER), 201)
    for path in (ADOPTION, DEPLOYMENTS):
        refused(call("GET", path), 404, "adoption-not-found")
        good(call("GET", path, who="kiel-publisher"))
    for path in ("/adoptions", f"{PATH}/adoptions", "/organisations/wiesbaden/adoptions", f"{PATH}/fleet"):
        assert (organisations(call("GET", path)), good(call("GET", path))["total"]) == ([], 0)
        assert organisations(call("GET", path, who="kiel-publisher")) == ["wiesbaden"]
    assert good(call("GET", PATH))["adoption_counts"] == {}
    kinds = [change["type"] for change in good(call("GET", "/changes"))["items"]]
    assert not {"adoption.changed", "deployment.reported"} & set(kinds)


def test_what_is_left_out_keeps_its_value(call, service, offer):
    assert service
    offer("kfz-wunsch", who="kiel-publisher")
    before = good(call("PUT", ADOPTION, WHOLE, who=ADOPTER), 201)
    after = good(call("PUT", ADOPTION, {"platform": None}, who=ADOPTER, headers=ANYHOW))
    assert after["platform"] is None
    assert {name: after[name] for name in WHOLE if name != "platform"} == {
        name: before[name] for name in WHOLE if name != "platform"
    }


def test_who_changes_what_is_there_says_what_he_read(call, adoption):
    assert adoption
    tag = call("GET", ADOPTION).headers["ETag"]
    said = {"status": "rolling_out"}
    refused(call("PUT", ADOPTION, said, who=ADOPTER), 428)
    refused(call("PUT", ADOPTION, said, who=ADOPTER, headers={"If-Match": '"stale"'}), 412)
    refused(call("PUT", ADOPTION, said, who=ADOPTER, headers={"If-Match": f"W/{tag}"}), 412)
    good(call("PUT", ADOPTION, said, who=ADOPTER, headers={"If-Match": tag}))
    refused(call("PUT", ADOPTION, said, who=ADOPTER, headers={"If-Match": tag}), 412)


def test_who_says_nothing_new_confirms_the_claim(call, service):
    assert service
    with time_machine.travel(datetime(2026, 5, 4, 12, tzinfo=UTC), tick=False) as clock:
        call("GET", "/topics", who=ADOPTER)
        first = good(call("PUT", ADOPTION, {"status": "planned"}, who=ADOPTER), 201)
        assert first["expires_at"] == "2027-05-04T12:00:00Z"
        clock.shift(timedelta(minutes=30))
        again = good(call("PUT", ADOPTION, {"status": "planned"}, who=ADOPTER, headers=ANYHOW))
        assert again["confirmed_at"] == "2026-05-04T12:30:00Z"
        assert again["declared_at"] == again["updated_at"] == "2026-05-04T12:00:00Z"
        tag = call("GET", ADOPTION).headers["ETag"]
        clock.shift(timedelta(days=366))
        stale = call("GET", ADOPTION)
        assert good(stale)["stale"] is True
        assert stale.headers["ETag"] != tag
        assert organisations(call("GET", "/adoptions?stale=true")) == ["wiesbaden"]
        assert organisations(call("GET", "/adoptions?stale=false")) == []


STATUSES = ("interested", "evaluating", "planned", "rolling_out", "live", "retired", "declined")
OPEN = {
    None: {"interested", "evaluating", "planned", "rolling_out"},
    "interested": {"evaluating", "declined"},
    "evaluating": {"planned", "declined"},
    "planned": {"rolling_out", "declined"},
    "rolling_out": {"live", "declined"},
    "live": {"retired"},
    "retired": {"evaluating"},
    "declined": {"evaluating"},
}
#: How to get there.
WAYS = {
    None: (),
    "live": ("rolling_out", "live"),
    "retired": ("rolling_out", "live", "retired"),
    "declined": ("interested", "declined"),
}


@ON_SQLITE
@pytest.mark.parametrize("status", OPEN)
def test_an_adoption_moves_only_along_its_table(call, service, status):
    assert service
    for step in WAYS.get(status, (status,)):
        assert (
            call(
                "PUT",
                ADOPTION,
                {"status": step},
                who=ADOPTER,
                headers=ANYHOW if call("GET", ADOPTION).status_code == 200 else {},
            ).status_code
            < 300
        )
    for wanted in STATUSES:
        if wanted in OPEN[status] or wanted == status:
            continue
        answer = call("PUT", ADOPTION, {"status": wanted}, who=ADOPTER, headers=ANYHOW if status else {})
        told = refused(answer, 409, "adoption-status-not-open")
        assert all(following in told["detail"] for following in OPEN[status])
    if status:
        assert good(call("GET", ADOPTION))["status"] == status
        following = min(OPEN[status])
        assert good(call("PUT", ADOPTION, {"status": following}, who=ADOPTER, headers=ANYHOW))["status"] == following


def test_everything_that_is_reported_is_told_again(call, adoption, resources):
    assert adoption
    told = good(call("POST", DEPLOYMENTS, REPORT, who=ADOPTER), 201)
    assert {name: told[name] for name in REPORT} == REPORT
    assert (told["service"], told["organisation"], told["declared_by"]) == (SLUG, "wiesbaden", "wiesbaden")
    assert told["reported_at"].endswith("Z")
    assert good(call("GET", DEPLOYMENTS))["items"] == [told]
    with resources.database.reading() as reading:
        kept = reading.scalars(select(Deployment)).one()
        assert (str(kept.id), kept.maturity_level, kept.applications) == (told["id"], 5, 120)


def test_a_roll_out_to_production_makes_the_adoption_live(call, adoption):
    assert adoption["status"] == "planned"
    good(call("POST", DEPLOYMENTS, report(environment="test"), who=ADOPTER), 201)
    assert good(call("GET", ADOPTION))["status"] == "planned"
    good(call("POST", DEPLOYMENTS, report(occurred_at="2026-05-04T08:00:00Z"), who=ADOPTER), 201)
    told = good(call("GET", ADOPTION))
    assert (told["status"], told["version"], told["since"]) == ("live", "1.0.0", "2026-05-04T08:00:00Z")
    assert good(call("GET", PATH))["adoption_counts"] == {"live": 1}
    good(call("POST", DEPLOYMENTS, report(status="retired"), who=ADOPTER), 201)
    assert good(call("GET", ADOPTION))["status"] == "retired"
    assert good(call("GET", PATH))["adoption_counts"] == {"retired": 1}


def test_who_declined_cannot_roll_out(call, adoption):
    assert adoption
    good(call("PUT", ADOPTION, {"status": "declined"}, who=ADOPTER, headers=ANYHOW))
    refused(call("POST", DEPLOYMENTS, report(), who=ADOPTER), 409, "adoption-status-not-open")
    assert good(call("GET", DEPLOYMENTS))["total"] == 0


def test_who_has_not_adopted_reports_nothing(call, service):
    assert service
    refused(call("POST", DEPLOYMENTS, report(), who=ADOPTER), 404, "adoption-not-found")


def test_a_draft_cannot_be_adopted_by_its_own_city(call, draft):
    assert draft
    path = f"{PATH}/adoptions/moenchengladbach"
    refused(call("PUT", path, {"status": "planned"}, who="moenchengladbach-owner"), 409, "service-not-adoptable")


def test_reports_are_listed_by_what_occurred_last(call, adoption):
    assert adoption
    for day in ("03", "05", "04"):
        good(
            call("POST", DEPLOYMENTS, report(environment="test", occurred_at=f"2026-05-{day}T08:00:00Z"), who=ADOPTER),
            201,
        )
    told = good(call("GET", DEPLOYMENTS))
    assert [it["occurred_at"][8:10] for it in told["items"]] == ["05", "04", "03"]


def test_the_fleet_tells_who_runs_what_and_how_far_that_is_behind(call, adoption, publish):
    assert adoption
    good(call("PUT", MAINZ, {"status": "planned"}, who="mainz-adopter"), 201)
    for version in ("1.1.0", "1.2.0", "2.0.0-rc.1"):
        good(publish(version=version), 201)
    good(call("POST", DEPLOYMENTS, report(), who=ADOPTER), 201)
    good(call("POST", f"{MAINZ}/deployments", report(version="1.1.0"), who="mainz-adopter"), 201)
    good(call("POST", f"{PATH}/releases/1.1.0/yank", {"reason": {"de": "x"}}, who=PUBLISHER))
    told = good(call("GET", f"{PATH}/fleet"))
    assert [(it["organisation"], it["version"], it["behind"], it["yanked"], it["latest"]) for it in told["items"]] == [
        ("mainz", "1.1.0", 1, True, "1.2.0"),
        ("wiesbaden", "1.0.0", 1, False, "1.2.0"),
    ]
    deprecated = {"deprecated": {"reason": {"de": "x"}, "successor": "1.2.0"}}
    good(call("PATCH", f"{PATH}/releases/1.0.0", deprecated, who=PUBLISHER, headers=ANYHOW))
    assert [it["deprecated"] for it in good(call("GET", f"{PATH}/fleet"))["items"]] == [False, True]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["mainz", "wiesbaden"]),
        ("service=offen", ["mainz", "wiesbaden"]),
        ("service=kieler-woche", []),
        ("organisation=mainz", ["mainz"]),
        ("organisation=gibt-es-nicht", []),
        ("status=live", ["mainz", "wiesbaden"]),
        ("status=planned", []),
        ("relation=reuse", ["mainz", "wiesbaden"]),
        ("relation=method", []),
        ("version=1.0.0", ["mainz", "wiesbaden"]),
        ("version=9.9.9", []),
        ("model=co_use", []),
        ("stale=true", []),
    ],
)
def test_adoptions_are_filtered_and_the_newest_is_first(either_gallery, query, found):
    assert organisations(either_gallery.call("GET", f"/api/v1/adoptions?{query}", who="kiel-owner")) == found
