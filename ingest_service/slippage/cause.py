"""What may make ingestions end later."""

from dataclasses import dataclass
from typing import Self

from ingest_service.domain.entry import Entry

# A priority and a sequence.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cause:
    """What may move ends: all of them by `delay` nanoseconds, or those behind a place in the order."""

    text: str
    place: Place | None = None
    delay: int = 0

    @classmethod
    def of(cls, entry: Entry, text: str) -> Self:
        """Name what an entry does to those behind it."""
        return cls(text, (entry.priority, entry.sequence))

    def reaches(self, place: Place) -> bool:
        """Whether it may move the end of the ingestion at this place."""
        return self.place is None or self.place <= place
