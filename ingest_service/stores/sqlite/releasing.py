"""Writing the opening and the closing of a slot."""

import sqlite3
from collections.abc import Sequence

from ingest_service.clock import Clock
from ingest_service.domain.chain import calls_hash, closing_link, fates_of, opening_link
from ingest_service.domain.ledger import Outcome, Retry, Slot, Verdict
from ingest_service.domain.model import Batch
from ingest_service.stores.sql.links import LastLink
from ingest_service.stores.sql.outcomes import finish_if_done, insert_outcome
from ingest_service.stores.sql.releasing import release_batch
from ingest_service.stores.sqlite.waits import Wait


def insert_slot(connection: sqlite3.Connection, slot: Slot, replica: str | None) -> None:
    """Write down a slot of this process and its calls, with its link, and release its batches."""
    hash_of_calls = calls_hash(slot.calls())
    times = f"m {slot.boot} {slot.opened}"
    link = opening_link(
        LastLink(connection, slot.number).result(), slot.number, slot.opened_at, replica, times, hash_of_calls
    )
    connection.execute(
        "INSERT OR REPLACE INTO slots (number, boot, opened, opened_at, replica, calls_hash, link) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [slot.number, slot.boot, slot.opened, slot.opened_at, replica, hash_of_calls, link],
    )
    for batch in slot.batches:
        release_batch(connection, batch)
    _insert_calls(connection, slot)


def finish_slot(
    connection: sqlite3.Connection,
    slot: Slot,
    verdicts: Sequence[Verdict],
    started: int,
    lag: int,
    refused_slots: int,
    clock: Clock,
) -> None:
    """Write down that a slot is closed, and the verdict on each of its ids."""
    closed_at, fates = clock.wall(), fates_of(slot, verdicts)
    (opening,) = connection.execute("SELECT link FROM slots WHERE number = ?", [slot.number]).fetchone()
    connection.execute(
        "UPDATE slots SET started = ?, closed_at = ?, lag = ?, refusals = ?, fates = ?, link = ? WHERE number = ?",
        [
            *(started, closed_at, lag, refused_slots, fates),
            *(closing_link(opening, closed_at, f"m {started}", lag, fates), slot.number),
        ],
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


def _insert_calls(connection: sqlite3.Connection, slot: Slot) -> None:
    """Write down the calls of a slot, in order."""
    connection.executemany(
        "INSERT INTO calls (sequence, position, slot, record_id, place) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [
            (sequence, position, slot.number, record_id, place)
            for place, (sequence, position, record_id) in enumerate(slot.calls())
        ],
    )


def _close_batch(connection: sqlite3.Connection, batch: Batch, verdicts: Sequence[Verdict]) -> None:
    """Write the outcomes of the ids of a batch, in order; it may be finished then."""
    for position, verdict in zip(batch.positions, verdicts, strict=True):
        if isinstance(verdict, Outcome):
            insert_outcome(connection, batch.sequence, position, verdict)
    finish_if_done(connection, batch.sequence, batch.number, batch.ingestion.batch_size, batch.ingestion.id_count)


def _insert_retry(connection: sqlite3.Connection, sequence: int, position: int, attempts: int, wait: Wait) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO retries (sequence, position, attempts, due_at, boot, due, length) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [sequence, position, attempts, wait.until_wall, wait.boot, wait.until, wait.length],
    )
