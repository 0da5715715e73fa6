"""Records in a PostgreSQL database that replicas share."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ingest_service.domain.ledger import Slip
from ingest_service.domain.model import Batch
from ingest_service.domain.packed_ids import BYTES_PER_ID, PackedIds
from ingest_service.ports.records import SeenReplica
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.pruning import may_prune, remove_followed
from ingest_service.stores.postgres.replicas import read_replicas
from ingest_service.stores.postgres.schema import TIMES
from ingest_service.stores.postgres.slips import insert_slips, is_owner_of_last_slot
from ingest_service.stores.sql.database import Database
from ingest_service.stores.sql.pruning import TABLES, Leftovers, read_ended, remove_history
from ingest_service.stores.sql.records import SqlRecords

# With a plain subquery PostgreSQL would go through the rows of all older ingestions.
_LEFTOVERS = Leftovers(TABLES, "= ANY (ARRAY (SELECT sequence FROM forgotten))")


class PostgresRecords(SqlRecords):
    """Fits the port `Records` for one of the replicas: `owner` is the one that it opens slots as."""

    def __init__(self, database: Database, owner: UUID) -> None:
        super().__init__(database, TIMES)
        self._owner = owner

    def batch_ids(self, batches: tuple[Batch, ...]) -> tuple[int, ...]:
        """Read the ids of some batches in one round trip: they may be thousands."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT substr(ids, first, length) FROM unnest(?::bigint[], ?::integer[], ?::integer[]) "
                "WITH ORDINALITY AS wanted (sequence, first, length, place) JOIN ingestions USING (sequence) "
                "ORDER BY place",
                _spans(batches),
            )
            spans = [PackedIds(span) for (span,) in rows]
        return tuple(ids[at - b.positions[0]] for ids, b in zip(spans, batches, strict=True) for at in b.positions)

    def replicas(self) -> list[SeenReplica]:
        """Read the replicas that were seen lately, or have the open slot."""
        with self._database.read() as connection:
            return read_replicas(connection)

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        """Write slips, unless another replica opened the last slot: that one writes the same."""

        def insert(connection: PostgresConnection) -> None:
            if is_owner_of_last_slot(connection, self._owner):
                insert_slips(connection, slips)

        self._database.write(insert)

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        """Remove history, and what replicas have followed, unless another replica does so at this moment."""

        def remove(connection: PostgresConnection) -> bool:
            if not may_prune(connection):
                return False
            ended = read_ended(connection, ended_before, most)
            is_removed = remove_history(connection, ended, keys_before, most, _LEFTOVERS)
            return is_removed or remove_followed(connection, most)

        return self._database.write(remove)


def _spans(batches: Sequence[Batch]) -> list[list[int]]:
    """Return the sequences of batches, and where the bytes of their ids begin, from 1, and how many they are."""
    firsts = [batch.positions[0] for batch in batches]
    lengths = [batch.positions[-1] + 1 - first for batch, first in zip(batches, firsts, strict=True)]
    return [
        [batch.sequence for batch in batches],
        [first * BYTES_PER_ID + 1 for first in firsts],
        [length * BYTES_PER_ID for length in lengths],
    ]
