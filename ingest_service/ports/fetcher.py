"""Interfaces for calling the upstream."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ingest_service.domain.ledger import Call


class Fetcher(Protocol):
    """Calls the upstream."""

    def fetch(self, record_id: int) -> Call:
        """Call the upstream once for one id and block until it has answered; several threads call at once.

        A call that goes wrong is an answer with an error, not an exception.
        """


class FanOut(Protocol):
    """Makes the calls of a slot at the same time."""

    def __call__(self, call: Callable[[int], Call], ids: Sequence[int]) -> list[Call]:
        """Run `call` for every id at once, block until all have ended, return them in the order of the ids."""
