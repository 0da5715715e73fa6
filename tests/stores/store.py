"""Both ends that the product reads and writes one database through."""

from pathlib import Path
from typing import Self
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Submission
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import OrderedDatabase, SqliteJournal, Witness
from ingest_service.stores.sqlite.records import SqliteRecords


class Store:
    """The records and the journal of one database, and the entries of all that it accepted, in that order."""

    def __init__(self, database: OrderedDatabase, witness: Witness, clock: Clock) -> None:
        self.database = database
        self.records = SqliteRecords(database)
        self.journal = SqliteJournal(database, witness, clock)
        self.accepted: list[Entry] = []

    @classmethod
    def in_file(cls, path: Path, clock: Clock) -> Self:
        """Return the store of the product's own database, not started."""
        return cls.of(SqliteDatabase(path, clock), clock)

    @classmethod
    def of(cls, database: SqliteDatabase, clock: Clock) -> Self:
        """Return a store with the lock file as its witness."""
        return cls(database, database.lock_file, clock)

    def start(self) -> None:
        self.records.start()

    def stop(self) -> None:
        self.records.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    def add(self, submission: Submission, key: str | None = None) -> UUID:
        return self.journal.add(submission, self._accept, key)

    def _accept(self, sequence: int, ingestion: Ingestion) -> None:
        self.accepted.append(Entry.whole(sequence, ingestion))
