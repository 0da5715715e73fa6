"""One engine of any kind, its records and its clock, for tests that speak to the port `Engine` alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.dispatch.engine import EmbeddedEngine
from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer, Call, Outcome, Slot
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.domain.rate import RateLimit
from ingest_service.ports.engine import Engine
from ingest_service.ports.records import Records
from ingest_service.slippage.cause import Cause
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import NotingObserver, UnthreadedDatabase, VirtualClock, good

SECOND = NANOSECONDS
RATE = RateLimit(slot_size=3, interval=5 * SECOND, linger=SECOND // 5, longest_pause=3600 * SECOND)
PASSING = Answer(error="HTTP 500", status=500, retryable=True)
FINAL = Answer(error="HTTP 404", status=404)


class LongestBackoff(Random):
    """A chance that always draws the largest number, so that a backoff is known."""

    def randint(self, a: int, b: int) -> int:
        return max(a, b)


@dataclass
class Wiring:
    """Everything an engine is built from."""

    clock: Clock
    rate: RateLimit = RATE
    retry_rules: RetryRules = field(default_factory=lambda: RetryRules(3, 5 * SECOND, LongestBackoff()))
    most_ids: int = 1000
    observer: NotingObserver = field(default_factory=NotingObserver)
    causes: list[Cause] = field(default_factory=list)


class Store(UnthreadedDatabase):
    """The place where an engine keeps what must outlive it."""


def embedded(wiring: Wiring, store: Store) -> tuple[Records, Engine]:
    journal = SqliteJournal(store, store, wiring.clock)
    engine = EmbeddedEngine(
        journal,
        wiring.clock,
        wiring.rate,
        wiring.retry_rules,
        wiring.most_ids,
        wiring.observer,
        wiring.causes.append,
    )
    return SqliteRecords(store), engine


def submission_of(
    ids: Iterable[int], priority: Priority = Priority.MEDIUM, deadline: int | None = None
) -> Submission:
    return Submission(uuid4(), priority, RATE.slot_size, PackedIds.of(ids), deadline)


Build = Callable[[Wiring, Store], tuple[Records, Engine]]
ENGINES: dict[str, Build] = {"embedded": embedded}


class Rig:
    """An engine on the virtual clock. `restart` builds another one over the same store, as after a crash."""

    def __init__(self, build: Build, **wiring: object) -> None:
        self.clock = VirtualClock()
        self.wiring = Wiring(self.clock, **wiring)  # type: ignore[arg-type] # the fields of Wiring
        self.began = self.clock.now()
        self._build, self._store = build, Store()
        self.restart()

    def restart(self) -> None:
        self.records, self.engine = self._build(self.wiring, self._store)
        self.records.start()
        self.engine.start()

    def submission(self, ids: Iterable[int], priority: str = "MEDIUM", deadline: int | None = None) -> Submission:
        return submission_of(ids, Priority[priority], deadline)

    def admit(self, ids: Iterable[int], priority: str = "MEDIUM", key: str | None = None) -> UUID:
        return self.engine.admit(self.submission(ids, priority), key)

    def admit_at(self, time: int, ids: Iterable[int], priority: str = "MEDIUM") -> None:
        wanted = list(ids)
        self.clock.at(self.began + time, lambda: self.admit(wanted, priority))

    def open(self) -> Slot:
        slot = self.engine.open()
        assert slot is not None
        return slot

    def close(self, slot: Slot, *answers: Answer) -> None:
        """Close a slot with these answers; without any, each id has a result."""
        given = answers or [good(record_id, 1) for record_id in slot.ids]
        self.engine.close(slot, self.calls(given))

    def calls(self, answers: Sequence[Answer]) -> list[Call]:
        return [Call(self.clock.now(), answer) for answer in answers]

    def run_slot(self, *answers: Answer) -> tuple[int, list[int]]:
        """Open and close a slot; return when it opened, since the rig began, and its ids."""
        slot = self.open()
        self.close(slot, *answers)
        return slot.opened - self.began, list(slot.ids)

    def planned(self) -> list[tuple[int, list[int]]]:
        """Return the slots to come by the snapshot, as `run_slot` returns those that came."""
        return [
            (slot.opens - self.began, list(self.records.batch_ids(slot.batches)))
            for slot in self.engine.snapshot().slots()
        ]

    def progress(self, ingestion_id: UUID) -> Progress:
        progress = self.records.progress(ingestion_id)
        assert progress is not None
        return progress

    def sequence(self, ingestion_id: UUID) -> int:
        return self.progress(ingestion_id).sequence

    def outcomes(self, ingestion_id: UUID) -> list[Outcome]:
        return [outcome for _, outcome in self.records.outcomes(ingestion_id, -1, 1000) or []]
