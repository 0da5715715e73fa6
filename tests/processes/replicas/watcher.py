"""A look at the database, past the proxies, again and again."""

import time
from contextlib import suppress
from threading import Event, Thread
from typing import Self

import psycopg

from tests.processes.replicas.spans import Span

_TICK_SECONDS = 0.04
# A transaction under the gate takes some milliseconds; a client that holds it for longer does not move.
_LONG = 150_000_000
_LOOK = """
SELECT (SELECT replica FROM slots ORDER BY number DESC LIMIT 1),
    (SELECT (extract(epoch FROM min(xact_start)) * 1000000000)::bigint
        FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE relation = 'gate'::regclass AND mode = 'RowShareLock' AND granted AND wait_event_type = 'Client')
"""


class Watcher:
    """A thread that looks who opened the last slot, and since when a client holds the gate and does not move."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._closing = Event()
        self._thread = Thread(target=self._run, name="watcher")
        self._holds: dict[int, int] = {}
        self.opener = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    @property
    def holds(self) -> list[Span]:
        """When the gate was held by a client that did not move, on the wall clock."""
        return [span for span in self._holds.items() if span[1] - span[0] > _LONG]

    def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(psycopg.Error), psycopg.connect(self._url, autocommit=True) as connection:
                while not self._closing.wait(_TICK_SECONDS):
                    self._look(connection)
            self._closing.wait(_TICK_SECONDS)

    def _look(self, connection: psycopg.Connection) -> None:
        opener, held_since = connection.execute(_LOOK).fetchone() or ("", None)
        self.opener = opener or ""
        if held_since is not None:
            self._holds[held_since] = time.time_ns()
