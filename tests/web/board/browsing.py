"""A browser as the server sees it, and the page as a person without JavaScript reads it."""

import re
from html import unescape
from typing import Any, Self

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.service import Service
from tests.doubles import VirtualClock
from tests.simulation import Simulation

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


class Driven(Service):
    """A service whose dispatcher is driven by the test: it does not run by itself, and that is as it should be."""

    @classmethod
    def by(cls, simulation: Simulation) -> Self:
        return cls(simulation.records, simulation.engine, simulation.dispatcher, [], simulation.batch_size)

    def readiness_failures(self) -> dict[str, str]:
        found = super().readiness_failures()
        del found["dispatcher"]
        return found


class Browser:
    """Asks for pages; before each, `pause` nanoseconds pass, so that the last reading is old."""

    def __init__(self, client: FlaskClient, clock: VirtualClock, pause: int) -> None:
        self._client = client
        self._clock = clock
        self._pause = pause

    def get(self, path: str = "/", **kwargs: Any) -> TestResponse:
        self._clock.time += self._pause
        headers = {"Accept": ACCEPT, **kwargs.pop("headers", {})}
        return self._client.get(path, headers=headers, **kwargs)

    def read(self, path: str = "/") -> str:
        """Return what a page says, in one line."""
        return text_of(self.get(path).text)


def text_of(html: str) -> str:
    """Return the text of a page, with a blank for each tag."""
    body = html.partition("<body>")[2] or html
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def title_of(html: str) -> str:
    """Return the title of a page."""
    return unescape(html.partition("<title>")[2].partition("</title>")[0]).replace("\u202f", " ")
