"""A list of record ids in four bytes each."""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

BYTES_PER_ID = 4
_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class PackedIds:
    """Record ids as little-endian unsigned 32-bit integers: a million of them take 4 MB.

    Ids run from 1 to 10^9+7, which is below 2^32.
    """

    packed: bytes

    @classmethod
    def of(cls, ids: Iterable[int]) -> Self:
        """Pack these ids in the order given. Raises OverflowError for one that is not of 32 bits."""
        packed = array("I", ids)
        if sys.byteorder == "big":
            packed.byteswap()
        return cls(packed.tobytes())

    def __len__(self) -> int:
        return len(self.packed) // BYTES_PER_ID

    def span(self, start: int, stop: int) -> tuple[int, ...]:
        """Return the ids from position `start` up to, but not including, `stop`; cut off at the end."""
        packed = self.packed[start * BYTES_PER_ID : stop * BYTES_PER_ID]
        return struct.unpack(f"<{len(packed) // BYTES_PER_ID}I", packed)

    def __getitem__(self, position: int) -> int:
        """Return the id at this position. Raises IndexError beyond the end."""
        if not 0 <= position < len(self):
            raise IndexError(position)
        return self.span(position, position + 1)[0]

    def __iter__(self) -> Iterator[int]:
        for start in range(0, len(self), _CHUNK):
            yield from self.span(start, start + _CHUNK)
