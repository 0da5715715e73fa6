"""Lists of ingestions that fit a filter, read without their ids."""

from collections.abc import Collection, Iterator, Sequence

from ingest_service.domain.model import Status
from ingest_service.domain.progress import Progress
from ingest_service.ports.records import ListFilter
from ingest_service.stores.sql.counting import count_failed
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.progress import JOINED, RELEASED, read_all
from ingest_service.stores.sql.rows import ID_COUNT, in_list

Listed = tuple[Progress, int]
# CROSS JOIN keeps the order: what waits, is open or was cancelled is gone through, and not all of history.
_SOURCES = {
    None: "ingestions",
    Status.YET_TO_START: "(SELECT sequence FROM backlog WHERE released = 0) AS chosen "
    "CROSS JOIN ingestions USING (sequence)",
    Status.TRIGGERED: "(SELECT sequence FROM open_batches "
    "UNION SELECT sequence FROM backlog WHERE released > 0) AS chosen "
    "CROSS JOIN ingestions USING (sequence)",
    Status.COMPLETED: "ingestions",
    Status.CANCELLED: "(SELECT sequence FROM cancellations) AS chosen CROSS JOIN ingestions USING (sequence)",
}
_NOT_OPEN = "sequence NOT IN (SELECT sequence FROM open_batches)"
# More than all is never released. PostgreSQL expects few rows of an `=`, and would go through all of history.
_CONDITIONS = dict.fromkeys(_SOURCES, "") | {
    Status.COMPLETED: f"AND backlog.sequence IS NULL AND {RELEASED} >= {ID_COUNT} AND {_NOT_OPEN}",
    Status.CANCELLED: f"AND {RELEASED} < {ID_COUNT} AND {_NOT_OPEN}",
}
_HAS_FAILED = (
    "AND EXISTS (SELECT 1 FROM outcomes INDEXED BY failed_outcomes "
    "WHERE error IS NOT NULL AND outcomes.sequence = ingestions.sequence)"
)
# Of these statuses there may be most of history: those that have failed ids are gone through instead.
_OF_HISTORY = (None, Status.COMPLETED)
# Of a whole id.
_DIGITS = 32
# Ingestions with failed ids that are looked at together, for each that is wanted.
_CHUNKS = 4


def read_listed(connection: Connection, wanted: ListFilter) -> list[Listed]:
    """Find the ingestions that fit a filter with the number of their failed ids, the newest first."""
    if wanted.id_prefix:
        found = _fitting(connection, _of_prefix(connection, wanted), wanted)
    elif wanted.failed and wanted.status in _OF_HISTORY:
        found = _failing(connection, wanted)
    else:
        found = _by_status(connection, wanted)
    nearest = sorted(found, key=lambda one: one[0].sequence, reverse=wanted.above is None)[: wanted.limit]
    return nearest if wanted.above is None else nearest[::-1]


def _by_status(connection: Connection, wanted: ListFilter) -> list[Listed]:
    bounds, limits, order = "sequence < ?", [wanted.before], "DESC"
    if wanted.above is not None:
        bounds, limits, order = f"{bounds} AND sequence > ?", [*limits, wanted.above], "ASC"
    return _read(
        connection,
        f"{_SOURCES[wanted.status]} {JOINED} WHERE {bounds} {_of_priority(wanted)} "
        f"{_CONDITIONS[wanted.status]} {_HAS_FAILED if wanted.failed else ''} ORDER BY sequence {order} LIMIT ?",
        [*limits, wanted.limit],
    )


def _of_prefix(connection: Connection, wanted: ListFilter) -> list[int]:
    """Find the sequences of all ingestions whose ids have the prefix: few, for ids are random."""
    bounds = [bytes.fromhex(wanted.id_prefix.ljust(_DIGITS, digit)) for digit in "0f"]
    rows = connection.execute("SELECT sequence FROM ingestions WHERE id BETWEEN ? AND ?", bounds)
    above = -1 if wanted.above is None else wanted.above
    return [sequence for (sequence,) in rows if above < sequence < wanted.before]


def _failing(connection: Connection, wanted: ListFilter) -> list[Listed]:
    found: list[Listed] = []
    for sequences in _failing_chunks(connection, wanted):
        found += _fitting(connection, sequences, wanted)
        if len(found) >= wanted.limit:
            break
    return found


def _failing_chunks(connection: Connection, wanted: ListFilter) -> Iterator[list[int]]:
    """Yield the sequences of ingestions with failed ids in their order.

    The index leads from each to the next one, however many ids of it have failed.
    """
    following, sign, at = ("max", "<", wanted.before) if wanted.above is None else ("min", ">", wanted.above)
    while True:
        rows = connection.execute(
            "WITH RECURSIVE failing (sequence) AS ("
            f"SELECT {following}(sequence) FROM outcomes INDEXED BY failed_outcomes "
            f"WHERE error IS NOT NULL AND sequence {sign} ? UNION ALL "
            f"SELECT (SELECT {following}(outcomes.sequence) FROM outcomes INDEXED BY failed_outcomes "
            f"WHERE error IS NOT NULL AND outcomes.sequence {sign} failing.sequence) "
            "FROM failing WHERE failing.sequence IS NOT NULL) "
            "SELECT sequence FROM failing WHERE sequence IS NOT NULL LIMIT ?",
            [at, _CHUNKS * wanted.limit],
        ).fetchall()
        if not rows:
            return
        sequences = [sequence for (sequence,) in rows]
        at = sequences[-1]
        yield [sequence for sequence in sequences if sequence < wanted.before]


def _fitting(connection: Connection, sequences: Collection[int], wanted: ListFilter) -> list[Listed]:
    """Read those of these ingestions that fit."""
    if not sequences:
        return []
    source = f"ingestions {JOINED} WHERE sequence IN {in_list(sequences)} {_of_priority(wanted)}"
    return [
        (progress, failed)
        for progress, failed in _read(connection, source, [*sequences])
        if wanted.status in (None, progress.status) and (failed or not wanted.failed)
    ]


def _of_priority(wanted: ListFilter) -> str:
    return "" if wanted.priority is None else f"AND ingestions.priority = {wanted.priority:d}"


def _read(connection: Connection, source: str, parameters: Sequence[int]) -> list[Listed]:
    found = read_all(connection, source, parameters)
    failed = count_failed(connection, [progress.sequence for progress in found])
    return [(progress, failed[progress.sequence]) for progress in found]
