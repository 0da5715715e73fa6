"""The ids of the next slot as it would be now, read before it opens."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from ingest_service.errors import IngestError

# Ids of an ingestion at these positions.
Wanted = tuple[int, Sequence[int]]


class IdsAhead:
    """Keeps ids that the next slot may call, so that its opening need not wait for a reading. One thread.

    It decides nothing: a slot that carries others reads them. The ids of an ingestion never change.
    """

    def __init__(self, read: Callable[[int, Sequence[int]], tuple[int, ...]]) -> None:
        self._read = read
        self._known: dict[tuple[int, int], int] = {}

    def prepare(self, expected: Iterable[Wanted]) -> None:
        """Read what is expected, and forget all else. What cannot be read is tried again when it is needed."""
        known: dict[tuple[int, int], int] = {}
        for sequence, positions in expected:
            with suppress(IngestError):
                known.update(zip(self._places(sequence, positions), self.of(sequence, positions), strict=True))
        self._known = known

    def of(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        """Return the ids of an ingestion at these positions. Raises IdsDamaged and StoreError."""
        try:
            return tuple(map(self._known.__getitem__, self._places(sequence, positions)))
        except KeyError:
            return self._read(sequence, positions)

    @staticmethod
    def _places(sequence: int, positions: Sequence[int]) -> list[tuple[int, int]]:
        return [(sequence, position) for position in positions]
