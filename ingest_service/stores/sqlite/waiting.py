"""The entries of the backlog, as a start finds them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

from ingest_service.domain.bulk import made
from ingest_service.domain.entry import Entry, positions_between
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT

# The columns of so few rows fit into the cache of a processor; all rows would take more than their entries.
_ROWS_AT_ONCE = 512
_PRIORITIES = tuple(Priority)
_INGESTION = f"id, priority, batch_size, {ID_COUNT}"
_JOIN = "JOIN ingestions USING (sequence)"
# No more of history than there is behind the first that waits.
_DEADLINES = "SELECT sequence, deadline FROM deadlines WHERE sequence >= (SELECT min(sequence) FROM backlog)"


def read_backlog(connection: Connection, ready: int) -> Iterator[Entry]:
    """Yield an entry of what was never released of each ingestion, in no order; a slot may open from `ready`."""
    # Few have a deadline: looking for one with each row would take longer.
    deadlines: Mapping[int, int] = dict(connection.execute(_DEADLINES).fetchall())
    rows = iter(connection.execute(f"SELECT sequence, released, {_INGESTION} FROM backlog {_JOIN}"))
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        yield from _entries(some, deadlines, ready)


def _entries(rows: Sequence[Sequence[Any]], deadlines: Mapping[int, int], ready: int) -> list[Entry]:
    """Make the entries of these rows."""
    sequences, released, ids, numbers, sizes, counts = zip(*rows, strict=True)
    priorities = [_PRIORITIES[number] for number in numbers]
    due = map(deadlines.get, sequences)
    ingestions = made(Ingestion, list(map(int.from_bytes, ids)), priorities, sizes, counts, due)
    positions = map(positions_between, released, counts)
    return made(Entry, priorities, sequences, released, positions, repeat(0), ingestions, repeat(ready))
