"""All commands; each one's modules are loaded only when it runs."""

import json
import re
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click
from flask import Flask

from registry.authz.actor import Role, Scope, operator
from registry.cli.base import fail, opened, refuse_when_behind, transaction
from registry.config import PORT, Resources, Settings


@dataclass(frozen=True, slots=True)
class Program:
    """What only the layer above knows: how the application is made, and its OpenAPI document."""

    make: Callable[[Resources], Flask]
    document: Callable[[Flask], dict[str, Any]]


_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """EfA Registry: one city's digital service becomes every city's."""


@group.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="Migrate, load the example catalogue, and print tokens to try it with.")
@click.pass_obj
def serve(program: Program, host: str, port: int, demo: bool) -> None:
    """Serve API, web and worker in one process."""
    from registry.cli import serving

    if demo and host not in {"127.0.0.1", "localhost", "::1"}:
        fail("--demo gives everybody rights, so it listens on 127.0.0.1 only; leave out --host.", 2)
    with opened(port=port) as resources:
        serving.serve(program.make, resources, host=host, port=port, demo=demo)


@group.command()
def worker() -> None:
    """Do what is due, until stopped; any number of workers may run, on any number of nodes."""
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    from registry.cli import working
    from registry.kit import logs

    with opened() as resources:
        refuse_when_behind(resources)
        logs.init()
        working.run(resources, ended)


