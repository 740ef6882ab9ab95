"""One process that is a whole registry: web server and worker."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask
from waitress.server import create_server

from registry.accounts import service as accounts
from registry.accounts.errors import OrganisationNotFoundError
from registry.authz.actor import ROLE_SCOPES, Role, operator
from registry.cli import working
from registry.config import Resources
from registry.kit import logs, migrations

THREADS = 8
#: What waitress hands to the socket at a time: its default of 18 kB makes a big download slow.
SEND_BYTES = 1 << 18
#: SIGTERM must end the process within 8 seconds, whatever clients do.
GRACE = 6.0


def serve(make: Callable[[Resources], Flask], resources: Resources, *, host: str, port: int, demo: bool) -> None:
    """Serve until SIGTERM or SIGINT; what runs by then is finished."""
    logs.init()
    with resources.database.reading() as session:
        if migrations.current(session) != migrations.head():
            click.echo("The database is not up to date; run: efa-registry db upgrade", err=True)
            raise click.exceptions.Exit(1)
    app = make(resources)
    server = create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        send_bytes=SEND_BYTES,
        max_request_body_size=resources.settings.limits.package_bytes + (4 << 20),
        inbuf_overflow=1 << 20,
        outbuf_overflow=4 << 20,
        connection_limit=500,
        channel_timeout=120,
        clear_untrusted_proxy_headers=True,
        ident="efa-registry",
    )
    ended = threading.Event()
    worker = threading.Thread(target=working.run, args=(resources, ended), name="worker", daemon=True)
    worker.start()

    def end(_signal: int, _frame: FrameType | None) -> None:
        if not ended.is_set():
            ended.set()
            raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    _announce(resources, host, port, demo=demo)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=GRACE)
        app.extensions["downloads"].flush()
        worker.join(timeout=1)


def _announce(resources: Resources, host: str, port: int, *, demo: bool) -> None:
    click.echo(f"EfA Registry serves on http://{'localhost' if host == '127.0.0.1' else host}:{port}")
    click.echo("  API reference  /docs      Health  /readyz")
    if not demo:
        return
    for slug in ("moenchengladbach", "wiesbaden", "mainz"):
        try:
            with resources.database.transaction() as session:
                token = accounts.issue_from_shell(
                    session, operator("demo"), slug, scopes=ROLE_SCOPES[Role.OWNER], lifetime=working.DEMO_TOKEN
                )
        except OrganisationNotFoundError:
            click.echo("There is no demo data yet; run: efa-registry seed", err=True)
            return
        click.echo(f"  demo token of {slug}, for today: {token}")
