"""Records read from an SQL database."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from ingest_service.domain.failures import FailureQuery
from ingest_service.domain.ledger import Outcome, SlotRecord
from ingest_service.domain.model import LAST_SEQUENCE, Batch, Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import (
    BatchesRecord,
    BelievedTime,
    BoardQuery,
    BoardRecord,
    DetailsRecord,
    HistoryRecord,
    IngestionRecord,
    ListFilter,
    MinutesQuery,
    MinutesRecord,
    StatusRecord,
)
from ingest_service.stores.sql.audited_ledger import SqlLedger
from ingest_service.stores.sql.auditing import Times
from ingest_service.stores.sql.batches import read_batches, runs_of
from ingest_service.stores.sql.counting import count_batches
from ingest_service.stores.sql.database import Database
from ingest_service.stores.sql.failures import read_failures
from ingest_service.stores.sql.flow import read_flows
from ingest_service.stores.sql.ledger import count_calls, read_slots, read_summary
from ingest_service.stores.sql.listing import read_listed
from ingest_service.stores.sql.progress import read_progress
from ingest_service.stores.sql.pruning import read_believed_time, read_latest, write_believed_time
from ingest_service.stores.sql.rows import read_ids, read_outcome, read_positions
from ingest_service.stores.sql.seats import read_fill, read_minutes, read_seats
from ingest_service.stores.sql.slips import read_slips


class SqlRecords:
    """The reading part of the port `AuditedRecords`: one read transaction for each answer."""

    def __init__(self, database: Database, times: Times) -> None:
        """Read a database; `times` are what its engine alone knows of a slot."""
        self._database = database
        self.ledger = SqlLedger(database, times)

    def start(self) -> None:
        """Open the database."""
        self._database.start()

    def stop(self) -> None:
        """Close the database."""
        self._database.stop()

    @property
    def alive(self) -> bool:
        """True while the database can be written."""
        return self._database.alive

    @property
    def damage(self) -> str | None:
        """Sentence about damage of the database that was found."""
        return self._database.damage

    def check(self) -> None:
        """Read one row, and write if nothing was written lately."""
        with self._database.read() as connection:
            connection.execute("SELECT count(*) FROM operator_pause").fetchone()
        self._database.probe()

    def progress(self, ingestion_id: UUID) -> Progress | None:
        """Read the progress of an ingestion, without its ids."""
        with self._database.read() as connection:
            return read_progress(connection, ingestion_id)

    def status(self, ingestion_id: UUID, most_ids: int) -> StatusRecord | None:
        """Read the progress of an ingestion, and its ids if they are few."""
        with self._database.read() as connection:
            progress = read_progress(connection, ingestion_id)
            if progress is None:
                return None
            is_small = progress.ingestion.id_count <= most_ids
            return StatusRecord(progress, read_ids(connection, progress.sequence) if is_small else None)

    def ids(self, sequence: int) -> PackedIds:
        """Read all ids of an ingestion."""
        with self._database.read() as connection:
            return read_ids(connection, sequence)

    def batch_ids(self, batches: tuple[Batch, ...]) -> tuple[int, ...]:
        """Read the ids of some batches."""
        with self._database.read() as connection:
            return tuple(i for b in batches for i in read_positions(connection, b.sequence, b.positions))

    def ingestion(self, ingestion_id: UUID) -> IngestionRecord | None:
        """Read everything of an ingestion but its batches and ids."""
        with self._database.read() as connection:
            progress = read_progress(connection, ingestion_id)
            if progress is None:
                return None
            summary = read_summary(connection, progress.sequence)
            return IngestionRecord(progress, summary, read_slips(connection, progress.sequence))

    def batches(self, ingestion_id: UUID, after: int, limit: int) -> BatchesRecord | None:
        """Read a page of batches with their ids and histories."""
        with self._database.read() as connection:
            progress = read_progress(connection, ingestion_id)
            if progress is None:
                return None
            numbers = range(progress.ingestion.batch_count)[after + 1 : after + 1 + limit]
            return read_batches(connection, progress, numbers)

    def details(self, ingestion_id: UUID, most: int) -> DetailsRecord | None:
        """Read an ingestion with its slips and the batches nearest to the present."""
        with self._database.read() as connection:
            progress = read_progress(connection, ingestion_id)
            if progress is None:
                return None
            batches = (read_batches(connection, progress, run) for run in runs_of(progress.nearest(most)))
            return DetailsRecord(progress, read_slips(connection, progress.sequence), tuple(batches))

    def history(self, sequence: int, query: FailureQuery) -> HistoryRecord:
        """Read the sums over all calls of an ingestion, and its last failures."""
        with self._database.read() as connection:
            calls, again = count_calls(connection, sequence)
            failures = read_failures(connection, sequence, query)
            return HistoryRecord(read_summary(connection, sequence), calls, again, failures)

    def listed(self, wanted: ListFilter) -> list[tuple[Progress, int]]:
        """Read the ingestions that fit a filter, without their ids."""
        with self._database.read() as connection:
            return read_listed(connection, wanted)

    def outcomes(
        self, ingestion_id: UUID, after: int, limit: int, most_characters: int | None = None
    ) -> list[tuple[int, Outcome]] | None:
        """Read a page of outcomes."""
        with self._database.read() as connection:
            found = connection.execute("SELECT 1 FROM ingestions WHERE id = ?", [ingestion_id.bytes]).fetchone()
            rows = connection.execute(
                "SELECT position, record_id, result, error, attempts, last_status "
                "FROM outcomes JOIN ingestions USING (sequence) "
                "WHERE id = ? AND position > ? ORDER BY position LIMIT ?",
                [ingestion_id.bytes, after, limit],
            )
            return list(_bounded(map(read_outcome, rows), most_characters)) if found else None

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Read the ids whose outcome is an error."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT record_id FROM outcomes JOIN ingestions USING (sequence) "
                "WHERE id = ? AND error IS NOT NULL ORDER BY position",
                [ingestion_id.bytes],
            )
            return PackedIds.of(record_id for (record_id,) in rows)

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        """Read a page of the ledger."""
        with self._database.read() as connection:
            return read_slots(connection, before, limit)

    def board(self, query: BoardQuery) -> BoardRecord:
        """Read the end of the ledger."""
        with self._database.read() as connection:
            return BoardRecord(
                slots=read_seats(connection, read_slots(connection, LAST_SEQUENCE, query.slots)),
                fill=read_fill(connection, query.filled_slots),
                minutes=read_minutes(connection, query.minutes_from, query.most_slots),
            )

    def minutes(self, query: MinutesQuery) -> MinutesRecord:
        """Count minute by minute."""
        with self._database.read() as connection:
            minutes = read_minutes(connection, query.minutes_from, query.most_slots)
            return MinutesRecord(minutes, read_flows(connection, query.flows_from))

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Count all batches."""
        with self._database.read() as connection:
            return count_batches(connection)

    def latest(self) -> int | None:
        """Look at the last of each kind."""
        with self._database.read() as connection:
            return read_latest(connection)

    def believed_time(self) -> BelievedTime | None:
        """Read the one row."""
        with self._database.read() as connection:
            return read_believed_time(connection)

    def keep_believed_time(self, time: BelievedTime) -> None:
        """Write the one row in one commit."""
        self._database.write(lambda connection: write_believed_time(connection, time))


def _bounded(
    outcomes: Iterable[tuple[int, Outcome]], most_characters: int | None
) -> Iterator[tuple[int, Outcome]]:
    """Yield outcomes up to the one with which their results have this number of characters; read no more."""
    size = 0
    for position, outcome in outcomes:
        yield position, outcome
        size += len(outcome.result or "")
        if most_characters is not None and size >= most_characters:
            return
