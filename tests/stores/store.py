"""Both ends that the product reads and writes one database through."""

from pathlib import Path
from typing import Self
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Submission
from ingest_service.ports.ledger import AuditedRecords
from ingest_service.stores.postgres.records import PostgresRecords
from ingest_service.stores.sql.database import Database
from ingest_service.stores.sqlite.database import SqliteDatabase
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import UnthreadedDatabase
from tests.stores.postgres.copied import OWNER, CopiedDatabase


class Store:
    """The records and the journal of one database, and the entries of all that it accepted, in that order.

    `database` is what the records read.
    """

    def __init__(self, database: Database, records: AuditedRecords, journal: SqliteJournal) -> None:
        self.database = database
        self.records = records
        self.journal = journal
        self.accepted: list[Entry] = []

    @classmethod
    def in_file(cls, path: Path, clock: Clock) -> Self:
        """Return the store of the product's own database, not started."""
        return cls.of(SqliteDatabase(path, clock), clock)

    @classmethod
    def of(cls, database: SqliteDatabase, clock: Clock) -> Self:
        """Return a store with the lock file as its witness."""
        return cls(database, SqliteRecords(database), SqliteJournal(database, database.lock_file, clock))

    @classmethod
    def in_memory(cls, clock: Clock) -> Self:
        """Return a store that is gone with its database."""
        database = UnthreadedDatabase()
        return cls(database, SqliteRecords(database), SqliteJournal(database, database, clock))

    @classmethod
    def in_postgres(cls, url: str, clock: Clock) -> Self:
        """Return a store with records in PostgreSQL, copied from what its journal writes in memory."""
        journaled = UnthreadedDatabase()
        database = CopiedDatabase(journaled, url)
        return cls(database, PostgresRecords(database, OWNER), SqliteJournal(journaled, journaled, clock))

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
