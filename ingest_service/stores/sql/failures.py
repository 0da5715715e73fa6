"""The last failures of an ingestion: a million ids may have failed."""

from itertools import groupby, islice
from operator import itemgetter

from ingest_service.domain.failures import Cause, FailedId, FailureQuery, Failures
from ingest_service.stores.sql.database import Connection

_LAST = (
    "(SELECT position, record_id, error FROM outcomes INDEXED BY failed_outcomes "
    "WHERE sequence = ? AND error IS NOT NULL ORDER BY position DESC LIMIT ?) AS failed"
)
_CAUSES = (
    "SELECT error, ids, position, record_id FROM ("
    "SELECT error, position, record_id, count(*) OVER of_error AS ids, max(position) OVER of_error AS latest, "
    "row_number() OVER (PARTITION BY error ORDER BY position DESC) AS place "
    f"FROM {_LAST} WINDOW of_error AS (PARTITION BY error)) AS placed "
    "WHERE place <= ? ORDER BY ids DESC, latest DESC, place LIMIT ?"
)
_CELLS = f"SELECT position / ? AS cell, count(*) FROM {_LAST} GROUP BY cell"


def read_failures(connection: Connection, sequence: int, query: FailureQuery) -> Failures:
    """Read the last failures of an ingestion by cause and by place."""
    last = (sequence, query.failures)
    # Each cause has at most that many rows, so that those of the first causes are there.
    rows = connection.execute(_CAUSES, [*last, query.examples, query.causes * query.examples])
    causes = (
        Cause(error, ids, tuple(FailedId(position, record_id) for *_, position, record_id in group))
        for (error, ids), group in groupby(rows, key=itemgetter(0, 1))
    )
    cells = connection.execute(_CELLS, [query.cell_ids, *last])
    return Failures(tuple(islice(causes, query.causes)), dict(cells.fetchall()))
