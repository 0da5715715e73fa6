"""The rate limit that slots keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Ids in a slot, and times in nanoseconds.

    `interval` is the least time between two slot starts. `linger` is the time an idle dispatcher waits after an
    arrival, so that submissions made together are ordered and packed together. `longest_pause` bounds the pauses
    that the upstream may ask for. A slot takes whole batches, or with `fills` the next ids up to its size.
    """

    slot_size: int
    interval: int
    linger: int
    longest_pause: int
    fills: bool = False

    def fitting(self, size: int, room: int) -> int:
        """Return how many of the next batch's `size` ids go into a slot that has room for `room` more."""
        if self.fills:
            return min(size, room)
        return size if size <= room else 0
