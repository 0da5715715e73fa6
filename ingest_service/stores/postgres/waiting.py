"""The rows of what waits, and the entries made of them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion
from ingest_service.domain.packed_ids import BYTES_PER_ID, PackedIds
from ingest_service.stores.sql.database import Connection, Cursor
from ingest_service.stores.sql.rows import INGESTION, JOIN_INGESTION, read_ingestion

# A retry waits for its time, or no longer than it was to wait, if the clock of the database was set back.
_IS_DUE = "due_at <= wall_clock() OR due_at - wall_clock() > length"


@dataclass(frozen=True, slots=True)
class Heads:
    """The most urgent entries, and their first ids: (sequence, position) to id."""

    entries: list[Entry]
    ids: dict[tuple[int, int], int]


class HeadsQuery:
    """The most urgent entries that a slot of `slot_size` ids may take now, asked for in a pipeline."""

    def __init__(self, connection: Connection, slot_size: int) -> None:
        self._backlog = connection.execute(
            f"SELECT sequence, heads.released, substr(ids, heads.released * {BYTES_PER_ID} + 1, ?), {INGESTION} "
            "FROM (SELECT * FROM backlog ORDER BY priority, sequence LIMIT ?) AS heads "
            f"{JOIN_INGESTION} ORDER BY heads.priority, sequence",
            [slot_size * BYTES_PER_ID, slot_size],
        )
        # An entry that begins among the first `slot_size` ids ends among twice as many.
        self._retries = connection.execute(
            "SELECT sequence, position, attempts, due_at, length, "
            f"substr(ids, position * {BYTES_PER_ID} + 1, {BYTES_PER_ID}), {INGESTION} "
            f"FROM (SELECT * FROM retries WHERE {_IS_DUE} ORDER BY priority, sequence, position LIMIT ?) AS heads "
            f"{JOIN_INGESTION} ORDER BY heads.priority, sequence, position",
            [2 * slot_size],
        )

    def result(self) -> Heads:
        """Return the entries, after the pipeline has ended."""
        entries: list[Entry] = []
        ids: dict[tuple[int, int], int] = {}
        for sequence, released, packed, *columns in self._backlog:
            ingestion = read_ingestion(columns)
            entries.append(_unreleased(sequence, released, ingestion))
            ids.update(((sequence, released + n), i) for n, i in enumerate(PackedIds(packed)))
        rows = self._retries.fetchall()
        ids.update(((row[0], row[1]), PackedIds(row[5])[0]) for row in rows)
        entries += (entry for entry, _ in _retry_entries((*row[:5], *row[6:]) for row in rows))
        return Heads(entries, ids)


@dataclass(frozen=True, slots=True)
class EntriesRead:
    """Entries with the time from which they are ready: those of the backlog, and those to be called again."""

    now: list[Entry]
    later: list[Entry]


def read_entries(
    connection: Connection, sequences: Collection[int] | None, linger: int, at: int, wall: int
) -> EntriesRead:
    """Read everything that waits of these ingestions (None: of all). At `at` it was `wall` in the database."""
    chosen = "" if sequences is None else "WHERE sequence = ANY (?)"
    parameters = [] if sequences is None else [list(sequences)]
    backlog = connection.execute(
        f"SELECT sequence, released, created_at, {INGESTION} FROM backlog {JOIN_INGESTION} {chosen}", parameters
    )
    retries = connection.execute(
        f"SELECT sequence, position, attempts, due_at, length, {INGESTION} FROM retries {JOIN_INGESTION} {chosen} "
        "ORDER BY sequence, position",
        parameters,
    )
    return EntriesRead(list(_lingering(backlog, linger, at, wall)), list(_delayed(retries, at, wall)))


def _lingering(rows: Cursor, linger: int, at: int, wall: int) -> Iterator[Entry]:
    # Fetched at once: a start reads every waiting ingestion, and row by row that takes a third longer.
    for sequence, released, created_at, *columns in rows.fetchall():
        ingestion = read_ingestion(columns)
        left = min(linger, created_at + linger - wall)
        yield _unreleased(sequence, released, ingestion, ready=at + max(0, left))


def _delayed(rows: Cursor, at: int, wall: int) -> Iterator[Entry]:
    for entry, (due_at, length) in _retry_entries(rows):
        yield replace(entry, ready=at + max(0, min(length, due_at - wall)))


def _unreleased(sequence: int, released: int, ingestion: Ingestion, ready: int = 0) -> Entry:
    return Entry.of(sequence, ingestion, range(released, ingestion.id_count), ready=ready)


def _retry_entries(rows: Iterable[Any]) -> Iterator[tuple[Entry, tuple[int, int]]]:
    """Yield an entry for the ids of one batch that have had as many calls and are due together, and its wait."""

    def alike(row: Any) -> tuple[int, ...]:
        sequence, position, attempts, due_at, length, _, _, batch_size, *_ = row
        return sequence, position // batch_size, attempts, due_at, length

    for (sequence, _, attempts, due_at, length), group in groupby(sorted(rows, key=alike), alike):
        own = list(group)
        positions = tuple(position for _, position, *_ in own)
        yield Entry.of(sequence, read_ingestion(own[0][5:]), positions, attempts), (due_at, length)
