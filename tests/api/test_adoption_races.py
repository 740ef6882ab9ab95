"""Many change and report one adoption at once: one wins per entity tag, nothing is lost, and nothing fails."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.asking import ADOPTER, ADOPTION, ANYHOW, SERVICE, good
from tests.whole.running import at_once

Ask = Callable[..., TestResponse]
REPORTS = f"/api/v1{ADOPTION}/deployments"
PATH = f"/api/v1{ADOPTION}"
SIX = range(6)


@pytest.fixture
def ask(app, token_of) -> Ask:
    """Ask as Wiesbaden, each time as another client of the network."""
    headers = {"Authorization": f"Bearer {token_of(ADOPTER)}"}

    def send(method: str, path: str, said: Any, **more: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in more.items()}
        answer: TestResponse = app.test_client().open(path, method=method, json=said, headers=headers | sent)
        return answer

    return send


def statuses(answers: list[TestResponse]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_of_many_who_name_one_entity_tag_one_wins_each_time(ask, call, adoption):
    assert adoption
    for turn in range(5):
        tag = call("GET", ADOPTION).headers["ETag"]
        notes = [f"Fassung {turn} von {number}" for number in SIX]
        answers = at_once(*(partial(ask, "PUT", PATH, {"note": {"de": note}}, If_Match=tag) for note in notes))
        assert statuses(answers) == {200: 1, 412: 5}
        (won,) = (number for number, answer in enumerate(answers) if answer.status_code == 200)
        now = call("GET", ADOPTION)
        assert now.json["note"]["de"] == notes[won]
        assert now.headers["ETag"] == answers[won].headers["ETag"] != tag


def test_of_many_who_declare_it_first_one_does(ask, call, service):
    assert service
    answers = at_once(*(partial(ask, "PUT", PATH, {"status": "planned", "note": {"de": f"{n}"}}) for n in SIX))
    assert statuses(answers) == {201: 1, 428: 5}
    (won,) = (number for number, answer in enumerate(answers) if answer.status_code == 201)
    assert good(call("GET", ADOPTION))["note"]["de"] == str(won)
    assert good(call("GET", f"{SERVICE}/adoptions"))["total"] == 1
    assert good(call("GET", SERVICE))["adoption_counts"]["planned"] == 1


def test_a_change_that_follows_the_newest_entity_tag_is_never_lost(ask, call, adoption):
    assert adoption

    def add(number: int) -> int:
        """Add a line to the note, however often others were faster."""
        for tries in range(200):
            read = ask("GET", PATH, None)
            note = {"de": f"{(read.json['note'] or {'de': 'Wer war da:'})['de']} {number}"}
            answer = ask("PUT", PATH, {"note": note}, If_Match=read.headers["ETag"])
            if answer.status_code == 200:
                return tries
            assert answer.status_code == 412
        raise AssertionError(number)

    at_once(*(partial(add, number) for number in SIX))
    assert sorted(good(call("GET", ADOPTION))["note"]["de"].removeprefix("Wer war da: ").split()) == list("012345")


def test_reports_and_changes_at_once_all_count(ask, call, adoption, publish):
    assert adoption
    good(publish(version="1.1.0"), 201)
    said = {"environment": "production", "status": "rolled_out"}
    given = [
        said | {"version": "1.1.0" if number == 7 else "1.0.0", "occurred_at": f"2026-05-{number + 1:02}T08:00:00Z"}
        for number in range(8)
    ]
    changes = [partial(ask, "PUT", PATH, {"note": {"de": f"{number}"}}, If_Match="*") for number in SIX]
    answers = at_once(*(partial(ask, "POST", REPORTS, report) for report in given), *changes)
    assert statuses(answers) == {201: 8, 200: 6}
    history = good(call("GET", f"{ADOPTION}/deployments"))
    assert history["total"] == 8
    assert [it["occurred_at"] for it in history["items"]] == [it["occurred_at"] for it in reversed(given)]
    now = good(call("GET", ADOPTION))
    assert (now["status"], now["version"], now["since"]) == ("live", "1.1.0", given[-1]["occurred_at"])
    assert now["note"]["de"] in set("012345")
    assert good(call("GET", SERVICE))["adoption_counts"]["live"] == 1
    feed = good(call("GET", "/changes?limit=200"))["items"]
    assert sum(change["type"] == "deployment.reported" for change in feed) == 8


def test_roll_outs_and_retirements_at_once_leave_what_their_order_says(ask, call, adoption):
    assert adoption
    said = {"version": "1.0.0", "environment": "production"}
    given = [
        said | {"status": ("rolled_out", "retired")[number % 2], "occurred_at": f"2026-05-{number + 1:02}T08:00:00Z"}
        for number in range(8)
    ]
    answers = at_once(*(partial(ask, "POST", REPORTS, report) for report in given))
    # A report that finds the status changed under it is told to come again.
    assert {answer.status_code for answer in answers} <= {201, 409}
    for report, answer in zip(given, answers, strict=True):
        if answer.status_code == 409:
            assert answer.json["type"] == "/problems/adoption-moved"
            good(ask("POST", REPORTS, report), 201)
    assert good(call("GET", f"{ADOPTION}/deployments"))["total"] == 8
    # The newest says that it ended; whichever came last, nothing is counted as running that does not.
    now = good(call("GET", ADOPTION))["status"]
    assert now in {"retired", "planned"}
    counts = good(call("GET", SERVICE))["adoption_counts"]
    assert {status: number for status, number in counts.items() if number} == {now: 1}
    good(call("PUT", ADOPTION, {}, who=ADOPTER, headers=ANYHOW))
