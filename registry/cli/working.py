"""What is due from time to time, whoever does it first."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from registry.accounts import service as accounts
from registry.authz.actor import operator
from registry.config import Resources
from registry.journal import service as journal
from registry.journal.service import Filters
from registry.kit import clock, mail, rounds
from registry.privacy.retention import RETENTION
from registry.releases import service as releases

log = structlog.get_logger("registry.worker")

#: What is done, and every how many seconds. Each may be done twice, or by two workers at once, without harm.
_HOUR = 3600.0


def _forget(resources: Resources) -> None:
    for rule in RETENTION:
        with resources.database.transaction() as session:
            rule.forget(session)


def _warn(resources: Resources) -> None:
    with resources.database.transaction() as session:
        accounts.warn_of_expiry(session, operator("worker"))


def _send_mail(resources: Resources) -> None:
    mail.send_due(resources.database, resources.seal, resources.settings.mail_server)


def _sweep(resources: Resources) -> None:
    with resources.database.reading() as session:
        gone = releases.sweep(session, operator("worker"), resources.storage)
    _clear(resources.incoming)
    if gone:
        log.info("orphans swept", count=len(gone))


def _chain(resources: Resources) -> None:
    """Chain what was written since, a batch a transaction, and log how far: who keeps the log has an anchor."""
    actor, count = operator("worker"), 0
    while True:
        with resources.database.reading() as session:
            before = journal.head(session, actor)
            if not journal.export(session, actor, None, Filters(since=before.serial), limit=1):
                break
        with resources.database.transaction() as session:
            done = journal.chain(session, actor)
        if not done:
            break
        count += done
    if count:
        log.info("journal chained", count=count, serial=before.serial, hash=before.hash)


def _clear(incoming: Path) -> None:
    """Delete uploads of processes that were killed a day ago or earlier."""
    for path in incoming.glob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < clock.now().timestamp() - releases.ORPHAN_AGE.total_seconds():
                path.unlink()


JOBS: tuple[tuple[Callable[[Resources], None], float], ...] = (
    (_send_mail, 1.0),
    (_chain, 10.0),
    (_forget, _HOUR),
    (_warn, 24 * _HOUR),
    (_sweep, 6 * _HOUR),
)


def run(resources: Resources, ended: threading.Event) -> None:
    """Do each job when it is due, until ended; one that fails is tried again when it is next due."""
    # Workers that start together do not all begin at the same moment.
    due = {job: min(every, random.uniform(5, 60)) for job, every in JOBS}  # noqa: S311 - no secret
    passed = 0.0
    while not ended.wait(max(0.0, min(due.values()) - passed)):
        passed = min(due.values())
        for job, every in JOBS:
            if due[job] <= passed:
                due[job] = passed + every
                _do(job, resources)


def _do(job: Callable[[Resources], None], resources: Resources) -> None:
    name = job.__name__.removeprefix("_")
    try:
        job(resources)
        rounds.note(resources.database, name, failed=False)
    except Exception:
        log.warning("job failed", job=job.__name__, exc_info=True)
        with suppress(Exception):  # a database that does not answer takes no note either
            rounds.note(resources.database, name, failed=True)
