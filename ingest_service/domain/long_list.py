"""A list of many numbers to whose end more are added, while those at its beginning leave it."""

from array import array
from collections.abc import Sequence

# Numbers in a part: they leave together.
PART = 4096


class LongList:
    """Numbers below 2**63, eight bytes each. Adding and leaving copy nothing, so memory has no peaks.

    One thread at a time may add; any thread may read what was there before.
    """

    def __init__(self, parts: "Sequence[array[int]]" = ()) -> None:
        self._parts = list(parts)

    def append(self, number: int) -> None:
        """Add a number."""
        if not self._parts or len(self._parts[-1]) == PART:
            self._parts.append(array("q"))
        self._parts[-1].append(number)

    def behind(self, parts: int) -> "LongList":
        """Return the same without the first `parts` times PART numbers. From now on only it may be added to."""
        return LongList(self._parts[parts:])

    def between(self, first: int, stop: int) -> "array[int]":
        """Return a copy of the numbers from one place to another."""
        found = array("q")
        for number, part in enumerate(self._parts):
            begin = number * PART
            found += part[max(0, first - begin) : max(0, stop - begin)]
        return found

    def __getitem__(self, place: int) -> int:
        """Return the number at a place, which is not negative."""
        return self._parts[place // PART][place % PART]

    def __len__(self) -> int:
        """Return how many there are."""
        return PART * (len(self._parts) - 1) + len(self._parts[-1]) if self._parts else 0
