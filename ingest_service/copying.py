"""Copying everything from one database into another."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing

from ingest_service.clock import Clock
from ingest_service.database_url import is_postgres, sqlite_path
from ingest_service.errors import CopyRefused
from ingest_service.stores.sql.copying import TABLES, Row, Source, Summary, Target
from ingest_service.stores.sqlite.copying import sqlite_source, sqlite_target


def copy(
    source_url: str,
    target_url: str,
    clock: Clock,
    counted: Callable[[int], None] = lambda _rows: None,
    copied: Callable[[int], None] = lambda _rows: None,
) -> Summary:
    """Copy everything, and return what the target has then, durable; if it raises, the target has nothing.

    Both databases are kept from services meanwhile; the source is only read. `counted` gets about how many rows
    there are, once, and `copied` 1 for each. Blocks; the memory does not grow with the rows. Raises CopyRefused,
    and StoreError.
    """
    if _is_same(source_url, target_url):
        raise CopyRefused("the source and the target are the same database")
    with _source(source_url, clock) as source, _target(target_url, clock) as target:
        counted(source.count())
        for table in TABLES:
            with closing(source.rows(table)) as rows:
                target.write(table, _counting(rows, copied))
        return target.finish(source.last_sequence())


def _counting(rows: Iterable[Row], copied: Callable[[int], None]) -> Iterator[Row]:
    for row in rows:
        yield row
        copied(1)


def _is_same(source_url: str, target_url: str) -> bool:
    if is_postgres(source_url) or is_postgres(target_url):
        return source_url == target_url
    return sqlite_path(source_url).resolve() == sqlite_path(target_url).resolve()


def _source(url: str, clock: Clock) -> AbstractContextManager[Source]:
    """Return the source. The packages for PostgreSQL are not installed everywhere."""
    if not is_postgres(url):
        return sqlite_source(sqlite_path(url), clock)
    from ingest_service.stores.postgres.copying import postgres_source

    return postgres_source(url)


def _target(url: str, clock: Clock) -> AbstractContextManager[Target]:
    if not is_postgres(url):
        return sqlite_target(sqlite_path(url), clock)
    from ingest_service.stores.postgres.copying import postgres_target

    return postgres_target(url)
