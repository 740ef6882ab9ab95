"""One process that is a whole registry: web server and worker."""

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import FrameType

import click
from flask import Flask

from registry.accounts import service as accounts
from registry.authz.actor import ROLE_SCOPES, Role, operator
from registry.cli import seeding, working
from registry.cli.base import fail, is_current, refuse_when_behind
from registry.cli.embedded import Embedded
from registry.config import Resources
from registry.http.uploads import ENVELOPE, PATIENCE
from registry.kit import logs, migrations
from registry.sign_in import service as sign_in

DEMO_TOKEN = timedelta(hours=24)


def serve(make: Callable[[Resources], Flask], resources: Resources, *, host: str, port: int, demo: bool) -> None:
    """Serve until SIGTERM or SIGINT; what runs by then is finished."""
    if demo and not is_current(resources):
        migrations.upgrade(resources.database)
    refuse_when_behind(resources)
    logs.init()
    if demo:
        resources.settings = replace(resources.settings, demo=True)
        click.echo(seeding.load(resources))
    app = make(resources)
    package_bytes = resources.settings.limits.package_bytes
    try:
        # More than a page or the API reads of what is too large: they refuse it themselves, with the reason.
        server = Embedded(
            app,
            host=host,
            port=port,
            package_bytes=package_bytes,
            body_limit=PATIENCE * package_bytes + 2 * ENVELOPE,
            proxies=resources.settings.proxies,
        )
    except OSError as error:
        fail(f"Cannot listen on {host}:{port} ({error.strerror}); choose another --port.")
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    worker = threading.Thread(target=working.run, args=(resources, ended), name="worker", daemon=True)
    worker.start()
    _announce(resources, host, port, demo=demo)
    server.run(ended)
    worker.join(timeout=1)


def _announce(resources: Resources, host: str, port: int, *, demo: bool) -> None:
    address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    click.echo(f"EfA Registry serves on {address}")
    click.echo("  API reference  /docs      Health  /readyz      Sign in  /sign-in")
    if not demo:
        _invite_first_operator(resources)
        return
    click.echo("  Sign in as any of the demo's roles with one click; its mails lie in /demo/mailbox")
    for slug in ("moenchengladbach", "wiesbaden", "mainz"):
        with resources.database.transaction() as session:
            token = accounts.issue_from_shell(
                session, operator("demo"), slug, scopes=ROLE_SCOPES[Role.OWNER], lifetime=DEMO_TOKEN
            )
        click.echo(f"  demo token of {slug}, for today: {token}")


def _invite_first_operator(resources: Resources) -> None:
    if resources.settings.read_only:
        return
    with resources.database.transaction() as session:
        sign_in.end_demo(session)
        secret = sign_in.first_operator_link(session)
    if secret is not None:
        base = resources.settings.base_url
        click.echo(f"  Nobody operates this registry yet. Within the hour, open: {base}/first-operator?secret={secret}")
