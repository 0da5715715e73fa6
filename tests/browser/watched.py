"""A page of a real browser, and everything that it asks for and complains of."""

import time
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
# Of the browser itself, while a service ends, and while nothing listens.
AWAY = ("net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE")


class WatchedPage:
    """A page in a profile of its own; `complaints` are errors of its scripts and of the browser about it."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self._context = browser.new_context(**context)
        self.page: Page = self._context.new_page()
        self.address = address
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)

    def close(self) -> None:
        """Close it. Raises AssertionError if it asked another host, or complained of something."""
        self._context.close()
        assert self.hosts == {urlsplit(self.address).netloc}
        assert self.complaints == [], self.complaints

    def violations(self) -> list[str]:
        """Return the rules of accessibility that the page breaks, each with the elements that do."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run()")
        return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found["violations"]]

    def wait_until_middle_of_second(self) -> int:
        """Block until no clock is about to tick; return the second."""
        fraction = time.time() % 1
        self.page.wait_for_timeout(1000 * ((0.5 - fraction) % 1))
        return int(time.time())

    def _note(self, message: ConsoleMessage) -> None:
        # An answer in JSON names no icon.
        if message.location["url"].endswith("/favicon.ico"):
            return
        if message.type in ("error", "warning") and not any(error in message.text for error in AWAY):
            self.complaints.append(message.text)
