"""What arrived at the upstream, and how many at most in any span. Every time is nanoseconds on its own clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request for one id, as the upstream saw it.

    `number` counts all arrivals and `attempt` those of this id, both from 1 and refused ones too. `opened_ns`
    is when the upstream's book was opened, `started_ns` when the last byte of the headers had arrived;
    `headers` have lower-case names. `refused` means: by the rate. `status` is the one that was answered, None
    while, or if, not a byte of it was sent. `ended_ns` is just before the last byte of the answer left, or
    when the peer was found gone; None while the request is in work.
    """

    number: int
    record_id: int
    attempt: int
    opened_ns: int
    started_ns: int
    headers: Mapping[str, str]
    refused: bool
    status: int | None = None
    ended_ns: int | None = None

    @property
    def age_ns(self) -> int:
        """How long the upstream had been open when this arrived."""
        return self.started_ns - self.opened_ns


def most_in_a_span(starts: Sequence[int], window_ns: int) -> int:
    """Return how many of these ascending starts at most fall into one half-open span of the window."""
    most = first = 0
    for last, start in enumerate(starts):
        while start - starts[first] >= window_ns:
            first += 1
        most = max(most, last - first + 1)
    return most
