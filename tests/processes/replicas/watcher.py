"""A look at the database, past the proxies, again and again."""

import time
from contextlib import suppress
from threading import Event, Thread
from typing import Self

import psycopg

from ingest_service.clock import NANOSECONDS
from tests.processes.replicas.spans import Span, overlap

_TICK = 40_000_000
# A transaction under the gate takes some milliseconds; a client that holds it for longer does not move.
_LONG = 150_000_000
_LOOK = """
SELECT (SELECT replica FROM slots ORDER BY number DESC LIMIT 1),
    (SELECT (extract(epoch FROM min(xact_start)) * 1000000000)::bigint
        FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE relation = 'gate'::regclass AND mode = 'RowShareLock' AND granted AND wait_event_type = 'Client')
"""
# A commit that waits for the disk, as those of the replicas do.
_COMMIT = "SELECT pg_logical_emit_message(true, 'watcher', '')"
_LOOKS_PER_COMMIT = 5


class Watcher:
    """A thread that looks who opened the last slot, and for how long a client holds the gate and does not move.

    `opener` is the name of that replica. Times are nanoseconds on the monotonic clock.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._closing = Event()
        self._thread = Thread(target=self._run, name="watcher")
        # By the begin of the transaction: when it was seen first, and last.
        self._holds: dict[int, Span] = {}
        self._looks: list[Span] = []
        self._commits: list[Span] = []
        self.opener = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    @property
    def holds(self) -> list[Span]:
        """The times at which the gate was held by a client that did not move."""
        return [(first - _TICK, last) for first, last in self._holds.values() if last - first > _LONG]

    def statement_time(self, span: Span) -> int:
        """Return how long a statement took in a span, on average."""
        times = [look[1] - look[0] for look in self._looks if overlap(look, span)]
        return sum(times) // max(1, len(times))

    def commit_time(self, span: Span) -> int:
        """Return for how much of a span a commit waited for the disk."""
        return sum(
            min(end, span[1]) - max(began, span[0]) for began, end in self._commits if overlap((began, end), span)
        )

    def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(psycopg.Error), psycopg.connect(self._url, autocommit=True) as connection:
                while not self._closing.wait(_TICK / NANOSECONDS):
                    self._look(connection)
                    if len(self._looks) % _LOOKS_PER_COMMIT == 0:
                        self._commit(connection)
            self._closing.wait(_TICK / NANOSECONDS)

    def _commit(self, connection: psycopg.Connection) -> None:
        began = time.monotonic_ns()
        connection.execute(_COMMIT)
        self._commits.append((began, time.monotonic_ns()))

    def _look(self, connection: psycopg.Connection) -> None:
        began = time.monotonic_ns()
        opener, holder = connection.execute(_LOOK).fetchone() or ("", None)
        ended = time.monotonic_ns()
        self.opener = opener or ""
        self._looks.append((began, ended))
        if holder is not None:
            first, _ = self._holds.get(holder, (ended, ended))
            self._holds[holder] = first, ended
