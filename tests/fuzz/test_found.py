"""What fuzzing has found, so that it need not find it again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.cast import SERVICE

Call = Callable[..., TestResponse]


@pytest.mark.parametrize("said", ["Kennzeichen", 5, [], [["de", "Kennzeichen"]], True])
def test_a_text_for_people_that_is_no_object_is_invalid(call: Call, said: Any):
    answer = call("POST", "/services", {**SERVICE, "name": said}, who="moenchengladbach-publisher")
    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["#/name"]


def test_another_ones_key_is_a_conflict_whatever_else_is_changed(call: Call):
    # Looking for the parent must not write what is not yet known to be free.
    said = {"ars": "064140000000", "parent": "kiel"}
    answer = call("PATCH", "/organisations/mainz", said, who="operator", headers={"If-Match": "*"})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["type"] == "/problems/organisation-exists"


def test_a_moment_long_ago_is_told_as_a_moment_or_refused(call: Call):
    said = {"name": "Altertum", "scopes": ["registry:operate"], "expires_at": "0449-03-13T23:34:03Z"}
    answer = call("POST", "/organisations/mainz/clients", said, who="operator")
    if answer.status_code in {403, 422}:
        return
    assert answer.status_code == 201
    assert answer.json is not None
    assert datetime.fromisoformat(answer.json["expires_at"]).year == 449
