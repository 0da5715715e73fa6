"""The entries of the backlog, as a start finds them."""

from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import Any

from ingest_service.domain.bulk import made
from ingest_service.domain.entry import Entry, positions_between
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import INGESTION, JOIN_INGESTION

# Columns of so many rows fit into the cache of a processor; all rows at once would take more than their entries.
_ROWS_AT_ONCE = 512
_PRIORITIES = tuple(Priority)


def read_backlog(connection: Connection, ready: int) -> Iterator[Entry]:
    """Yield an entry of what was never released of each ingestion, in no order; a slot may open from `ready`."""
    rows = connection.execute(f"SELECT sequence, released, {INGESTION} FROM backlog {JOIN_INGESTION}")
    following = iter(rows)
    while some := list(islice(following, _ROWS_AT_ONCE)):
        yield from _entries(some, ready)


def _entries(rows: Sequence[Sequence[Any]], ready: int) -> list[Entry]:
    """Make the entries of these rows."""
    sequences, released, ids, numbers, *others = zip(*rows, strict=True)
    priorities = [_PRIORITIES[number] for number in numbers]
    sizes, counts, times, deadlines = others
    ingestions = made(Ingestion, list(map(int.from_bytes, ids)), priorities, sizes, counts, times, deadlines)
    positions = map(positions_between, released, counts)
    return made(Entry, priorities, sequences, released, positions, repeat(0), ingestions, repeat(ready))
