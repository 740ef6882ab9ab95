"""The pages on a server that a browser can reach, and as the test client sees them."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from registry.accounts import service as accounts
from registry.accounts.models import Person
from registry.app import create_app
from registry.authz.actor import Role
from registry.cli import seeding
from registry.config import Resources, Settings
from registry.kit import mail, migrations
from registry.kit.mail import Message
from registry.kit.sealing import Seal
from registry.sign_in import service as sign_in_service
from registry.sign_in.openid import Providers
from registry.sign_in.providers import read
from tests.cast import OPERATOR
from tests.support.processes import free_port
from tests.support.templates import COMPILED

_CSRF = re.compile(r'<meta name="csrf" content="([0-9a-f]{64})">')


@pytest.fixture
def add_member(resources: Resources) -> Callable[..., str]:
    """Make somebody a member of an organisation of the cast."""

    def add(organisation: str, role: str = "owner", email: str | None = None) -> str:
        address = email or f"{role}@{organisation}.example"
        with resources.database.transaction() as session:
            accounts.add_member(session, OPERATOR, organisation, email=address, role=Role(role))
        return address

    return add


@pytest.fixture
def mails(resources: Resources) -> Callable[[], list[Message]]:
    """Deliver what is owed, to the log, and return it, newest first."""

    def read() -> list[Message]:
        mail.send_due(resources.database, resources.seal, None)
        with resources.database.reading() as session:
            return [message for _, message in mail.kept(session, resources.seal)]

    return read


def link_in(message: Message) -> str:
    """Return the path of the sign-in link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", message.body)
    assert found, message.body
    return found[1]


@dataclass
class Visit:
    """One browser, as the test client plays it: keeps cookies, and sends forms with the token of the last page."""

    client: FlaskClient
    csrf: str = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        answer = self.client.get(path, **more)
        found = _CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        return self.client.post(path, data={"csrf": self.csrf, **(data or {})}, **more)

    def script(self, path: str, said: Any, **more: Any) -> TestResponse:
        return self.client.post(path, json=said, headers={"X-CSRF-Token": self.csrf}, **more)


@pytest.fixture
def visit(app: Flask) -> Callable[[], Visit]:
    """Make another browser."""
    return lambda: Visit(app.test_client())


@pytest.fixture
def sign_in(mails: Callable[[], list[Message]]) -> Callable[[Visit, str], TestResponse]:
    """Sign in by a link, as people without a passkey do."""

    def come(visit: Visit, email: str) -> TestResponse:
        visit.get("/sign-in")
        assert visit.post("/sign-in", {"email": email}).status_code == 200
        visit.get(link_in(mails()[0]))
        secret = link_in(mails()[0]).partition("secret=")[2]
        return visit.post("/sign-in/link", {"secret": secret})

    return come


@pytest.fixture
def strong(
    resources: Resources, visit: Callable[[], Visit], add_member: Callable[..., str]
) -> Callable[[str, str], Visit]:
    """Make a browser in which a new member of an organisation, or the operator, has shown a passkey."""

    def come(organisation: str, role: str = "owner") -> Visit:
        with resources.database.transaction() as session:
            if organisation == "operator":
                person = Person(email="operator@land.example", is_operator=True)
                session.add(person)
                session.flush()
            else:
                address = f"{role}@{organisation}.example"
                member = accounts.add_member(session, OPERATOR, organisation, email=address, role=Role(role))
                person = member.person
            secret = sign_in_service.begin(session, person, device="Firefox", strong=True)
        here = visit()
        here.client.set_cookie("__Host-session", secret, secure=True)
        here.get("/account")
        return here

    return come


def know(resources: Resources, *said: dict[str, str]) -> None:
    """Let a registry that is open know identity providers."""
    settings = replace(resources.settings, providers=read(dict(chain.from_iterable(each.items() for each in said))))
    resources.settings = settings
    resources.providers = Providers(settings.providers, settings.base_url, Seal(settings.secret_key, "id-token"))


@dataclass(frozen=True, slots=True)
class Site:
    """A registry that runs, for browsers."""

    address: str
    resources: Resources


@contextmanager
def running(resources: Resources, port: int) -> Iterator[None]:
    """Serve a registry until the block ends."""
    app = create_app(resources)
    app.jinja_env.bytecode_cache = COMPILED
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(resources: Resources) -> Iterator[Site]:
    """The registry on a port of this machine."""
    port = free_port()
    address = f"http://localhost:{port}"
    resources.settings = replace(resources.settings, base_url=address, demo=True)
    with running(resources, port):
        yield Site(address, resources)


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """One person's browser."""
    opened = browser.new_context(base_url=site.address, locale="de-DE")
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A tab, in which nothing may go wrong unseen: no script fails, no policy is broken."""
    opened = context.new_page()
    minded: list[str] = []
    opened.on("pageerror", lambda error: minded.append(str(error)))
    opened.on("console", lambda said: minded.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    assert minded == []


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The registry with the example catalogue, as `make run` serves it; tests that use it only read."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    address = f"http://localhost:{port}"
    environ = {
        "REGISTRY_DATABASE_URL": f"sqlite:///{folder}/registry.db",
        "REGISTRY_DATA_DIR": str(folder),
        "REGISTRY_SECRET_KEY": "0123456789abcdef" * 4,
        "REGISTRY_BASE_URL": address,
    }
    opened = Resources(replace(Settings.read(environ), demo=True), environ)
    migrations.upgrade(opened.database)
    seeding.load(opened)
    with running(opened, port):
        yield Site(address, opened)
    opened.close()
