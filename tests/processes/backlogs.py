"""Databases with a large backlog, written before the service starts."""

from contextlib import closing
from pathlib import Path
from uuid import uuid4

from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.schema import migrate


def write_backlog(database: Path, ingestions: int) -> None:
    """Write a database in which this number of ingestions of four ids waits."""
    with closing(connect(database)) as connection, connection:
        migrate(connection)
        connection.execute("BEGIN")
        for number in range(ingestions):
            ids = PackedIds.of(range(4 * number + 1, 4 * number + 5))
            insert_ingestion(connection, Ingestion(uuid4().int, Priority(number % 3), 3, len(ids)), ids, number)
