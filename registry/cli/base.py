"""What commands share: the settings, the database, and one sentence for what went wrong."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError
from sqlalchemy.orm import Session

from registry.config import PORT, Resources, Settings
from registry.kit import migrations
from registry.kit.errors import RegistryError
from registry.kit.storage import StorageError, StorageUrlError

#: PostgreSQL's name for a table that is missing.
_NO_TABLE = "42P01"


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say on stderr what is wrong and what to do, and leave."""
    click.echo(sentence, err=True)
    sys.exit(code)


@contextmanager
def opened(*, port: int = PORT) -> Iterator[Resources]:
    """Open database and storage as the environment says; what they refuse is told in one sentence."""
    resources: Resources | None = None
    try:
        resources = _open(port)
        yield resources
    except RegistryError as error:
        places = "; ".join(f"{fault.pointer}: {fault.detail['en']}" for fault in error.faults)
        fail(f"{error.detail['en']} {f'({places}) ' if places else ''}{error.remedy['en']}")
    except (IntegrityError, DataError):
        raise  # a fault of ours, not of the database
    except DatabaseError as error:
        said = str(error.orig).strip().splitlines()[0]
        if "no such table" in said or getattr(error.orig, "sqlstate", None) == _NO_TABLE:
            fail("The database has no tables yet; run: efa-registry db upgrade")
        fail(f"The database cannot be used ({said}); check REGISTRY_DATABASE_URL.")
    except StorageError as error:
        said = str(error).removesuffix(".")
        fail(f"{said}; check REGISTRY_STORAGE_URL.", 2 if isinstance(error, StorageUrlError) else 1)
    except OSError as error:
        fail(f"{error.filename or 'A file'} cannot be used ({error.strerror}); check REGISTRY_DATA_DIR and its disk.")
    finally:
        if resources is not None:
            resources.close()


def _open(port: int) -> Resources:
    """Open what the settings name; what they name wrongly is wrong use."""
    try:
        return Resources(Settings.read(os.environ, port=port), os.environ)
    except ModuleNotFoundError as error:
        fail(f"REGISTRY_DATABASE_URL needs {error.name}; install it: pip install 'efa-registry[postgres]'", 2)
    except (ArgumentError, TypeError):
        fail("REGISTRY_DATABASE_URL must be like sqlite:////srv/registry.db or postgresql://user@host/name.", 2)
    except ValueError as error:
        names = "REGISTRY_DATABASE_URL, REGISTRY_STORAGE_URL and REGISTRY_BASE_URL"
        fail(f"An address cannot be read ({error}); check {names}.", 2)
    except OSError as error:
        fail(f"{error.filename} cannot be used ({error.strerror}); check REGISTRY_DATA_DIR.", 2)


def is_current(resources: Resources) -> bool:
    """Whether the database has what this program needs."""
    with resources.database.reading() as session:
        return migrations.is_current(session)


def refuse_when_behind(resources: Resources) -> None:
    """Leave where the database lacks what this program needs."""
    if not is_current(resources):
        fail("The database is not up to date; run: efa-registry db upgrade")


@contextmanager
def transaction() -> Iterator[Session]:
    """Do something to the registry, wholly or not at all."""
    with opened() as resources, resources.database.transaction() as session:
        yield session
