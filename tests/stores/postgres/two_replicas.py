"""Two replicas on one database and one virtual clock, driven by the test."""

from collections.abc import Iterable, Sequence
from typing import Self
from uuid import UUID

from ingest_service.domain.ledger import NOT_CALLED, Answer, Call, Outcome, Slot
from ingest_service.domain.model import Priority
from ingest_service.domain.progress import Progress
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.engine import PostgresEngine
from ingest_service.stores.postgres.records import PostgresRecords
from ingest_service.stores.postgres.replicas import Replica
from tests.doubles import VirtualClock, good
from tests.engines.places import TIMES, rules_of
from tests.engines.rig import submission_of
from tests.engines.wiring import Wiring
from tests.postgres.virtual_clock import DatabaseClock


class ReplicaRig:
    """One replica. Times are nanoseconds since the pair began."""

    def __init__(self, url: str, name: str, clock: VirtualClock) -> None:
        self.clock = clock
        self.wiring = Wiring(clock)
        self.replica = Replica(name)
        self.database = PostgresDatabase(url)
        self.engine = PostgresEngine(
            self.database,
            self.replica,
            rules_of(self.wiring),
            clock,
            self.wiring.observer,
            self.wiring.causes.note,
        )
        self.records = PostgresRecords(self.database, self.replica.owner)
        self.records.start()
        self.engine.start()

    def admit(self, ids: Iterable[int], priority: str = "MEDIUM") -> UUID:
        return self.engine.admit(submission_of(ids, Priority[priority]), None)

    def open(self) -> Slot:
        slot = self.engine.open()
        assert slot is not None
        return slot

    def close(self, slot: Slot, *answers: Answer | None) -> bool:
        """Close a slot with these answers (None: not called); without any, each id has a result."""
        given: Sequence[Answer | None] = answers or [good(record_id, 1) for record_id in slot.ids]
        now = self.clock.now()
        return self.engine.close(slot, [NOT_CALLED if one is None else Call(now, one) for one in given])

    def progress(self, ingestion_id: UUID) -> Progress:
        progress = self.records.progress(ingestion_id)
        assert progress is not None
        return progress

    def outcomes(self, ingestion_id: UUID) -> list[Outcome]:
        return [outcome for _, outcome in self.records.outcomes(ingestion_id, -1, 1000) or []]


class TwoReplicas:
    """A pair of replicas that may open slots from `began` on."""

    def __init__(self, url: str) -> None:
        self.began = VirtualClock().now()
        self.clock = DatabaseClock(url, self.began - TIMES.grant - TIMES.interval)
        self.one, self.other = ReplicaRig(url, "one", self.clock), ReplicaRig(url, "other", self.clock)
        self.clock.time = self.began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for replica in (self.one, self.other):
            replica.records.stop()
        self.clock.close()

    def since_began(self, slot: Slot) -> int:
        """Return when a slot opened."""
        return slot.opened - self.began
