"""The plan of a chaos run, and the record of it."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.processes.arrival import Arrival
from tests.processes.changes import Changes, Move
from tests.processes.load import PRIORITIES, Accepted
from tests.processes.system_calls import SystemCall

Place = tuple[int, int, int]


@dataclass(frozen=True)
class Plan:
    """The interval of the service, and the number of kills at each kind of moment.

    `room` is the number of ids that may wait before no more are submitted, `alive_seconds` the longest life of a
    service under load. The service is killed once at each of the system calls `calls`.
    """

    interval_seconds: float
    room: int
    alive_seconds: float
    loaded: int
    calling: int
    starting: int
    quiet: int
    paused: int = 0
    calls: tuple[SystemCall, ...] = ()

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
    # The ids in cancelled batches of each ingestion that ended.
    cancelled: dict[str, set[int]] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    # The system calls that killed a service: those of the plan that it came to.
    struck: list[SystemCall] = field(default_factory=list)
    # The results of each ingestion that ended.
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # The place of each id in the order at the end: priority, acceptance, position.
    places: dict[int, Place] = field(default_factory=dict)
    # (opened, start of the last call if the slot was closed), one for each slot in their order.
    ledger: list[tuple[int, int | None]] = field(default_factory=list)

    def places_at(self, record_id: int, at: int) -> list[Place]:
        """Return the places that an id may have had at a time: several while a change of priority is under way."""
        _, sequence, position = self.places[record_id]
        return [(priority, sequence, position) for priority in self._priorities(record_id, at)]

    def _priorities(self, record_id: int, at: int) -> set[int]:
        if record_id not in self._moves:
            return {self.places[record_id][0]}
        first, moves = self._moves[record_id]
        possible = {first}
        for move in moves:
            if move.answered is not None and move.answered <= at:
                possible = {move.priority}
            elif move.sent <= at:
                possible.add(move.priority)
        return possible

    @cached_property
    def _moves(self) -> dict[int, tuple[int, list[Move]]]:
        """The first priority and the changes of it, by the ids that they were for."""
        first = {accepted.ids: PRIORITIES.index(accepted.priority) for accepted in self.accepted}
        by_ids: dict[tuple[int, ...], list[Move]] = defaultdict(list)
        for move in self.changes.moves:
            by_ids[move.ids].append(move)
        return {record_id: (first[ids], moves) for ids, moves in by_ids.items() for record_id in ids}
