"""A browser, and services for it to look at."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.watched import WatchedPage
from tests.processes.client import HOST
from tests.processes.conftest import client, environ, start

__all__ = ["client", "environ", "start"]

# It is to ask for nothing by itself.
QUIET = (
    *("--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

Open = Callable[..., WatchedPage]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the system."""
    path = shutil.which("chromium")
    assert path is not None, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def look(browser: Browser, environ: dict[str, str]) -> Iterator[Open]:
    """Open pages of the test's service; in the end none of them has complained."""
    with ExitStack() as stack:

        def open_one(path: str = "/", **context: Any) -> WatchedPage:
            page = WatchedPage(browser, f"http://{HOST}:{environ['INGEST_PORT']}{path}", **context)
            stack.callback(page.close)
            return page

        yield open_one
