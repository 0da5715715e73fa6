"""An engine over a real database file, on a virtual clock."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from ingest_service.clock import NANOSECONDS
from ingest_service.dispatch.engine import EmbeddedEngine
from ingest_service.domain.ledger import Answer, Call, Slot
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import NothingScheduled, VirtualClock, good
from tests.engines.rig import submission_of
from tests.engines.wiring import Wiring


class OnDisk:
    """Parts of one process around a database file; `start` and `stop` open and close them, again and again."""

    def __init__(self, path: Path, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.wiring = Wiring(self.clock, most_ids=10_000)
        self.given_up: list[str] = []
        self.database = SqliteDatabase(path, self.clock, give_up=self.given_up.append)
        self.records = SqliteRecords(self.database)
        self.journal = SqliteJournal(self.database, self.database.lock_file, self.clock)

    def start(self) -> None:
        self.records.start()
        self.engine = EmbeddedEngine(
            self.journal,
            self.clock,
            self.wiring.rate,
            self.wiring.retry_rules,
            self.wiring.most_ids,
            self.wiring.observer,
            self.wiring.causes.note,
            self.given_up.append,
        )
        self.engine.start()

    def stop(self) -> None:
        self.records.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def waits(self) -> float:
        """Seconds until the next slot may open."""
        return self.engine.opens_in() / NANOSECONDS

    def submit(self, ids: Iterable[int], key: str | None = None) -> UUID:
        return self.engine.admit(submission_of(ids), key)

    def open(self) -> Slot:
        slot = self.engine.open()
        assert slot is not None
        return slot

    def close(self, slot: Slot, *answers: Answer) -> None:
        given = answers or [good(record_id, 1) for record_id in slot.ids]
        self.engine.close(slot, [Call(self.clock.now(), answer) for answer in given])

    def run_slot_if_any(self) -> tuple[int, ...] | None:
        """Open and close a slot, unless nothing is to come."""
        try:
            return self.run_slot()
        except NothingScheduled:
            return None

    def run_slot(self, *answers: Answer) -> tuple[int, ...]:
        """Open a slot and close it with these answers, or with results; return its ids."""
        slot = self.open()
        self.close(slot, *answers)
        return slot.ids
