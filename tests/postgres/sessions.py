"""The sessions of a database, as its server sees them."""

from random import Random
from typing import LiteralString, Self

import psycopg

_OTHERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
    "AND pid <> pg_backend_pid() ORDER BY pid"
)


class Sessions:
    """The sessions of the database at a URL but this one, which is open inside of the block."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def pids(self) -> list[int]:
        """Return the processes of the server that serve them."""
        return [pid for (pid,) in self._connection.execute(_OTHERS)]

    def end(self, pid: int) -> None:
        """End one of them, as an administrator does."""
        self._connection.execute("SELECT pg_terminate_backend(%s)", [pid])

    def end_some(self, chance: Random) -> None:
        """End about half of them."""
        for pid in self.pids():
            if chance.random() < 0.5:
                self.end(pid)

    def are_waiting_for_a_lock(self) -> bool:
        """Return whether one of them waits for the lock of a row or a table."""
        return self._there_is("pg_stat_activity", "wait_event_type = 'Lock'")

    def hold_the_gate(self) -> bool:
        """Return whether one of them has the gate, or waits for it."""
        held = "relation = 'gate'::regclass AND mode = 'RowShareLock' AND granted"
        return self._there_is("pg_locks JOIN pg_database ON oid = database", held)

    def wait_for_a_standby(self) -> bool:
        """Return whether the commit of one of them waits for a standby."""
        return self._there_is("pg_stat_activity", "wait_event = 'SyncRep'")

    def cancel_waits_for_a_standby(self) -> None:
        """Let those commits be answered with a warning."""
        self._connection.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        )

    def _there_is(self, table: LiteralString, condition: LiteralString) -> bool:
        question = f"SELECT EXISTS (SELECT FROM {table} WHERE datname = current_database() AND {condition})"
        return self._connection.execute(question).fetchone() == (True,)
