"""The journal of the embedded engine in an SQLite database."""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import repeat
from typing import Any, Protocol, TypeVar
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import LastSlot, LedgerSlot, Outcome, ReleaseState, Slot, Verdict
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.refusals import Refusals
from ingest_service.errors import KeyReused
from ingest_service.stores.sql.database import Database
from ingest_service.stores.sql.keys import Key, insert_key, read_key
from ingest_service.stores.sql.progress import read_release_states
from ingest_service.stores.sql.refusals import RefusalsQuery
from ingest_service.stores.sql.releasing import mark_reprioritised
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.called import read_called
from ingest_service.stores.sqlite.cancelling import cancel_ingestion
from ingest_service.stores.sqlite.checksums import CheckedIds
from ingest_service.stores.sqlite.open_batches import read_open_batches
from ingest_service.stores.sqlite.releasing import finish_slot, insert_pause, insert_slot
from ingest_service.stores.sqlite.waiting import read_backlog
from ingest_service.stores.sqlite.waits import Wait, pause_until
from ingest_service.stores.sqlite.witness import Witness

log = logging.getLogger(__name__)

T = TypeVar("T")
# An accepted ingestion with its sequence, or the one that came with the same key before.
Kept = tuple[int, Ingestion] | UUID | KeyReused
_IS_CLOSED = "closed_at IS NOT NULL"


class OrderedDatabase(Database, Protocol):
    """A database whose commits come one after the other."""

    def write(self, statements: Callable[[Any], T], afterwards: Callable[[T], None] | None = None) -> T:
        """Run statements in a transaction, block until it is durable and return their result.

        `afterwards`, if any, gets the result after the commit, in the order of the commits and before this
        returns. The statements may run twice, the first time rolled back.
        """


