"""A page of a real browser, and everything that it asks for and complains of."""

import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from tests.processes.waiting import PATIENCE_SECONDS

Scheme = Literal["light", "dark"]

# For all that is awaited of a page, in milliseconds: a busy machine may take long over it.
PATIENCE = 1000 * PATIENCE_SECONDS

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
# Of the browser itself, while a service ends, and while nothing listens.
AWAY = ("net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE")


PHONE: ViewportSize = {"width": 360, "height": 740}
WALL: ViewportSize = {"width": 1920, "height": 1080}
# Each scheme has all that there is to see on a wall; a phone has another layout.
FORMS: tuple[tuple[ViewportSize, Scheme], ...] = ((PHONE, "light"), (WALL, "light"), (WALL, "dark"))
# The judge is a script of ours, and what still moves has no contrast yet.
JUDGED: dict[str, Any] = {"bypass_csp": True, "reduced_motion": "reduce"}


class WatchedPage:
    """A page in a profile of its own; `complaints` are errors of its scripts and of the browser about it."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self._context = browser.new_context(**context)
        self._context.set_default_timeout(PATIENCE)
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

    def obstacles(self) -> list[str]:
        """Return what keeps people from using the page, on a phone and on a wall, in light and dark.

        The page must have been opened with JUDGED.
        """
        return [obstacle for size, scheme in FORMS for obstacle in self._obstacles(size, scheme)]

    def _obstacles(self, size: ViewportSize, scheme: Scheme) -> Iterator[str]:
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # What was drawn for another width is drawn again in the next frame.
        self.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width != size["width"]:
            yield f"{width} px wide on a screen of {size['width']} px"
        yield from (f"{scheme}, {size['width']} px: {violation}" for violation in self._violations())

    def _violations(self) -> list[str]:
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
