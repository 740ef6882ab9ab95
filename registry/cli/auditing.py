"""The audit trail at the shell."""

import re
import sys
from dataclasses import replace

import click

from registry.accounts import service as accounts
from registry.authz.actor import operator
from registry.cli.base import fail, opened
from registry.journal import representation
from registry.journal import service as journal
from registry.journal.representation import Form
from registry.journal.service import Filters, Head, Verification

_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
#: What is wrong with the whole need not be told for each of its entries.
SHOWN_MAX = 100
_PROGRESS = 10_000


def export(org: str | None, form: str, since: int) -> None:
    """Print what was done by or to an organisation, or by anybody."""
    actor, filters, headed = operator("shell"), Filters(since=since), True
    with opened() as resources:
        while True:
            with resources.database.reading() as session:
                organisation = accounts.find(session, actor, org) if org else None
                entries = journal.export(session, actor, organisation, filters)
            sys.stdout.write(representation.lines(entries, Form(form), headed=headed))
            if not entries:
                return
            headed, filters = False, replace(filters, since=entries[-1][0].serial)


def verify(anchor: str | None) -> None:
    """Hold the journal against its hashes."""
    said = _ANCHOR.fullmatch(anchor) if anchor else None
    if anchor and said is None:
        fail(f"{anchor} is no anchor: give SERIAL:HASH as this command printed it.", 2)
    kept = Head(int(said[1]), said[2]) if said else None
    found = 0
    with opened() as resources, resources.database.reading() as session:
        run = Verification(journal.head(session, operator("shell")))
        for serial, verdict in journal.verify(session, operator("shell"), run, anchor=kept):
            if verdict is None:
                if run.checked % _PROGRESS == 0:
                    click.echo(f"… {serial} of {run.upto.serial}", err=True)
                continue
            found += 1
            click.echo(f"{verdict}: {serial}")
            if found == SHOWN_MAX:
                fail("There may be more. Compare with a backup of the database.")
    click.echo(f"{run.checked} entries checked, {run.waiting} not chained yet, {run.erased} personal fields erased")
    if found:
        fail("The journal is not as it was written; compare with a backup of the database.")
    click.echo(f"{run.upto.serial}:{run.upto.hash}")
