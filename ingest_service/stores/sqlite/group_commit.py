"""One thread that writes for all: many requests share one commit, and so one wait for the disk."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from ingest_service.clock import Clock
from ingest_service.errors import StoreError, StoreStopped

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Write:
    statements: Callable[[sqlite3.Connection], Any]
    afterwards: Callable[[Any], None] | None
    durable: Future[Any] = field(default_factory=Future)

    def ended(self, result: object) -> None:
        """Tell that it is durable."""
        if self.afterwards is not None:
            self.afterwards(result)
        self.durable.set_result(result)


class GroupCommit:
    """Commits what has gathered while the commit before it was on its way to the disk.

    A group is as large as the number of threads that wait for one, so it needs no bound of its own. The
    connection, in autocommit mode so that BEGIN and COMMIT are ours, belongs to it from start to stop.
    `committed` is told by the writing thread of every commit: how many writes it kept, and the nanoseconds
    that they and the wait for the disk took.
    """

    def __init__(self, clock: Clock, committed: Callable[[int, int], None]) -> None:
        self._clock = clock
        self._committed = committed
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, connection: sqlite3.Connection) -> None:
        """Start the thread that writes through this connection."""
        with self._lock:
            self._thread = Thread(target=self._run, args=[connection], name="group-commit", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Commit what was asked before, end the thread and close its connection. May be called twice."""
        with self._lock:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
                self._thread = None

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        """Run these statements in the next commit, block until it is durable and return their result. Any thread.

        `afterwards`, if any, is called with the result by the writing thread after the commit, in the order of
        the writes. The statements may run twice, the first time rolled back. Raises StoreError if they or the
        commit failed, StoreStopped when the thread does not run; then nothing of them was kept.
        """
        write = _Write(statements, afterwards)
        with self._lock:
            if self._thread is None:
                raise StoreStopped
            self._queue.put(write)
        result: T = write.durable.result()
        return result

    def _run(self, connection: sqlite3.Connection) -> None:
        while self._commit_next(connection):
            pass
        connection.close()

    def _commit_next(self, connection: sqlite3.Connection) -> bool:
        """Commit the next group; False once told to stop."""
        group, more = self._gather()
        self._commit_or_split(connection, group)
        return more

    def _gather(self) -> tuple[list[_Write], bool]:
        """Block for the first write, take all that wait behind it; False with it once told to stop."""
        group: list[_Write] = []
        write = self._queue.get()
        while write is not None:
            group.append(write)
            try:
                write = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _commit_or_split(self, connection: sqlite3.Connection, group: list[_Write]) -> None:
        """Commit the group whole; if that fails, each write alone, so that only the one at fault fails."""
        if len(group) > 1 and self._commit(connection, group) is None:
            return
        for write in group:
            error = self._commit(connection, [write])
            if isinstance(error, sqlite3.Error):
                error = StoreError(f"the database could not be written: {error}")
            if error is not None:
                write.durable.set_exception(error)

    def _commit(self, connection: sqlite3.Connection, group: list[_Write]) -> Exception | None:
        begun = self._clock.now()
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                results = [write.statements(connection) for write in group]
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked, not to this thread
            return error
        self._committed(len(group), self._clock.now() - begun)
        for write, result in zip(group, results, strict=True):
            write.ended(result)
        return None
