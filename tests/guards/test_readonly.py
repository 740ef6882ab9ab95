"""What reads cannot write."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError


def test_a_reading_session_cannot_write(resources):
    with resources.database.reading() as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(text("DELETE FROM mandates"))


def test_a_view_that_writes_in_a_get_fails_loudly(resources, app):
    def view() -> str:
        with resources.database.reading() as session:
            session.execute(text("DELETE FROM mandates"))
        return "written"

    app.add_url_rule("/api/v1/writes", "writes", view)
    answer = app.test_client().get("/api/v1/writes")
    assert answer.status_code == 500
    assert answer.json["type"] == "/problems/internal"
    with resources.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM mandates")) == 1
