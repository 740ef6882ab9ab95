"""What is stored about a person, at the shell."""

import json
import sys

import click

from registry.authz.actor import operator
from registry.cli.base import transaction
from registry.privacy import service as privacy


def export(email: str) -> None:
    """Print everything that is stored about a person as JSON."""
    actor = operator("shell")
    with transaction() as session:
        everything = privacy.export(session, actor, privacy.find(session, actor, email))
    json.dump(everything, sys.stdout, ensure_ascii=False, indent=2)
    click.echo()


def erase(email: str) -> None:
    """Erase a person."""
    actor = operator("shell")
    with transaction() as session:
        privacy.erase(session, actor, privacy.find(session, actor, email))
    click.echo("The person is erased. Backups keep her until they are gone.")
