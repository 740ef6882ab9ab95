"""The command line as the console script runs it, without the cost of a process each time."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.app import main
from registry.cli import seeding
from registry.config import Resources, Settings
from registry.kit import migrations


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def refused(self, code: int, *words: str) -> None:
        """Hold against the rule: one line on stderr, which says what is wrong, and nothing else."""
        assert (self.code, self.out) == (code, ""), self
        assert self.err.count("\n") == 1, self
        assert not [word for word in words if word not in self.err], self


Shell = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder for the registry's data."""
    return tmp_path / "data"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, home: Path) -> Shell:
    """Run a command: `shell("db", "current", REGISTRY_BASE_URL="…")`; None takes a variable away."""
    here = tmp_path / "here"
    here.mkdir()

    def run(*arguments: str, **environ: str | None) -> Done:
        for name in [name for name in os.environ if name.startswith(("REGISTRY_", "AWS_"))]:
            monkeypatch.delenv(name)
        for name, value in {"REGISTRY_DATA_DIR": str(home), **environ}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        monkeypatch.chdir(here)
        monkeypatch.setattr(sys, "argv", ["efa-registry", *arguments])
        capfd.readouterr()
        code: int | str | None = 0
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        assert list(here.iterdir()) == [], "A command left something in the working directory."
        return Done(code if isinstance(code, int) else 0 if code is None else 1, *capfd.readouterr())

    return run


@pytest.fixture
def migrated(home: Path, sqlite_template: Path) -> Path:
    """A data folder with the cast's organisations in its database."""
    home.mkdir()
    shutil.copy(sqlite_template, home / "registry.db")
    return home


@pytest.fixture(scope="session")
def seeded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example catalogue, which nobody changes."""
    folder = tmp_path_factory.mktemp("seeded")
    environ = {"REGISTRY_DATA_DIR": str(folder)}
    resources = Resources(Settings.read(environ), environ)
    migrations.upgrade(resources.database)
    seeding.load(resources)
    resources.close()
    return folder


@pytest.fixture
def seeded(home: Path, seeded_template: Path) -> Path:
    """A data folder with the example catalogue."""
    shutil.copytree(seeded_template, home)
    return home
