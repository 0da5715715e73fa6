"""The rate limit that slots keep."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `ids` starts in any `window` (nanoseconds)."""

    ids: int
    window: int


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Ids in a slot, and times in nanoseconds.

    `interval` is the least time between two slot starts. `linger` is the time an idle dispatcher waits after an
    arrival, so that submissions made together are ordered and packed together. `longest_pause` bounds the pauses
    that the upstream may ask for. A slot takes whole batches, or with `fills` the next ids up to its size.
    `quotas` are limits over longer windows; the `guard` is in the interval, and is to be added to their windows.
    """

    slot_size: int
    interval: int
    linger: int
    longest_pause: int
    fills: bool = False
    quotas: tuple[Quota, ...] = ()
    guard: int = 0

    @property
    def limits(self) -> tuple[Quota, ...]:
        """All limits, the one that makes the slots first."""
        return (Quota(self.slot_size, self.interval - self.guard), *self.quotas)

    def late_by(self, lag: int) -> "RateLimit":
        """Return the rate as it comes out where every slot starts so much after it may."""
        return replace(self, interval=self.interval + lag, guard=self.guard + lag)

    def fitting(self, size: int, room: int) -> int:
        """Return how many of the next batch's `size` ids go into a slot that has room for `room` more."""
        if self.fills:
            return min(size, room)
        return size if size <= room else 0
