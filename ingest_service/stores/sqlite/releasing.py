"""Writing the opening and the closing of a slot."""

import sqlite3
from collections.abc import Sequence

from ingest_service.clock import Clock
from ingest_service.domain.ledger import Outcome, Retry, Slot, Verdict
from ingest_service.domain.model import Batch
from ingest_service.stores.sqlite.waits import Wait


def insert_slot(connection: sqlite3.Connection, slot: Slot) -> None:
    """Write down a slot and its calls, and release its batches."""
    connection.execute(
        "INSERT OR REPLACE INTO slots (number, boot, opened, opened_at) VALUES (?, ?, ?, ?)",
        [slot.number, slot.boot, slot.opened, slot.opened_at],
    )
    for batch in slot.batches:
        _release_batch(connection, batch)
    _insert_calls(connection, slot)


def finish_slot(
    connection: sqlite3.Connection, slot: Slot, verdicts: Sequence[Verdict], started: int, clock: Clock
) -> None:
    """Write down that a slot is closed, and the verdict on each of its ids."""
    connection.execute(
        "UPDATE slots SET started = ?, closed_at = ? WHERE number = ?", [started, clock.wall(), slot.number]
    )
    # Read once: the ids of a batch that are due together have one and the same wait.
    now = clock.now()
    for batch, own_verdicts in slot.by_batch(verdicts):
        _close_batch(connection, batch, own_verdicts)
        for position, verdict in zip(batch.positions, own_verdicts, strict=True):
            if isinstance(verdict, Retry):
                wait = Wait(verdict.due_at, slot.boot, verdict.due, max(0, verdict.due - now))
                _insert_retry(connection, batch.sequence, position, verdict.attempts, wait)


def insert_pause(connection: sqlite3.Connection, wait: Wait) -> None:
    """Write down a pause that the upstream asked for, in place of the last one."""
    connection.execute(
        "INSERT OR REPLACE INTO pause (one, until, boot, due, length) VALUES (1, ?, ?, ?, ?)",
        [wait.until_wall, wait.boot, wait.until, wait.length],
    )


def _release_batch(connection: sqlite3.Connection, batch: Batch) -> None:
    """Open a batch, and move the cursor past its ids if it had not come there before."""
    connection.execute(
        "INSERT OR IGNORE INTO open_batches (sequence, number) VALUES (?, ?)", [batch.sequence, batch.number]
    )
    connection.execute(
        "UPDATE backlog SET released = ? WHERE sequence = ? AND released = ?",
        [batch.positions[-1] + 1, batch.sequence, batch.positions[0]],
    )
    if batch.positions[-1] + 1 == batch.ingestion.id_count:
        connection.execute("DELETE FROM backlog WHERE sequence = ?", [batch.sequence])


def _insert_calls(connection: sqlite3.Connection, slot: Slot) -> None:
    """Write down the calls of a slot, in order."""
    places = ((batch.sequence, position) for batch in slot.batches for position in batch.positions)
    connection.executemany(
        "INSERT OR IGNORE INTO calls (sequence, position, slot, record_id, place) VALUES (?, ?, ?, ?, ?)",
        [
            (sequence, position, slot.number, record_id, place)
            for place, ((sequence, position), record_id) in enumerate(zip(places, slot.ids, strict=True))
        ],
    )


def _close_batch(connection: sqlite3.Connection, batch: Batch, verdicts: Sequence[Verdict]) -> None:
    """Write the outcomes of the ids of a batch, in order; it may be finished then."""
    for position, verdict in zip(batch.positions, verdicts, strict=True):
        if isinstance(verdict, Outcome):
            insert_outcome(connection, batch.sequence, position, verdict)
    finish_if_done(connection, batch.sequence, batch.number, batch.ingestion.batch_size, batch.ingestion.id_count)


def insert_outcome(connection: sqlite3.Connection, sequence: int, position: int, outcome: Outcome) -> None:
    """Write what came of an id in the end, unless that is written already; it is called no more."""
    connection.execute("DELETE FROM retries WHERE sequence = ? AND position = ?", [sequence, position])
    connection.execute(
        "INSERT OR IGNORE INTO outcomes (sequence, position, record_id, result, error, attempts, last_status) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            *(sequence, position, outcome.record_id),
            *(outcome.result, outcome.error, outcome.attempts, outcome.last_status),
        ],
    )


def finish_if_done(
    connection: sqlite3.Connection, sequence: int, number: int, batch_size: int, id_count: int
) -> None:
    """Let a batch be open no more once each of its ids has an outcome."""
    first = number * batch_size
    (done,) = connection.execute(
        "SELECT count(*) FROM outcomes WHERE sequence = ? AND position >= ? AND position < ?",
        [sequence, first, first + batch_size],
    ).fetchone()
    if done == min(batch_size, id_count - first):
        connection.execute("DELETE FROM open_batches WHERE sequence = ? AND number = ?", [sequence, number])


def _insert_retry(connection: sqlite3.Connection, sequence: int, position: int, attempts: int, wait: Wait) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO retries (sequence, position, attempts, due_at, boot, due, length) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [sequence, position, attempts, wait.until_wall, wait.boot, wait.until, wait.length],
    )
