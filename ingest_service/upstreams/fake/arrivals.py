"""Requests that arrived at the upstream. All times are nanoseconds on the clock of the upstream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request for one id, as the upstream saw it.

    `number` counts all arrivals and `attempt` those of this id, both from 1; refused ones count too. `opened_ns`
    is when the upstream was created. `started_ns` is when the last byte of the request arrived, as the kernel
    stamped it where it does. `headers` have lower-case names. `refused` means refused because of a limit.
    `status` is the status of the answer, None while no byte of it was sent. `ended_ns` is just before the last
    byte of the answer was sent, or when the client was found to be gone; None while the request is in work.
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
    method: str = "GET"
    body: bytes = b""

    @property
    def age_ns(self) -> int:
        """Age of the upstream when this arrived."""
        return self.started_ns - self.opened_ns


def most_in_a_span(starts: Sequence[int], window_ns: int) -> int:
    """Return the largest number of these ascending starts in one half-open span of the window."""
    most = first = 0
    for last, start in enumerate(starts):
        while start - starts[first] >= window_ns:
            first += 1
        most = max(most, last - first + 1)
    return most
