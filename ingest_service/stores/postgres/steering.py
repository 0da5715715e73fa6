"""Changes that clients and operators ask for, each in one transaction under the gate."""

from dataclasses import dataclass
from uuid import UUID

from ingest_service.domain.ledger import CANCELLED, Outcome
from ingest_service.domain.model import Priority
from ingest_service.domain.packed_ids import BYTES_PER_ID, PackedIds
from ingest_service.stores.postgres.changes import Change, PendingQuery, insert_changes
from ingest_service.stores.postgres.gate import Gate
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.state import StateQuery
from ingest_service.stores.sql.cancelling import insert_cancellation, insert_last_outcomes
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.releasing import mark_reprioritised
from ingest_service.stores.sql.rows import ID_COUNT


class Steering:
    """Cancels, gives other priorities, pauses and resumes. One thread at a time; blocks on the database.

    A change is durable when the method returns. Raises StoreError, and CommitNotCertain where it may be kept.
    """

    def __init__(self, gate: Gate, replica: Replica) -> None:
        self._gate = gate
        self._replica = replica

    def cancel(self, sequence: int) -> None:
        """Take an ingestion out of what waits; waiting ids whose batch was released in part have failed."""
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                state_query = StateQuery(connection, self._replica)
                query = _WaitingIdsQuery(connection, sequence)
            state, waiting = state_query.result(), query.result()
            with transaction.writing() as connection:
                insert_cancellation(connection, sequence, state.wall)
                insert_last_outcomes(
                    connection, sequence, waiting.cancelled(), waiting.batch_size, waiting.id_count
                )
                insert_changes(connection, [Change(sequence, -waiting.count)], state.pending)

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another place in the order."""
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                pending_query = PendingQuery(connection)
                query = _WaitingIdsQuery(connection, sequence)
            waiting = query.result()
            with transaction.writing() as connection:
                for table in ("ingestions", "backlog", "retries"):
                    connection.execute(f"UPDATE {table} SET priority = ? WHERE sequence = ?", [priority, sequence])
                mark_reprioritised(connection, sequence)
                change = Change(sequence)
                if waiting.count:
                    cause = f"ingestion {waiting.ingestion_id}, now {priority.name}"
                    change = Change(sequence, priority=priority, cause=cause)
                insert_changes(connection, [change], pending_query.result())

    def pause(self) -> None:
        """Let no slot open: every replica looks for it under the gate before it opens one."""
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                pending_query = PendingQuery(connection)
            with transaction.writing() as connection:
                connection.execute(
                    "INSERT INTO operator_pause (one, at) VALUES (1, wall_clock()) ON CONFLICT DO NOTHING"
                )
                insert_changes(connection, [Change()], pending_query.result())

    def resume(self, opens_in: int) -> None:
        """Let slots open again; without the pause the next one would have opened in this time, or before."""
        with self._gate.transaction() as transaction:
            with transaction.reading() as connection:
                state_query = StateQuery(connection, self._replica)
            state = state_query.result()
            if state.paused_at is None:
                return
            delay = min(max(0, state.wall - state.paused_at), max(0, -opens_in))
            with transaction.writing() as connection:
                connection.execute("DELETE FROM operator_pause")
                change = Change(cause="an operator's pause", delay=delay)
                insert_changes(connection, [change], state.pending)


class _WaitingIdsQuery:
    """The waiting ids of an ingestion that exists, asked for in a pipeline."""

    def __init__(self, connection: Connection, sequence: int) -> None:
        self._ingestion = connection.execute(
            f"SELECT id, batch_size, {ID_COUNT}, released, "
            f"substr(ids, released * {BYTES_PER_ID} + 1, batch_size * {BYTES_PER_ID}) "
            "FROM ingestions LEFT JOIN backlog USING (sequence) WHERE sequence = ?",
            [sequence],
        )
        self._retries = connection.execute(
            f"SELECT position, attempts, substr(ids, position * {BYTES_PER_ID} + 1, {BYTES_PER_ID}) "
            "FROM retries JOIN ingestions USING (sequence) WHERE sequence = ?",
            [sequence],
        )

    def result(self) -> "_WaitingIds":
        """Return them, after the pipeline has ended."""
        ingestion_id, batch_size, id_count, released, packed = self._ingestion.fetchone()
        retries = [(position, attempts, PackedIds(one)[0]) for position, attempts, one in self._retries]
        cursor = id_count if released is None else released
        return _WaitingIds(
            UUID(bytes=ingestion_id), batch_size, id_count, cursor, PackedIds(packed or b""), retries
        )


@dataclass(frozen=True, slots=True)
class _WaitingIds:
    """The waiting ids of an ingestion: those past its first `released`, `next_ids` first, and those called again.

    A retry is (position, attempts, id).
    """

    ingestion_id: UUID
    batch_size: int
    id_count: int
    released: int
    next_ids: PackedIds
    retries: list[tuple[int, int, int]]

    @property
    def count(self) -> int:
        """Number of all of them."""
        return self.id_count - self.released + len(self.retries)

    def cancelled(self) -> list[tuple[int, Outcome]]:
        """Return outcomes, by position, of those whose batch was released in part."""
        begun = min(self.id_count, -(-self.released // self.batch_size) * self.batch_size)
        rest = zip(range(self.released, begun), self.next_ids, strict=False)
        ids = [*((position, 0, record_id) for position, record_id in rest), *self.retries]
        return [
            (position, Outcome(record_id, error=CANCELLED, attempts=attempts))
            for position, attempts, record_id in ids
        ]
