"""A real browser: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.support.processes import install

#: Debian's Chromium asks the outside for news at every start, and tells others that it was started by a program.
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser; install it where it is missing and that is possible."""
    if _chromium() is None:
        install("Chromium", "chromium", unless=_chromium)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_chromium(), args=[*QUIET])
        yield started
        started.close()
