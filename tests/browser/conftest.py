"""A browser, and services for it to look at."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.watched import PATIENCE, WatchedPage
from tests.processes.client import HOST
from tests.processes.conftest import client, environ, start

__all__ = ["client", "environ", "start"]

# A name that leads to this machine, and is not as trusted as `localhost`.
ELSEWHERE = "ingest.example"
# It is to ask for nothing by itself.
QUIET = (
    *("--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    f"--host-resolver-rules=MAP {ELSEWHERE} {HOST}",
)

Open = Callable[..., WatchedPage]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the system."""
    path = shutil.which("chromium")
    assert path is not None, "these tests need Chromium: apt-get install chromium"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def look(browser: Browser, environ: dict[str, str]) -> Iterator[Open]:
    """Open pages, by paths of the test's service or by addresses; in the end none of them has complained."""
    with ExitStack() as stack:

        def open_one(path: str = "/", **context: Any) -> WatchedPage:
            address = urljoin(f"http://{HOST}:{environ['INGEST_PORT']}", path)
            page = WatchedPage(browser, address, **context)
            stack.callback(page.close)
            return page

        yield open_one