@group.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database up to date."""
    from registry.kit import migrations

    with opened() as resources:
        migrations.upgrade(resources.database)
        click.echo(f"The database is at migration {migrations.head()}.")


@db.command()
def current() -> None:
    """Say which migration the database has reached; exit 1 where that is not the newest."""
    from registry.kit import migrations

    with opened() as resources, resources.database.reading() as session:
        reached, is_current = migrations.current(session), migrations.is_current(session)
    click.echo(reached or "none")
    if not is_current:
        fail(f"The newest is {migrations.head()}; run: efa-registry db upgrade")


@group.command()
def seed() -> None:
    """Load the example catalogue; what is there already stays as it is."""
    from registry.cli import seeding

    with opened() as resources:
        click.echo(seeding.load(resources))


@group.group()
def organisations() -> None:
    """Look after organisations."""


@organisations.command()
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--kind", required=True, help="municipality, county, state, provider or association")
@click.option("--ars", help="12 digits for a municipality, 5 for a county, 2 for a state.")
@click.option("--population", type=int)
@click.option("--lat", type=float)
@click.option("--lon", type=float)
@click.option("--website")
@click.option("--email")
@click.option("--parent", help="The slug of the organisation that this one belongs to.")
def create(slug: str, lat: float | None, lon: float | None, **said: Any) -> None:
    """Take in an organisation."""
    from registry.accounts import service as accounts
    from registry.accounts.schemas import NewOrganisationSchema

    given = {"slug": slug} | {name: value for name, value in said.items() if value is not None}
    if (lat is None) != (lon is None):
        fail("A place has two numbers: give both --lat and --lon.", 2)
    if lat is not None and lon is not None:
        given["location"] = {"lat": lat, "lon": lon}
    loaded = _load(NewOrganisationSchema(), given)
    with transaction() as session:
        accounts.onboard(session, operator("shell"), **loaded)
    click.echo(f"{slug} is in the registry.")


@organisations.command("limits")
@click.argument("org")
@click.option("--services", type=click.IntRange(0, 10**9))
@click.option("--releases", type=click.IntRange(0, 10**9), help="Of one service.")
@click.option("--clients", type=click.IntRange(0, 10**9))
@click.option("--members", type=click.IntRange(0, 10**9))
@click.option("--storage-mb", type=click.IntRange(0, 10**9))
@click.option("--package-mb", type=click.IntRange(1, 100_000))
@click.option("--usual", is_flag=True, help="Take back first what was set before.")
def change_limits(org: str, *, usual: bool, **said: int | None) -> None:
    """Set how much ORG may have, and print it."""
    from registry.accounts import service as accounts
    from registry.accounts.service import Quota

    before = dict.fromkeys(Quota) if usual else {}
    wanted = before | {Quota(name): number for name, number in said.items() if number is not None}
    with transaction() as session:
        told = accounts.change_limits(session, operator("shell"), org, wanted)
    for name, number in told.items():
        click.echo(f"{name}: {number}")


@group.group()
def members() -> None:
    """Look after the people of organisations."""


@members.command()
@click.argument("org")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
def add(org: str, email: str, role: str) -> None:
    """Make a person a member of an organisation."""
    from marshmallow import ValidationError

    from registry.accounts import service as accounts
    from registry.kit.schemas import Email

    try:
        address = Email().deserialize(email)
    except ValidationError:
        fail(f"{email} is no e-mail address.", 2)
    with transaction() as session:
        accounts.add_member(session, operator("shell"), org, email=address, role=Role(role))
    click.echo(f"{address} is {role} of {org}.")


@group.group()
def people() -> None:
    """Tell people what is stored about them, and erase it."""


@people.command(name="export")
@click.argument("email")
def export_person(email: str) -> None:
    """Print everything that is stored about a person as JSON."""
    from registry.cli import people

    people.export(email)


@people.command(name="erase")
@click.argument("email")
def erase_person(email: str) -> None:
    """Erase a person: memberships, sessions, passkeys, and her id in the journal, whose chain stays whole."""
    from registry.cli import people

    people.erase(email)


@group.group()
def tokens() -> None:
    """Look after access tokens."""


@tokens.command()
@click.argument("org")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([str(scope) for scope in Scope]))
@click.option("--service", "services", multiple=True, help="A service that it may act on, and no other; repeat it.")
@click.option("--expires", default="30d", show_default=True, help="Such as 90m, 12h or 30d; at most 400d.")
def issue(org: str, scopes: tuple[str, ...], services: tuple[str, ...], expires: str) -> None:
    """Print one access token for a machine client of ORG, and nothing else."""
    from registry.accounts import service as accounts
    from registry.catalogue import service as catalogue

    lifetime = _duration(expires)
    wanted, shell = [Scope(scope) for scope in scopes], operator("shell")
    with transaction() as session:
        covered = catalogue.covered(session, shell, org, services, scopes=wanted) if services else None
        token = accounts.issue_from_shell(session, shell, org, scopes=wanted, lifetime=lifetime, services=covered)
    click.echo(token)


@group.group()
def audit() -> None:
    """Read the audit trail, and see whether it is whole."""


@audit.command()
@click.argument("org", required=False)
@click.option("--format", "form", default="jsonl", show_default=True, type=click.Choice(["csv", "jsonl"]))
@click.option("--since", default=0, type=click.IntRange(0), help="Only what is behind this serial.")
def export(org: str | None, form: str, since: int) -> None:
    """Print what was done by or to ORG, or by anybody, oldest first."""
    from registry.cli import auditing

    auditing.export(org, form, since)


@audit.command(name="verify")
@click.option("--anchor", help="A line that this command printed earlier, SERIAL:HASH: shows whether the end was cut.")
def verify_audit(anchor: str | None) -> None:
    """Hold the journal against its hashes; exit 1 where an entry was changed, taken out or put in."""
    from registry.cli import auditing

    auditing.verify(anchor)


@group.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def inspect(path: Path, as_json: bool) -> None:
    """Inspect a package, a folder or one document; exit 1 for errors, 2 where PATH cannot be opened."""
    from registry.inspection import UnknownKindError, inspect_path

    try:
        report = inspect_path(path)
    except UnknownKindError:
        fail(f"{path} is of no known kind; give a package (.zip), a folder, a publiccode.yml or an XML document.", 2)
    except OSError as error:
        fail(f"{path} cannot be opened ({error.strerror}).", 2)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        for found in report.findings:
            place = ":".join(str(part) for part in (found.path, found.line, found.column) if part is not None)
            click.echo(
                f"{found.severity}: {place or 'package'}: {found.message['de']} / {found.message['en']} [{found.code}]"
            )
        click.echo(f"{len(report.files)} files, {len(report.findings)} findings, {len(report.blocking)} errors")
    sys.exit(0 if report.ok else 1)


@group.group()
def openapi() -> None:
    """Look after the OpenAPI document."""


@openapi.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def write(program: Program, file: Path | None) -> None:
    """Write the OpenAPI document to FILE, or print it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read({"REGISTRY_DATA_DIR": folder})
        app = program.make(Resources(settings, {}))
        with app.app_context():
            written = json.dumps(program.document(app), ensure_ascii=False, indent=2) + "\n"
    if file is None:
        click.echo(written, nl=False)
        return
    try:
        file.write_text(written)
    except OSError as error:
        fail(f"{file} cannot be written ({error.strerror}).", 2)


@group.group()
def storage() -> None:
    """Look after the storage."""


@storage.command()
def verify() -> None:
    """Hold every stored package against its digest; exit 1 where one is missing or damaged."""
    from registry.releases import service as releases

    counts = {"missing": 0, "damaged": 0, "orphan": 0}
    with opened() as resources, resources.database.reading() as session:
        for what, key in releases.verify(session, operator("shell"), resources.storage):
            counts[what] += 1
            click.echo(f"{what}: {key}")
    click.echo(", ".join(f"{number} {what}" for what, number in counts.items()))
    if counts["missing"] or counts["damaged"]:
        fail("Restore what is named above from a backup.")


def _duration(said: str) -> timedelta:
    found = _DURATION.fullmatch(said)
    if found is None or timedelta(**{_UNITS[found[2]]: int(found[1])}) > timedelta(days=400):
        fail(f"{said} is no duration: write 90m, 12h or 30d, at most 400d.", 2)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _load(schema: Any, given: dict[str, Any]) -> dict[str, Any]:
    messages = schema.validate(given)
    if messages:
        wrong = "; ".join(f"{name}: {' '.join(map(str, found))}" for name, found in messages.items())
        fail(f"This cannot be taken in. {wrong}", 2)
    loaded: dict[str, Any] = schema.load(given)
    return loaded