class SqliteJournal:
    """Fits the interface `Journal`. The witness, the lock file, shows when a database is an older copy.

    Slots are written down with the name of this process, `replica`, if it has one.
    """

    def __init__(
        self, database: OrderedDatabase, witness: Witness, clock: Clock, replica: str | None = None
    ) -> None:
        self._database = database
        self._witness = witness
        self._clock = clock
        self._replica = replica
        self._ids = CheckedIds(database)
        # Slots that were lost, as far as the witness does not keep that yet.
        self._loss: tuple[int, int] | None = None

    def add(self, submission: Submission, accepted: Callable[[int, Ingestion], None], key: str | None) -> UUID:
        """Keep a submission in one row; `accepted` follows the commit."""
        keyed = None if key is None else Key.of(key, submission)

        def insert(connection: sqlite3.Connection) -> Kept:
            before = None if keyed is None else read_key(connection, keyed)
            return before or self._insert(connection, submission, keyed)

        def follow_up(kept: Kept) -> None:
            if isinstance(kept, tuple):
                accepted(*kept)

        kept = self._database.write(insert, follow_up)
        if isinstance(kept, KeyReused):
            raise kept
        return kept[1].id if isinstance(kept, tuple) else kept

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        """Read the ingestion that came with this key."""
        with self._database.read() as connection:
            found = read_key(connection, Key.of(key, submission))
        if isinstance(found, KeyReused):
            raise found
        return found

    def release_states(self, sequences: Collection[int]) -> dict[int, ReleaseState]:
        """Read the states of ingestions."""
        with self._database.read() as connection:
            return read_release_states(connection, sequences)

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Write a cancellation and the outcomes that follow from it in one commit."""
        self._database.write(
            lambda connection: cancel_ingestion(connection, sequence, outcomes, self._clock.wall())
        )

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Write another priority."""

        def update(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE ingestions SET priority = ? WHERE sequence = ?", [priority, sequence])
            mark_reprioritised(connection, sequence)

        self._database.write(update)

    def pause(self, at: int | None) -> None:
        """Write the time of an operator's pause, or remove it."""

        def update(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM operator_pause")
            if at is not None:
                connection.execute("INSERT INTO operator_pause (one, at) VALUES (1, ?)", [at])

        self._database.write(update)

    def paused_at(self) -> int | None:
        """Read the time of an operator's pause."""
        return self._read_number("SELECT at FROM operator_pause")

    def paused_until(self) -> int:
        """Read the end of the last pause that the upstream asked for."""
        with self._database.read() as connection:
            row = connection.execute("SELECT until, boot, due, length FROM pause").fetchone()
        return Wait(*row).end(self._clock) if row else 0

    def waiting(self, ready: int) -> Iterable[tuple[Entry, int]]:
        """Read the cursors, and the ids of open batches that were released and have no outcome."""
        self._ids.forget()
        with self._database.read() as connection:
            yield from read_open_batches(connection, self._clock, ready)
            yield from zip(read_backlog(connection, ready), repeat(0), strict=False)
            # All that was read is in the cache of this connection, and is not needed again.
            connection.execute("PRAGMA shrink_memory")

    def last_slot(self) -> LastSlot | None:
        """Read the end of the ledger, trusted only if the witness confirms it.

        A ledger that is empty, though the witness knows of a slot, ends at slot 0, and proves nothing. So does one
        that is empty though something was accepted: it may be a backup from before the first slot.
        """
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT number, boot, started, opened FROM slots ORDER BY number DESC LIMIT 1"
            ).fetchone()
            is_new = connection.execute("SELECT 1 FROM ingestions LIMIT 1").fetchone() is None
        recorded = self._witness.recorded()
        if row is None and recorded is None and is_new:
            return None
        number, boot, started, opened = row or (0, "", None, 0)
        lost, lost_at = self._lost(number, recorded or 0)
        return LastSlot(number, boot, started, self._witness.confirms(number, opened), lost, lost_at)

    def called(self, most_ids: int) -> Sequence[LedgerSlot]:
        """Read the end of the ledger, and count its calls."""
        with self._database.read() as connection:
            return read_called(connection, most_ids)

    def refused_slots(self) -> int:
        """Read what was written with the last slot that was closed."""
        return (
            self._read_number(f"SELECT refusals FROM slots WHERE {_IS_CLOSED} ORDER BY number DESC LIMIT 1") or 0
        )

    def refusals_before(self, slot: Slot, *, is_last: bool) -> Refusals:
        """Read the ledger."""
        with self._database.read() as connection:
            return RefusalsQuery(connection, slot, _IS_CLOSED).result(is_last=is_last)

    def record_ids(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        """Read the ids at some positions, and check them."""
        return self._ids.at(sequence, positions)

    def open_slot(self, slot: Slot) -> None:
        """Write down the slot in one commit, and show it to the witness.

        From then on the witness names this slot: before that, it keeps how many it knew and the ledger does not.
        """
        if self._loss is not None:
            self._witness.lose(*self._loss)
            self._loss = None
        self._database.write(lambda connection: insert_slot(connection, slot, self._replica))
        self._witness.record(slot.number, slot.opened)

    def close_slot(
        self,
        slot: Slot,
        verdicts: Sequence[Verdict],
        started: int,
        lag: int,
        paused_until: int | None,
        refused_slots: int = 0,
    ) -> None:
        """Write down all that came of the slot in one commit."""

        def finish(connection: sqlite3.Connection) -> None:
            finish_slot(connection, slot, verdicts, started, lag, refused_slots, self._clock)
            if paused_until is not None:
                insert_pause(connection, pause_until(paused_until, slot.boot, self._clock))

        self._database.write(finish)

    def _insert(
        self, connection: sqlite3.Connection, submission: Submission, key: Key | None
    ) -> tuple[int, Ingestion]:
        ingestion, created_at = Ingestion.of(submission), self._clock.wall()
        sequence = insert_ingestion(connection, ingestion, submission.ids, created_at)
        if key is not None:
            insert_key(connection, key, sequence, created_at)
        return sequence, ingestion

    def _lost(self, number: int, recorded: int) -> tuple[int, int]:
        """Return how many slots were lost, now and before, and by when they had called (wall clock)."""
        self._loss = None
        if recorded > number:
            _warn_of_loss(number, recorded)
            self._loss = self._witness.lost()[0] + recorded - number, self._clock.wall()
        return self._loss or self._witness.lost()

    def _read_number(self, statement: str) -> int | None:
        with self._database.read() as connection:
            row = connection.execute(statement).fetchone()
        return None if row is None else int(row[0])


def _warn_of_loss(last: int, recorded: int) -> None:
    log.warning(
        "the database ends at slot %d, but its lock file names slot %d: it is an older copy, or its end was lost; "
        "ingestions that were accepted may be missing",
        last,
        recorded,
    )
