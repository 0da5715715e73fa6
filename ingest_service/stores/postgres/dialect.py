"""The SQL that stores share, as PostgreSQL takes it."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import psycopg

from ingest_service.stores.postgres.connections import Session

_INDEX_HINT = re.compile(r" INDEXED BY \w+")


class PostgresConnection:
    """Fits the interface `Connection`.

    In a pipeline of psycopg, statements are only sent; they are waited for at its end, or when rows are asked for.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one statement with `?` for each parameter."""
        return self._session.execute(in_postgres(statement), parameters, binary=True)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one statement with the parameters of each row, in one round trip."""
        cursor = self._session.cursor()
        cursor.executemany(in_postgres(statement), rows)
        return cursor


@lru_cache(maxsize=256)
def in_postgres(statement: str) -> bytes:
    """Return a statement with `%s` for each `?`, and without the hints that only SQLite understands.

    In SQLite, CROSS JOIN keeps the order of the tables and INDEXED BY names the index.
    """
    without_hints = _INDEX_HINT.sub("", statement).replace("CROSS JOIN", "JOIN")
    return without_hints.replace("%", "%%").replace("?", "%s").encode()
