"""The whole scheduler on the virtual clock."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

from ingest_service.clock import NANOSECONDS
from ingest_service.dispatch.dispatcher import Dispatcher
from ingest_service.dispatch.engine import EmbeddedEngine
from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer, Outcome, Slot
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import RateLimit
from ingest_service.service import Service
from ingest_service.slippage.cause import CauseLog
from ingest_service.slippage.slips import Slips
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import (
    NothingScheduled,
    NotingObserver,
    NotingUpstream,
    SlowDisk,
    UnthreadedDatabase,
    VirtualClock,
    good,
)

SECOND = NANOSECONDS
FIVE_SECONDS = RateLimit(slot_size=3, interval=5 * SECOND, linger=SECOND // 5, longest_pause=3600 * SECOND)


class LongestBackoff(Random):
    """A chance that always draws the largest number, so that a backoff is known."""

    def randint(self, a: int, b: int) -> int:
        return max(a, b)


FIVE_ATTEMPTS = RetryRules(max_attempts=5, backoff=5 * SECOND, random=LongestBackoff())


class NotingEngine(EmbeddedEngine):
    """An engine whose slots are noted when they open."""

    def __init__(self, opened: list[tuple[int, list[int]]], *args: Any) -> None:
        super().__init__(*args)
        self._opened = opened

    def open(self) -> Slot | None:
        slot = super().open()
        if slot is not None:
            self._opened.append((slot.opened, list(slot.ids)))
        return slot


class Simulation:
    """A service whose dispatcher is driven by the test; times are nanoseconds since the simulation began."""

    def __init__(
        self,
        rate: RateLimit = FIVE_SECONDS,
        latency: Callable[[int], int] = lambda _: SECOND,
        answer: Callable[[int, int], Answer] = good,
        retry_rules: RetryRules = FIVE_ATTEMPTS,
        database: UnthreadedDatabase | None = None,
        journal: type[SqliteJournal] = SqliteJournal,
        records: type[SqliteRecords] = SqliteRecords,
        most_ids: int = 10_000_000,
    ) -> None:
        self.rate = rate
        self.retry_rules = retry_rules
        self.most_ids = most_ids
        self.clock = VirtualClock()
        self.began = self.clock.now()
        self.upstream = NotingUpstream(self.clock, latency, answer)
        self.database = database or UnthreadedDatabase()
        if isinstance(self.database, SlowDisk):
            self.database.clock = self.clock
        self._journal, self._records = journal, records
        self.database.start()
        self.opened: list[tuple[int, list[int]]] = []
        self.start()

    def start(self) -> None:
        """Start, or start again after a crash: only the database and the upstream remember anything."""
        self.observer = NotingObserver()
        self.records = self._records(self.database)
        self.journal = self._journal(self.database, self.database, self.clock)
        causes = CauseLog()
        self.engine = NotingEngine(
            self.opened,
            self.journal,
            self.clock,
            self.rate,
            self.retry_rules,
            self.most_ids,
            self.observer,
            causes.note,
        )
        self.slips = Slips(self.records, self.engine.snapshot, causes, self.clock, 0, self.observer)
        self.engine.start()
        self.given_up: list[str] = []
        self.dispatcher = Dispatcher(
            self.engine, self.upstream, self.clock, self.clock.fan_out, self.observer, self.given_up.append
        )
        self.service = Service(self.records, self.engine, self.dispatcher, [], self.rate.slot_size)

    def submit(self, ids: Iterable[int], priority: str = "MEDIUM") -> UUID:
        return self.service.submit(ids, Priority[priority])

    def submit_at(self, time: int, ids: Iterable[int], priority: str = "MEDIUM") -> None:
        wanted = list(ids)
        self.clock.at(self.began + time, lambda: self.submit(wanted, priority))

    def run(self) -> None:
        """Run slots until nothing waits and nothing is planned."""
        try:
            while self.dispatcher.run_once():
                pass
        except NothingScheduled:
            return

    def run_slot(self) -> None:
        """Run one slot, if anything is to come."""
        with suppress(NothingScheduled):
            self.dispatcher.run_once()

    def finish(self, slot: Slot) -> None:
        """Call the ids of a slot and close it."""
        calls = self.clock.fan_out(lambda record_id: self.upstream.fetch(record_id, slot.until), slot.ids)
        self.engine.close(slot, calls)

    def forget_arrivals(self) -> None:
        """Let nothing more arrive than has."""
        self.clock.forget_plans()

    def slots_opened(self) -> list[tuple[int, list[int]]]:
        """Return (opened, ids) of every slot, also those before a crash."""
        return list(self.opened)

    def slots_seen(self) -> list[tuple[int, list[int]]]:
        """Return (start, ids) of every slot as the upstream saw them."""
        calls = [(start - self.began, record_id) for record_id, start, _ in self.upstream.calls]
        return [(start, [i for _, i in group]) for start, group in groupby(calls, key=lambda call: call[0])]

    def outcomes(self, ingestion_id: UUID) -> list[Outcome]:
        return [outcome for _, outcome in self.records.outcomes(ingestion_id, -1, 1_000_000) or []]
