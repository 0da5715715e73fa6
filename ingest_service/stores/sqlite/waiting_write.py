"""A write that waits for the commit that it shares with others."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


def _taken() -> Lock:
    """Return a lock that is taken: releasing it wakes the one thread that waits for it."""
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class WaitingWrite:
    """A write that waits to be durable, or for its turn to lead."""

    statements: Callable[[sqlite3.Connection], Any]
    afterwards: Callable[[Any], None] | None
    turn: Lock = field(default_factory=_taken)
    is_answered: bool = False
    result: Any = None
    error: Exception | None = None

    def ended(self, result: object) -> None:
        """Follow it up, and let it return: it is durable."""
        if self.afterwards is not None:
            self.afterwards(result)
        self.result, self.is_answered = result, True

    def failed(self, error: Exception) -> None:
        """Let it raise, unless it returns."""
        if not self.is_answered:
            self.error, self.is_answered = error, True
