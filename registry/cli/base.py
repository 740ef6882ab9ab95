"""What commands share: the settings, the database, and one sentence for what went wrong."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from registry.config import Resources, Settings
from registry.kit.errors import RegistryError
from registry.kit.storage import StorageError


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say on stderr what is wrong and what to do, and leave."""
    click.echo(sentence, err=True)
    sys.exit(code)


@contextmanager
def opened() -> Iterator[Resources]:
    """Open database and storage as the environment says; what they refuse is told in one sentence."""
    resources: Resources | None = None
    try:
        resources = Resources(Settings.read(os.environ), os.environ)
        yield resources
    except RegistryError as error:
        places = "; ".join(f"{fault.pointer}: {fault.detail['en']}" for fault in error.faults)
        fail(f"{error.detail['en']} {f'({places}) ' if places else ''}{error.remedy['en']}")
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig).strip().splitlines()[0]
        if "no such table" in said or "does not exist" in said:
            fail("The database has no tables yet; run: efa-registry db upgrade")
        fail(f"The database cannot be used ({said}); check REGISTRY_DATABASE_URL.")
    except StorageError as error:
        fail(f"{error}; check REGISTRY_STORAGE_URL.")
    finally:
        if resources is not None:
            resources.close()


@contextmanager
def transaction() -> Iterator[Session]:
    """Do something to the registry, wholly or not at all."""
    with opened() as resources, resources.database.transaction() as session:
        yield session
