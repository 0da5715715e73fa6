"""Causes of slips."""

from collections import deque
from dataclasses import dataclass
from threading import Event
from typing import Self

from ingest_service.domain.entry import Entry, Place


@dataclass(frozen=True, slots=True)
class Cause:
    """An event that may move ends: all of them by `delay` nanoseconds, or those behind a place in the order."""

    text: str
    place: Place | None = None
    delay: int = 0

    @classmethod
    def of(cls, entry: Entry, text: str) -> Self:
        """Return the cause that an entry is for those behind it."""
        return cls(text, entry.place)

    def reaches(self, place: Place) -> bool:
        """Return whether it may move the end of the ingestion at this place."""
        return self.place is None or self.place <= place


class CauseLog:
    """Causes that were noted and not looked at yet. Any thread; does not block. `bell` rings for each."""

    def __init__(self) -> None:
        self.bell = Event()
        self._causes: deque[Cause] = deque()

    def note(self, cause: Cause) -> None:
        """Note a cause before it takes effect."""
        self._causes.append(cause)
        self.bell.set()

    def take(self) -> list[Cause]:
        """Remove and return the causes noted so far, in order."""
        return [self._causes.popleft() for _ in range(len(self._causes))]
