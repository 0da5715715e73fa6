"""The rate limit that slots keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Ids in a slot, and times in nanoseconds.

    `interval` is the least time between two slot starts. `linger` is the time an idle dispatcher waits after an
    arrival, so that submissions made together are ordered and packed together. `longest_pause` bounds the pauses
    that the upstream may ask for.
    """

    slot_size: int
    interval: int
    linger: int
    longest_pause: int
