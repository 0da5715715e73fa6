"""A virtual clock that a PostgreSQL database follows."""

from threading import Event

import psycopg

from ingest_service.clock import NANOSECONDS
from tests.doubles import VirtualClock

# A wait for longer than this is a poll of something that no test waits for.
POLL = 10**9 * NANOSECONDS

_FOLLOW = """
CREATE SEQUENCE IF NOT EXISTS virtual_wall_clock;
CREATE OR REPLACE FUNCTION wall_clock() RETURNS bigint LANGUAGE sql VOLATILE
    AS 'SELECT last_value FROM virtual_wall_clock';
"""


class DatabaseClock(VirtualClock):
    """A virtual clock, and the wall clock of a database: a sequence, which every transaction sees at once.

    An engine that polls waits for POLL; that is a wait without an end.
    """

    def __init__(self, url: str, now: int) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(_FOLLOW)
        self._shown = 0
        super().__init__(now)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in ("time", "wall_offset") and hasattr(self, "wall_offset"):
            self._connection.execute("SELECT setval('virtual_wall_clock', %s)", [self.wall()])

    def wait(self, bell: Event, until: int | None) -> None:
        super().wait(bell, None if until is not None and until - self.time >= POLL else until)

    def close(self) -> None:
        self._connection.close()
