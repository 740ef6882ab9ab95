"""What it costs to know whose token is shown: it is asked with every request."""

import pytest

from registry.accounts import service as accounts
from registry.accounts.errors import TokenInvalidError
from tests.api.asking import ON_SQLITE

pytestmark = ON_SQLITE


@pytest.fixture
def asked(resources):
    """Show a token; return what the database was asked, and how it would go about the first of it."""

    def show(token):
        statements: list[str] = []
        with resources.database.reading() as session:
            # As the driver sees it: the fast way goes past SQLAlchemy.
            connection = session.connection()
            driver = connection.connection.driver_connection
            driver.set_trace_callback(statements.append)
            try:
                known = accounts.authenticate(session, token)
            except TokenInvalidError:
                known = None
            driver.set_trace_callback(None)
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[0]}").all()
        return known, statements, [row.detail for row in plan]

    return show


def test_a_token_is_known_by_one_statement_that_goes_through_no_table(token_of, asked):
    known, statements, plan = asked(token_of("kiel-owner"))
    assert known.organisation == "kiel"
    assert len(statements) == 1
    assert len(plan) == 3
    assert [step for step in plan if not step.startswith("SEARCH")] == []


def test_a_token_that_nobody_has_costs_no_more(token_of, asked):
    token_of("kiel-owner")
    known, statements, _ = asked("efa_at_none")
    assert known is None
    assert len(statements) == 1
