"""The settings, read once from the environment, and what is opened with them."""

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from registry.inspection import Limits
from registry.kit import migrations
from registry.kit.db import Database
from registry.kit.jwks import Issuers, is_host, is_trustworthy
from registry.kit.mail import MailServer
from registry.kit.schemas import EMAIL
from registry.kit.sealing import Seal
from registry.kit.storage import Storage
from registry.sign_in.openid import Providers
from registry.sign_in.providers import Provider, ProviderSettingError
from registry.sign_in.providers import read as read_providers

MEGABYTE = 1_000_000
PORT = 8000


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who runs the registry, for its imprint; None is what was not said."""

    name: str | None = None
    address: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set; `docs/settings.md` explains each."""

    data_dir: Path
    database_url: str
    storage_url: str
    secret_key: str
    base_url: str
    max_package_mb: int
    writes_per_minute: int
    proxies: int
    read_only: bool
    publishing: bool
    accel_prefix: str | None
    mail_server: MailServer | None
    dns_servers: tuple[str, ...]
    #: CI servers, and for each the other hosts at which its keys may lie.
    trusted_issuers: Mapping[str, tuple[str, ...]]
    providers: tuple[Provider, ...]
    security_contact: str
    imprint: Imprint
    #: Set by `serve --demo`, never from outside: everybody may sign in as anybody.
    demo: bool = False

    @classmethod
    def read(cls, environ: Mapping[str, str], *, port: int = PORT) -> "Settings":
        """Read and check the `REGISTRY_…` variables; SettingsError for the first that is wrong.

        Unless said otherwise the registry is known as what listens at `port` of this machine.
        """
        data_dir = Path(environ.get("REGISTRY_DATA_DIR") or "var").absolute()
        database_url = environ.get("REGISTRY_DATABASE_URL") or f"sqlite:///{data_dir / 'registry.db'}"
        if urlsplit(database_url).scheme.partition("+")[0] not in {"sqlite", "postgresql"}:
            message = "REGISTRY_DATABASE_URL must begin with sqlite:/// or postgresql://"
            raise SettingsError(message)
        base_url = (environ.get("REGISTRY_BASE_URL") or f"http://localhost:{port}").rstrip("/")
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            message = "REGISTRY_BASE_URL must be an http or https address, such as https://registry.example"
            raise SettingsError(message)
        return cls(
            data_dir=data_dir,
            database_url=database_url,
            storage_url=environ.get("REGISTRY_STORAGE_URL") or f"file://{data_dir / 'packages'}",
            secret_key=_secret_key(environ, data_dir, database_url),
            base_url=base_url,
            max_package_mb=_number(environ, "REGISTRY_MAX_PACKAGE_MB", 100),
            writes_per_minute=_number(environ, "REGISTRY_WRITES_PER_MINUTE", 600),
            proxies=_number(environ, "REGISTRY_PROXIES", 0, least=0),
            read_only=_switch(environ, "REGISTRY_READ_ONLY", default=False),
            publishing=_switch(environ, "REGISTRY_PUBLISHING", default=True),
            accel_prefix=environ.get("REGISTRY_ACCEL_PREFIX") or None,
            mail_server=_mail_server(environ, base_url),
            dns_servers=tuple((environ.get("REGISTRY_DNS_SERVERS") or "").replace(",", " ").split()),
            trusted_issuers=_issuers(environ),
            providers=_providers(environ),
            security_contact=_security_contact(environ, base_url),
            imprint=_imprint(environ),
        )

    @property
    def limits(self) -> Limits:
        """The bounds that a package is held to."""
        return Limits(package_bytes=self.max_package_mb * MEGABYTE)


def _mail_server(environ: Mapping[str, str], base_url: str) -> MailServer | None:
    url = environ.get("REGISTRY_SMTP_URL")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        message = "REGISTRY_SMTP_URL must be like smtp://user:password@mail.example:587 or smtps://mail.example"
        raise SettingsError(message)
    sender = environ.get("REGISTRY_MAIL_FROM") or f"registry@{urlsplit(base_url).hostname}"
    if not EMAIL.fullmatch(sender):
        message = "REGISTRY_MAIL_FROM must be an e-mail address, such as registry@city.example"
        raise SettingsError(message)
    return MailServer(url, sender)


