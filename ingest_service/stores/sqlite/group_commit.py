"""One thread that writes for all: many requests share one commit, and so one wait for the disk."""

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, TypeVar

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import NOT_CERTAIN, StoreError, StoreStopped
from ingest_service.loop import Loop, exit_process
from ingest_service.stores.sqlite.connections import store_error
from ingest_service.stores.sqlite.writer import Writer, touch

log = logging.getLogger(__name__)

T = TypeVar("T")
# An idle service writes a little so often, at most, to know that it can.
PROBE_INTERVAL = 5 * NANOSECONDS


@dataclass(frozen=True, slots=True)
class _Write:
    statements: Callable[[sqlite3.Connection], Any]
    afterwards: Callable[[Any], None] | None
    durable: Future[Any] = field(default_factory=Future)

    def ended(self, result: object) -> None:
        """Let it return: it is durable."""
        if self.afterwards is not None:
            self.afterwards(result)
        self.durable.set_result(result)

    def failed(self, error: Exception) -> None:
        """Let it raise, unless it has returned."""
        if not self.durable.done():
            self.durable.set_exception(error)


class GroupCommit(Loop):
    """Commits what has gathered while the commit before it was on its way to the disk.

    A group is as large as the number of threads that wait for one, so it needs no bound of its own. The
    connection, in autocommit mode so that BEGIN and COMMIT are ours, belongs to it from `open` to `close`.
    `committed` gets, from the writing thread, the writes of every commit and the nanoseconds that they and the
    wait for the disk took. `require` is asked before each commit, and raises StoreError to prevent it.
    """

    name = "group commit"

    def __init__(
        self,
        clock: Clock,
        committed: Callable[[int, int], None],
        give_up: Callable[[str], None] = exit_process,
        require: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(clock, give_up)
        self._committed = committed
        self._require = require
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._lock = Lock()
        self._writer: Writer | None = None
        self._failure: str | None = None
        self._tried_at = clock.now()

    def open(self, connection: sqlite3.Connection) -> None:
        """Start the thread that writes through this connection."""
        with self._lock:
            self._writer = Writer(connection)
            self.start()

    def close(self) -> None:
        """Commit what was asked before, end the thread and close its connection. May be called twice.

        What was asked during the pause after an unexpected error is refused.
        """
        with self._lock:
            if self._writer is not None:
                self.halt()
                self._queue.put(None)
                self.join()
                self._refuse_the_rest()
                self._writer.close()
                self._writer = None

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        """Run these statements in the next commit, block until it is durable and return their result. Any thread.

        `afterwards`, if any, is called with the result by the writing thread after the commit, in the order of
        the writes. The statements may run twice, the first time rolled back. Raises StoreError if they or the
        commit failed, StoreStopped when the thread does not run; then nothing of them was kept, unless the error
        says that this is not certain.
        """
        write = _Write(statements, afterwards)
        with self._lock:
            if self._writer is None or not self.alive:
                raise StoreStopped
            self._queue.put(write)
        result: T = write.durable.result()
        return result

    def probe(self) -> None:
        """Raise StoreError if nothing can be written now: as the last commit failed, or by writing if that is old.

        Any thread; blocks until it is known.
        """
        if self._clock.now() - self._tried_at >= PROBE_INTERVAL:
            self.write(touch)
        elif self._failure is not None:
            raise StoreError(self._failure)

    def run_once(self) -> bool:
        """Commit the next group; False once closed. An unexpected error is the answer to all that wait for it."""
        group, more = self._gather()
        try:
            self._commit_or_split(group)
        except Exception as error:
            for write in group:
                write.failed(error)
            raise
        return more

    def _refuse_the_rest(self) -> None:
        """Answer the writes that the thread left behind when it ended in a pause."""
        while not self._queue.empty():
            write = self._queue.get()
            if write is not None:
                write.failed(StoreStopped())

    def _gather(self) -> tuple[list[_Write], bool]:
        """Block for the first write, take all that wait behind it; False with it once closed."""
        group: list[_Write] = []
        write = self._queue.get()
        while write is not None:
            group.append(write)
            try:
                write = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _commit_or_split(self, group: list[_Write]) -> None:
        """Commit the group whole; if that fails, each write alone, so that only the one at fault fails."""
        if len(group) > 1 and self._commit(group) is None:
            return
        for write in group:
            error = self._commit([write])
            if error is not None:
                write.failed(self._refusal(error))

    def _refusal(self, error: Exception) -> Exception:
        """Return the error of a write that failed, after what may be left of it in the log was overwritten."""
        if not isinstance(error, sqlite3.Error):
            return error
        refusal = store_error("the database could not be written", error)
        if self._writer is not None and not self._writer.is_undone():
            refusal = type(refusal)(f"{refusal}; {NOT_CERTAIN}")
        self._failure = str(refusal)
        return refusal

    def _commit(self, group: list[_Write]) -> Exception | None:
        writer = self._writer
        assert writer is not None, "the thread runs between open and close only"
        self._tried_at = begun = self._clock.now()
        try:
            self._require()
            results = writer.commit(lambda connection: [write.statements(connection) for write in group])
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked, not to this thread
            return error
        self._failure = None
        try:
            self._committed(len(group), self._clock.now() - begun)
        finally:
            # Whatever becomes of the report, the writes are durable.
            for write, result in zip(group, results, strict=True):
                self._end(write, result)
        return None

    def _end(self, write: _Write, result: object) -> None:
        """Let a write follow up and return; if it cannot, only a new start brings memory and disk together."""
        try:
            write.ended(result)
        except Exception as error:
            log.exception("a write is durable, but what had to follow it failed")
            write.failed(error)
            self._give_up("memory no longer agrees with the disk")
