"""The audit trail through the API: an organisation's own part for its owners, all of it for the operator."""

import csv
import io
import json
import tracemalloc

import pytest
from sqlalchemy import insert, select

from registry.authz.actor import ActorKind
from registry.cli import working
from registry.journal import service as journal
from registry.journal.models import Entry
from registry.journal.representation import COLUMNS
from registry.kit import clock
from tests.api.asking import ADOPTER, ANYHOW, ON_SQLITE, OWNER, PUBLISHER, SERVICE, SLUG, good, refused
from tests.cast import OPERATOR

MINE = "/organisations/moenchengladbach/audit"
REASON = {"reason": {"de": "=1+1", "en": 'Broken; "really", it is'}}


def of(told, *names):
    return [tuple(it[name] for name in names) for it in told["items"]]


def table(answer):
    assert answer.status_code == 200
    return [*csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline=""))]


def rows(answer):
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


def test_owners_see_what_was_done_by_and_to_their_organisation_the_newest_first(call, adoption):
    assert adoption
    provided = {"status": "evaluating"}
    good(call("PUT", f"{SERVICE}/adoptions/mainz", provided, who="rechenzentrum-adopter"), 201)
    told = good(call("GET", f"{MINE}?limit=200", who=OWNER))
    serials = [it["serial"] for it in told["items"]]
    assert serials == sorted(serials, reverse=True)
    assert told["total"] == len(serials)
    assert "release.published" in {it["type"] for it in told["items"]}
    assert {it["organisation"] for it in told["items"]} == {"moenchengladbach"}
    # What the data centre did for Mainz both see; each once.
    with_owner = {"who": "operator"}
    for slug in ("mainz", "rechenzentrum"):
        found = good(call("GET", f"/organisations/{slug}/audit?type=adoption.changed", **with_owner))
        assert of(found, "organisation", "subject") == [("mainz", f"adoption:{SLUG}/mainz")]
        assert found["items"][0]["actor"]["organisation"] == "rechenzentrum"


def test_the_operator_sees_everything(call, adoption, resources):
    assert adoption
    told = good(call("GET", "/audit?limit=200", who="operator"))
    with resources.database.reading() as session:
        assert [it["serial"] for it in told["items"]] == [
            *session.scalars(select(Entry.serial).order_by(Entry.serial.desc()))
        ]


def test_an_entry_tells_who_and_what_and_by_which_request(call, service):
    assert service
    good(call("POST", f"{SERVICE}/releases/1.0.0/yank", REASON, who=PUBLISHER, headers={"X-Request-Id": "abc-1"}))
    (told,) = good(call("GET", f"{MINE}?type=release.yanked", who=OWNER))["items"]
    assert told["actor"]["kind"] == "client"
    assert told["actor"]["id"].startswith("moenchengladbach-")
    assert (told["subject"], told["request_id"], told["public"]) == (f"release:{SLUG}/1.0.0", "abc-1", True)
    assert told["data"]["reason"] == REASON["reason"]
    assert told["hash"] is None


def test_paging_repeats_and_skips_nothing_while_others_write(call, offer):
    for number in range(3):
        offer(f"dienst-{number}")
    whole = [it["serial"] for it in good(call("GET", f"{MINE}?limit=200", who=OWNER))["items"]]
    seen, path = [], f"{MINE}?limit=2"
    while path:
        told = good(call("GET", path, who=OWNER))
        seen += [it["serial"] for it in told["items"]]
        good(call("PATCH", "/services/dienst-1", {"keywords": [str(len(seen))]}, who=PUBLISHER, headers=ANYHOW))
        path = told["next"] and f"{MINE}?limit=2&cursor={told['next']}"
    assert seen == whole


