"""The places where engines keep what outlives them: one for each kind of engine."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, Self

from ingest_service.dispatch.engine import EmbeddedEngine
from ingest_service.ports.engine import Engine
from ingest_service.ports.ledger import AuditedRecords
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.engine import PostgresEngine
from ingest_service.stores.postgres.records import PostgresRecords
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import SlotTimes
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import SlowDisk, UnthreadedDatabase, VirtualClock
from tests.engines.wiring import RATE, SECOND, Wiring
from tests.postgres.virtual_clock import POLL, DatabaseClock


class Place(Protocol):
    """The place where engines of one kind keep what must outlive them, and their rules for a restart."""

    # The time from which a slot may open after the first start.
    began: int
    # The name of the process that opens slots, None where there is only one.
    replica_name: str | None

    @property
    def clock(self) -> VirtualClock:
        """A clock that was set to the time of the place."""

    def build(self, wiring: Wiring) -> tuple[AuditedRecords, Engine]:
        """Build an engine, not started; the one before it is gone, as after a crash."""

    def first_start(self, restarted: int, last_call: int | None) -> int:
        """Return when the first slot opens after a restart; `last_call` is None where a slot was left open."""


class EmbeddedPlace:
    """A database in memory. The ledger proves when the last call was made, unless its slot was open."""

    replica_name: str | None = None

    def __init__(
        self,
        database: UnthreadedDatabase | None = None,
        journal: type[SqliteJournal] = SqliteJournal,
        records: type[SqliteRecords] = SqliteRecords,
    ) -> None:
        self.clock = VirtualClock()
        self.began = self.clock.now()
        self.database = database or UnthreadedDatabase()
        if isinstance(self.database, SlowDisk):
            self.database.clock = self.clock
        self._journal = journal
        self._records = records
        self.given_up: list[str] = []

    def build(self, wiring: Wiring) -> tuple[AuditedRecords, Engine]:
        self.journal = self._journal(self.database, self.database, wiring.clock)
        engine = EmbeddedEngine(
            self.journal,
            wiring.clock,
            wiring.rate,
            wiring.retry_rules,
            wiring.most_ids,
            wiring.observer,
            wiring.causes.note,
            self.given_up.append,
        )
        return self._records(self.database), engine

    def first_start(self, restarted: int, last_call: int | None) -> int:
        return (restarted if last_call is None else last_call) + RATE.interval


REPLICA = "replica"
TIMES = SlotTimes(grant=2 * SECOND, timeout=10 * SECOND, interval=RATE.interval)


def rules_of(wiring: Wiring) -> Rules:
    times = replace(TIMES, interval=wiring.rate.interval)
    return Rules(wiring.rate, wiring.retry_rules, times, wiring.most_ids, POLL)


class PostgresPlace:
    """A database of a PostgreSQL server. Whatever its last slot says, a replica waits for its own first look.

    An engine reaches it through another URL if there is one; `open_database` makes the connections to that. The
    clock of the place is that of the database too, unless another one is given.
    """

    replica_name: str | None = REPLICA

    def __init__(
        self,
        url: str,
        through: str | None = None,
        open_database: Callable[[str], PostgresDatabase] = PostgresDatabase,
        clock: VirtualClock | None = None,
    ) -> None:
        self._url = through or url
        self._open_database = open_database
        self._database: PostgresDatabase | None = None
        self.began = VirtualClock().now()
        self.clock = clock or DatabaseClock(url, self.began - TIMES.grant - TIMES.interval)

    def build(self, wiring: Wiring) -> tuple[AuditedRecords, Engine]:
        self.close()
        self._database = self._open_database(self._url)
        replica = Replica(REPLICA)
        engine = PostgresEngine(
            self._database, replica, rules_of(wiring), wiring.clock, wiring.observer, wiring.causes.note
        )
        return PostgresRecords(self._database, replica.owner), engine

    def first_start(self, restarted: int, last_call: int | None) -> int:
        return restarted + (TIMES.until_lost if last_call is None else TIMES.grant + TIMES.interval)

    def close(self) -> None:
        if self._database is not None:
            self._database.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        if isinstance(self.clock, DatabaseClock):
            self.clock.close()
