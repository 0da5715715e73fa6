"""The contents of the database at the end of a run."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg

from ingest_service.domain.packed_ids import PackedIds
from tests.processes.replicas.journal import Transaction
from tests.processes.replicas.record import IdRow, SlotRow

_IDS = """
SELECT ids, encode(id, 'hex'), ingestions.sequence,
    (SELECT json_object_agg(position, json_build_array(attempts, error IS NULL)) FROM outcomes
        WHERE outcomes.sequence = ingestions.sequence),
    (SELECT released FROM cancellations WHERE cancellations.sequence = ingestions.sequence)
FROM ingestions
"""
_IS_BUSY = """
SELECT EXISTS (SELECT FROM backlog) OR EXISTS (SELECT FROM retries)
    OR EXISTS (SELECT FROM slots WHERE closed_at IS NULL)
"""

Connection = psycopg.Connection[Any]
Place = tuple[int, int]


def wall_offset() -> int:
    """Return the wall clock, which the database shares, minus the monotonic one."""
    return min((time.monotonic_ns() - before, wall - before) for before, wall in _readings())[1]


def _readings() -> Iterable[tuple[int, int]]:
    for _ in range(5):
        before = time.monotonic_ns()
        yield before, time.time_ns()


def is_busy(connection: Connection) -> bool:
    """Return whether anything waits or is in work."""
    row = connection.execute(_IS_BUSY).fetchone()
    return row is not None and bool(row[0])


def read_slots(connection: Connection, journal: Iterable[Transaction], offset: int) -> list[SlotRow]:
    """Read all slots, with times of the monotonic clock."""
    events = [event for transaction in journal for event in transaction if event.kind == "ended"]
    ends = Counter(event.fields["number"] for event in events)
    rows = connection.execute(
        "SELECT number, replica, opened_at, closed_at, how, array_agg(record_id) FROM slots "
        "JOIN calls ON slot = number GROUP BY number ORDER BY number"
    )
    return [
        SlotRow(number, replica, (opened - offset, closed - offset), how, frozenset(ids), ends[number])
        for number, replica, opened, closed, how, ids in rows
    ]


def read_ids(connection: Connection, journal: Iterable[Transaction]) -> tuple[dict[int, IdRow], dict[str, int]]:
    """Read all ids, and the sequences of their ingestions."""
    ended_in = _ended_in(journal)
    ids: dict[int, IdRow] = {}
    sequences: dict[str, int] = {}
    for packed, hexadecimal, sequence, outcomes, cancelled_from in connection.execute(_IDS):
        ingestion_id = str(UUID(hexadecimal))
        sequences[ingestion_id] = sequence
        for position, record_id in enumerate(PackedIds(packed)):
            assert record_id not in ids, f"id {record_id} was accepted twice"
            attempts, is_good = (outcomes or {}).get(str(position), (None, None))
            is_cancelled = cancelled_from is not None and position >= cancelled_from
            ids[record_id] = IdRow(
                ingestion_id, attempts, is_good, is_cancelled, tuple(ended_in[sequence, position])
            )
    return ids, sequences


def _ended_in(journal: Iterable[Transaction]) -> dict[Place, list[int | None]]:
    """Return the slots that were ended where outcomes were written."""
    found: dict[Place, list[int | None]] = defaultdict(list)
    for transaction in journal:
        ended = [event.fields["number"] for event in transaction if event.kind == "ended"]
        for event in transaction:
            if event.kind == "outcome":
                place = event.fields["sequence"], event.fields["position"]
                found[place].append(ended[0] if ended else None)
    return found