def test_filters(call, adoption):
    assert adoption

    def ask(query):
        return good(call("GET", f"/audit?limit=200&{query}", who="operator"))

    every = ask("")
    kinds = {it["type"] for it in ask("type=release")["items"]}
    assert kinds
    assert all(kind.startswith("release.") for kind in kinds)
    assert ask("type=relea")["items"] == []
    middle = every["items"][3]
    assert ask(f"since={middle['serial']}")["items"] == every["items"][:3]
    actor = middle["actor"]["id"]
    assert ask(f"actor={actor}")["items"] == [it for it in every["items"] if it["actor"]["id"] == actor]
    assert ask("before=2020-01-01T00:00:00Z")["total"] == 0
    assert ask("not_before=2020-01-01T00:00:00Z")["total"] == every["total"]
    refused(call("GET", "/audit?before=yesterday", who="operator"), 422)
    refused(call("GET", "/audit?format=xlsx", who="operator"), 422)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_all_of_it_comes_as_a_file_oldest_first(call, adoption, form):
    assert adoption
    answer = call("GET", f"{MINE}?format={form}", who=OWNER)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="audit-moenchengladbach.{form}"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = good(call("GET", f"{MINE}?limit=200", who=OWNER))["items"]
    if form == "jsonl":
        assert answer.content_type.startswith("application/jsonl")
        assert rows(answer) == told[::-1]
        return
    assert answer.content_type == "text/csv; charset=utf-8"
    found = table(answer)
    assert [*found[0]] == [*COLUMNS]
    assert [int(row["serial"]) for row in found] == [it["serial"] for it in told[::-1]]
    assert [json.loads(row["after"]) for row in found] == [it["after"] for it in told[::-1]]
    assert [row["actor_id"] for row in found] == [it["actor"]["id"] for it in told[::-1]]


@ON_SQLITE
def test_filters_narrow_a_file_as_well(call, service):
    assert service
    good(call("POST", f"{SERVICE}/releases/1.0.0/yank", REASON, who=PUBLISHER))
    assert [row["type"] for row in table(call("GET", f"{MINE}?format=csv&type=release.yanked", who=OWNER))] == [
        "release.yanked"
    ]
    assert rows(call("GET", f"{MINE}?format=jsonl&since=1000000", who=OWNER)) == []


@ON_SQLITE
@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "\r=1"])
def test_no_cell_of_a_table_is_a_formula(call, resources, formula):
    with resources.database.transaction() as session:
        journal.record(session, OPERATOR, "service.updated", subject=formula)
    (row,) = table(call("GET", "/audit?format=csv&type=service.updated", who="operator"))
    assert row["subject"] == f"'{formula}"
    assert not row["data"].startswith(tuple("=+-@\t\r"))


@ON_SQLITE
def test_what_is_chained_shows_its_hash(call, service, resources):
    assert service
    working._chain(resources)
    hashes = [it["hash"] for it in good(call("GET", "/audit?limit=200", who="operator"))["items"]]
    with resources.database.reading() as session:
        assert journal.head(session, OPERATOR).hash in hashes


@ON_SQLITE
def test_a_long_journal_is_written_in_bounded_memory(call, client, token_of, resources):
    entry = {
        "type": "service.updated",
        "at": clock.now(),
        "actor_kind": ActorKind.SYSTEM,
        "organisation": "kiel",
        "subject": "x" * 100,
        "data": {"text": "y" * 1000},
        "before": {},
        "after": {},
        "public": False,
    }
    with resources.database.transaction() as session:
        session.execute(insert(Entry), [entry] * 20_000)
    token = token_of("operator")
    good(call("GET", "/audit?limit=1", who="operator"))
    tracemalloc.start()
    answer = client.get("/api/v1/audit?format=jsonl", headers={"Authorization": f"Bearer {token}"})
    size = sum(len(part) for part in answer.response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer.close()
    assert size > 20_000_000
    assert peak < 12_000_000


def test_an_adopter_reads_nothing_of_it(call):
    refused(call("GET", "/organisations/wiesbaden/audit", who=ADOPTER), 403, "scope-missing")
    refused(call("GET", MINE, who="wiesbaden-owner"), 403, "not-yours")
    refused(call("GET", f"{MINE}?format=csv", who="wiesbaden-owner"), 403, "not-yours")
    refused(call("GET", "/organisations/gibt-es-nicht/audit", who="operator"), 404, "organisation-not-found")