def _security_contact(environ: Mapping[str, str], base_url: str) -> str:
    said = environ.get("REGISTRY_SECURITY_CONTACT") or f"security@{urlsplit(base_url).hostname}"
    if EMAIL.fullmatch(said):
        return f"mailto:{said}"
    if not said.startswith("https://") or not said.isascii() or not said.isprintable() or " " in said:
        message = "REGISTRY_SECURITY_CONTACT must be an e-mail address or an https address"
        raise SettingsError(message)
    return said


def _imprint(environ: Mapping[str, str]) -> Imprint:
    name, address, email = (environ.get(f"REGISTRY_OPERATOR_{part}") or None for part in ("NAME", "ADDRESS", "EMAIL"))
    if email is not None and not EMAIL.fullmatch(email):
        message = "REGISTRY_OPERATOR_EMAIL must be an e-mail address, such as registry@city.example"
        raise SettingsError(message)
    return Imprint(name, address, email)


def _secret_key(environ: Mapping[str, str], data_dir: Path, database_url: str) -> str:
    key = environ.get("REGISTRY_SECRET_KEY")
    if key:
        if len(key) < 32:
            message = "REGISTRY_SECRET_KEY must have at least 32 characters; make one with: openssl rand -hex 32"
            raise SettingsError(message)
        return key
    if not database_url.startswith("sqlite"):
        message = "REGISTRY_SECRET_KEY is required with PostgreSQL; make one with: openssl rand -hex 32"
        raise SettingsError(message)
    place = data_dir / "secret.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    # Two processes may start at once on a new folder: only one of them makes the key, and both read it.
    if not place.exists():
        made = data_dir / f"secret.key.{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32))
        try:
            place.hardlink_to(made)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return place.read_text().strip()


def _number(environ: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    said = environ.get(name) or str(default)
    if not said.isascii() or not said.isdigit() or not least <= int(said) <= 100_000:
        message = f"{name} must be a whole number from {least} to 100000"
        raise SettingsError(message)
    return int(said)


def _issuers(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    said: dict[str, tuple[str, ...]] = {}
    for each in (environ.get("REGISTRY_TRUSTED_ISSUERS") or "").replace(",", " ").split():
        issuer, sign, host = each.partition("=")
        if not is_trustworthy(issuer) or (sign and not is_host(host)):
            message = f"REGISTRY_TRUSTED_ISSUERS must list https addresses (http on this machine alone), not {each}"
            raise SettingsError(message)
        said[issuer] = (*said.get(issuer, ()), *([host] if sign else []))
    return said


def _providers(environ: Mapping[str, str]) -> tuple[Provider, ...]:
    try:
        return read_providers(environ)
    except ProviderSettingError as error:
        raise SettingsError(str(error)) from None


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    said = (environ.get(name) or ("on" if default else "off")).lower()
    if said not in {"on", "off", "1", "0", "true", "false", "yes", "no"}:
        message = f"{name} must be on or off"
        raise SettingsError(message)
    return said in {"on", "1", "true", "yes"}


class Resources:
    """The database and the storage of one registry, opened once for a process."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self.settings = settings
        if settings.database_url.startswith("sqlite"):
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.seal = Seal(settings.secret_key, "mail")
        self.database = Database(settings.database_url, info={"seal": self.seal})
        self.storage = Storage.open(settings.storage_url, environ)
        self.at_close: list[Callable[[], None]] = []
        self.issuers = Issuers(settings.trusted_issuers)
        self.providers = Providers(settings.providers, settings.base_url, Seal(settings.secret_key, "id-token"))

    @property
    def incoming(self) -> Path:
        """The folder where uploads arrive, on the same file system as the local storage."""
        folder = self.settings.data_dir / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def health(self) -> dict[str, bool]:
        """Tell whether the database, the migrations and the storage are as they should be."""
        return {
            "database": _holds(lambda: self._asked(migrations.current) is not None),
            "migrations": _holds(lambda: self._asked(migrations.is_current)),
            "storage": _holds(self._stores),
        }

    def _asked(self, question: Callable[[Session], object]) -> object:
        with self.database.reading() as session:
            return question(session)

    def _stores(self) -> bool:
        self.storage.check()
        return True

    def close(self) -> None:
        """Do what is left to do, and let go of every connection."""
        for finish in self.at_close:
            finish()
        self.database.dispose()


def _holds(check: Callable[[], object]) -> bool:
    try:
        return bool(check())
    except Exception as error:  # noqa: BLE001 - a probe must answer: no failure, foreseen or not, is ready
        logging.getLogger("registry").warning("not ready: %s", error)
        return False
