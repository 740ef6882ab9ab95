"""How Alembic reaches the database: with the engine that it is handed, one transaction for each migration."""

from alembic import context
from sqlalchemy import text

import registry.kit.idempotency  # the tables of every slice
import registry.kit.mail
import registry.kit.rounds
import registry.kit.walks
from registry.accounts import models as accounts
from registry.adoption import models as adoption
from registry.catalogue import models as catalogue
from registry.catalogue.search import models as search
from registry.journal import models as journal
from registry.kit.db import Base, Database
from registry.releases import models as releases
from registry.sign_in import models as sign_in

TABLES = (
    registry.kit.idempotency,
    registry.kit.mail,
    registry.kit.walks,
    accounts,
    sign_in,
    journal,
    catalogue,
    search,
    releases,
    adoption,
)


def run() -> None:
    """Run the migrations that are asked for."""
    database: Database = context.config.attributes["database"]
    with database.writer.connect() as connection:
        if database.dialect == "postgresql":
            # A migration waits five seconds for a table that others use, then gives way to them.
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_lock(1701209960)"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=database.dialect == "sqlite",
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
