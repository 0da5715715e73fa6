"""Interfaces for calling the upstream."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ingest_service.domain.ledger import Call


class Fetcher(Protocol):
    """Calls the upstream."""

    def fetch(self, record_id: int, until: int | None) -> Call:
        """Call the upstream once for one id and block until it has answered; several threads call at once.

        It connects, then looks at `Clock.fence`, and only then sends: at `until` or later it sends nothing and
        returns NOT_CALLED (None: there is no limit). A call that goes wrong, also for want of a connection, is an
        answer with an error, not an exception.
        """


class FanOut(Protocol):
    """Makes the calls of a slot at the same time."""

    def __call__(self, call: Callable[[int], Call], places: Sequence[int]) -> list[Call]:
        """Run `call` for every place in a slot at once, block until all have ended, return them in this order."""
