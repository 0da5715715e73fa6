"""Records in an SQLite database."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from ingest_service.domain.ledger import Slip
from ingest_service.domain.model import Priority, Status
from ingest_service.ports.records import SeenReplica, StatusRecord
from ingest_service.stores.sql.counting import BATCHES, UNRELEASED, count_batches
from ingest_service.stores.sql.database import Database
from ingest_service.stores.sql.pruning import TABLES, Leftovers, read_ended, remove_history
from ingest_service.stores.sql.records import SqlRecords
from ingest_service.stores.sqlite.schema import TIMES
from ingest_service.stores.sqlite.slips import insert_slips
from ingest_service.stores.sqlite.status import STATUS, status_record

_LEFTOVERS = Leftovers(TABLES | {"checksums": "sequence"}, "IN (SELECT sequence FROM forgotten)")
# Those in the table `counted`, and those of the few ingestions behind them.
_KEPT = {
    Status.COMPLETED: f"SELECT batches + coalesce((SELECT sum({BATCHES}) FROM ingestions "
    "WHERE ingestions.priority = counted.priority AND sequence > upto), 0) FROM counted WHERE priority = ?",
    Status.YET_TO_START: f"SELECT unreleased + (SELECT {UNRELEASED} FROM backlog CROSS JOIN ingestions "
    "USING (sequence) WHERE ingestions.priority = counted.priority AND sequence > waiting_upto) "
    "FROM counted WHERE priority = ?",
}


class RowDatabase(Database, Protocol):
    """A database in which a statement is a read transaction of its own."""

    def read_row(self, statement: str, parameters: Sequence[Hashable]) -> Any:
        """Run one statement and return its first row, None if there is none."""


class SqliteRecords(SqlRecords):
    """Fits the port `Records`."""

    def __init__(self, database: RowDatabase) -> None:
        super().__init__(database, TIMES)
        self._rows = database

    def replicas(self) -> list[SeenReplica]:
        """Return none: one process has the database alone."""
        return []

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Count all batches without going through history, or through all that waits."""
        with self._database.read() as connection:
            return count_batches(connection, _KEPT)

    def status(self, ingestion_id: UUID, most_ids: int) -> StatusRecord | None:
        """Read it with one statement: it is asked for the most."""
        row = self._rows.read_row(STATUS, [most_ids, ingestion_id.bytes])
        return None if row is None else status_record(row)

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        """Write slips in one commit."""
        self._database.write(lambda connection: insert_slips(connection, slips))

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Look for history first, so that the search delays no write, and remove some of it in one commit."""
        with self._database.read() as connection:
            ended = read_ended(connection, ended_before, most)
        return self._database.write(
            lambda connection: remove_history(connection, ended, keys_before, most, _LEFTOVERS)
        )
