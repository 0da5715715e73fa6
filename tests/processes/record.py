"""The plan of a chaos run, and the record of it."""

from dataclasses import dataclass, field
from typing import Any

from tests.processes.arrival import Arrival
from tests.processes.load import Accepted


@dataclass(frozen=True)
class Plan:
    """The interval of the service, and the number of kills at each kind of moment.

    `room` is the number of ids that may wait before no more are submitted, `alive_seconds` the longest life of a
    service under load.
    """

    interval_seconds: float
    room: int
    alive_seconds: float
    loaded: int
    calling: int
    starting: int
    quiet: int
    paused: int = 0

    @property
    def interval(self) -> int:
        """The interval in nanoseconds."""
        return round(self.interval_seconds * 1_000_000_000)


@dataclass
class Record:
    """Everything that the upstream, the clients and the ledger recorded. Times are nanoseconds, monotonic."""

    interval: int
    kills: list[int] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    unanswered: int = 0
    reported: dict[int, int] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)
    # The results of each completed ingestion.
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # The place of each id in the order: priority, acceptance, position.
    places: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    # (opened, start of the last call if the slot was closed), one for each slot in their order.
    ledger: list[tuple[int, int | None]] = field(default_factory=list)
