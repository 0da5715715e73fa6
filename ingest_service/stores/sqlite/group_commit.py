"""Writes that share a commit, and so one wait for the disk."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Condition, Lock
from typing import TypeVar

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import NOT_CERTAIN, CommitNotCertain, StoreError, StoreStopped
from ingest_service.loop import exit_process
from ingest_service.stores.sqlite.connections import SQLITE_ERRORS, store_error
from ingest_service.stores.sqlite.waiting_write import WaitingWrite
from ingest_service.stores.sqlite.writer import Writer, touch

log = logging.getLogger(__name__)

T = TypeVar("T")
# An idle service writes a little so often, at most, to know that it can.
PROBE_INTERVAL = 5 * NANOSECONDS


class GroupCommit:
    """Commits what has gathered while the commit before it was on its way to the disk.

    It has no thread. Of those that ask, the one that finds no other writing leads: it commits for all that have
    gathered, and then one of those that came meanwhile leads. So a write waits for one other group at most, and a
    group is as large as the number of threads that ask.

    The connection, in autocommit mode so that BEGIN and COMMIT are ours, belongs to it from `open` to `close`.
    `committed` gets, from the leading thread, the writes of every commit and the nanoseconds that they and the
    wait for the disk took. `require` is asked before each commit, and raises StoreError to prevent it. `changing`
    makes the block around all that may change rows: it ends before any write is answered.
    """

    def __init__(
        self,
        clock: Clock,
        committed: Callable[[int, int], None],
        give_up: Callable[[str], None] = exit_process,
        require: Callable[[], None] = lambda: None,
        changing: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._clock = clock
        self._committed = committed
        self._give_up = give_up
        self._require = require
        self._changing = changing
        self._lock = Lock()
        self._idle = Condition(self._lock)
        self._waiting: list[WaitingWrite] = []
        self._is_led = False
        self._is_open = False
        self._writer: Writer | None = None
        self._failure: str | None = None
        self._tried_at = clock.now()

    @property
    def is_open(self) -> bool:
        """True from `open` to `close`."""
        return self._is_open

    def open(self, connection: sqlite3.Connection) -> None:
        """Let writes go through this connection."""
        with self._lock:
            self._writer = Writer(connection)
            self._is_open = True

    def close(self) -> None:
        """Refuse what is asked from now on, wait for what was asked before and close the connection.

        May be called twice.
        """
        with self._idle:
            self._is_open = False
            self._idle.wait_for(lambda: not self._is_led)
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        """Run these statements in the next commit, block until it is durable and return their result. Any thread.

        `afterwards`, if any, is called with the result after the commit, in the order of the writes. The leading
        thread calls both, so neither may wait for another writer. The statements may run twice, the first time
        rolled back. Raises StoreError if they or the commit failed, StoreStopped when it is closed; then nothing
        of them was kept, unless the error says that this is not certain.
        """
        write = WaitingWrite(statements, afterwards)
        if not self._leads(write):
            write.turn.acquire()
        if not write.is_answered:
            self._lead()
        if write.error is not None:
            raise write.error
        result: T = write.result
        return result

    def probe(self) -> None:
        """Raise StoreError if nothing can be written now: as the last commit failed, or by writing if that is old.

        Any thread; blocks until it is known.
        """
        if self._clock.now() - self._tried_at >= PROBE_INTERVAL:
            self.write(touch)
        elif self._failure is not None:
            raise StoreError(self._failure)

    def _leads(self, write: WaitingWrite) -> bool:
        """Let a write wait with the others; True if its thread is to lead at once."""
        with self._lock:
            if not self._is_open:
                raise StoreStopped
            self._waiting.append(write)
            leads, self._is_led = not self._is_led, True
            return leads

    def _lead(self) -> None:
        """Commit for all that have gathered, this thread among them, and let the next one lead."""
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            with self._changing():
                self._commit_or_split(group)
        except BaseException:
            self._abandon(group)
            raise
        finally:
            self._hand_over(group)

    def _hand_over(self, group: list[WaitingWrite]) -> None:
        """Wake the next to lead first, for the disk is idle; then those that have their answer."""
        with self._lock:
            self._is_led = bool(self._waiting)
            if self._is_led:
                self._waiting[0].turn.release()
            else:
                self._idle.notify_all()
        for write in group:
            write.turn.release()

    def _abandon(self, group: list[WaitingWrite]) -> None:
        """Answer a group whose leader is ended, as by a lack of memory; it is not known how far it came."""
        for write in group:
            write.failed(CommitNotCertain("the thread that wrote has ended"))
        self._give_up("memory no longer agrees with the disk")

    def _commit_or_split(self, group: list[WaitingWrite]) -> None:
        """Commit the group whole; if that fails, each write alone, so that only the one at fault fails."""
        if len(group) > 1 and self._commit(group) is None:
            return
        for write in group:
            error = self._commit([write])
            if error is not None:
                write.failed(self._refusal(error))

    def _refusal(self, error: Exception) -> Exception:
        """Return the error of a write that failed, after what may be left of it in the log was overwritten."""
        if not isinstance(error, (*SQLITE_ERRORS, MemoryError)):
            return error
        refusal = store_error("the database could not be written", error)
        if self._writer is not None and not self._writer.is_undone():
            refusal = type(refusal)(f"{refusal}; {NOT_CERTAIN}")
        self._failure = str(refusal)
        return refusal

    def _commit(self, group: list[WaitingWrite]) -> Exception | None:
        writer = self._writer
        assert writer is not None, "it is closed only when no thread leads"
        self._tried_at = begun = self._clock.now()
        try:
            self._require()
            results = writer.commit(lambda connection: [write.statements(connection) for write in group])
        except CommitNotCertain:
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            return error
        self._failure = None
        self._report(len(group), self._clock.now() - begun)
        for write, result in zip(group, results, strict=True):
            self._end(write, result)
        return None

    def _report(self, writes: int, took: int) -> None:
        """Tell of a commit; whatever becomes of that, the writes are durable."""
        try:
            self._committed(writes, took)
        except Exception:
            log.exception("a commit could not be reported")

    def _end(self, write: WaitingWrite, result: object) -> None:
        """Let a write follow up and return; if it cannot, only a new start brings memory and disk together."""
        try:
            write.ended(result)
        except Exception as error:
            log.exception("a write is durable, but what had to follow it failed")
            write.failed(error)
            self._give_up("memory no longer agrees with the disk")
