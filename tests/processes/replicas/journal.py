"""A journal of everything that happens to what waits: triggers write it, inside of the transactions themselves.

All of them hold the gate, so it is in the order of the commits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg

_TABLE = """
CREATE TABLE journal (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL DEFAULT wall_clock(),
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL,
    fields jsonb NOT NULL
);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal (kind, fields) VALUES (TG_ARGV[0], to_jsonb(NEW));
    RETURN NULL;
END $$;
"""
_NOTED = {
    "accepted": "INSERT ON ingestions",
    "moved": "UPDATE OF priority ON ingestions",
    "cancelled": "INSERT ON cancellations",
    "opened": "INSERT ON slots",
    "called": "INSERT ON calls",
    "waits": "INSERT ON retries",
    "ended": "UPDATE OF how ON slots",
    "outcome": "INSERT ON outcomes",
}


@dataclass(frozen=True)
class Event:
    """A row that was written, at a time of the wall clock of the database."""

    at: int
    kind: str
    fields: dict[str, Any]


# What was committed together, in order.
Transaction = list[Event]


def keep_journal(connection: psycopg.Connection[Any]) -> None:
    """Let a database with all tables keep a journal from now on."""
    connection.execute(_TABLE)
    for kind, change in _NOTED.items():
        connection.execute(f"CREATE TRIGGER {kind} AFTER {change} FOR EACH ROW EXECUTE FUNCTION note('{kind}')")


def read_journal(connection: psycopg.Connection[Any]) -> Iterator[Transaction]:
    """Yield all transactions."""
    rows = connection.execute("SELECT transaction::text, at, kind, fields FROM journal ORDER BY n").fetchall()
    for _, own in groupby(rows, lambda row: row[0]):
        yield [Event(*row[1:]) for row in own]
