"""The record of a chaos run with replicas. Times are nanoseconds on the monotonic clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.processes.load import Accepted
from tests.processes.replicas.arrivals import ReplicaArrival
from tests.processes.replicas.faults import Blow, Fault
from tests.processes.replicas.replay import Misordered
from tests.processes.replicas.spans import Span


@dataclass(frozen=True)
class Struck:
    """A fault that struck a replica (None: the database), and how long that took."""

    fault: Fault
    replica: str | None
    span: Span


@dataclass(frozen=True)
class SlotRow:
    """A slot as the ledger has it, with its ids. `ends` counts how often it was ended."""

    number: int
    replica: str
    span: Span
    how: str
    ids: frozenset[int]
    ends: int


@dataclass(frozen=True)
class IdRow:
    """An id of an ingestion as the database has it.

    `attempts` and `is_good` are those of its outcome, None if it has none; `ended_in` are the slots that ended in
    the transactions that wrote an outcome of it (None: none did).
    """

    ingestion_id: str
    attempts: int | None
    is_good: bool | None
    is_cancelled: bool
    ended_in: tuple[int | None, ...] = ()


@dataclass
class ReplicasRecord:
    """Everything that the upstream, the clients, the database and the run itself recorded."""

    # How late the machine was in a span, all in all, and how long a statement took there, on average.
    lag: Callable[[Span], int]
    statement_time: Callable[[Span], int]
    struck: list[Struck] = field(default_factory=list)
    # The gate was held by a client that did not move.
    holds: list[Span] = field(default_factory=list)
    # From the request for a pause to the answer to the resume, and from the answer to the request.
    pauses: list[Span] = field(default_factory=list)
    paused: list[Span] = field(default_factory=list)
    # No new id waited.
    idle: list[Span] = field(default_factory=list)
    arrivals: list[ReplicaArrival] = field(default_factory=list)
    # Calls whose replica was stopped between their look at the fence and the sending; not among the arrivals.
    slipped: list[ReplicaArrival] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    unanswered: int = 0
    reported: dict[int, int] = field(default_factory=dict)
    slots: list[SlotRow] = field(default_factory=list)
    # Each id is submitted once.
    ids: dict[int, IdRow] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    misordered: list[Misordered] = field(default_factory=list)

    def faults_of(self, replica: str) -> list[Span]:
        """Return when a replica may have been kept from its work: by its own faults, and by those of all."""
        own = [one.span for one in self.struck if one.replica in (replica, None)]
        return [*own, *self.holds]

    def outages(self) -> list[Span]:
        """Return when the database did not answer."""
        return [one.span for one in self.struck if one.fault.blow is Blow.CRASH]
