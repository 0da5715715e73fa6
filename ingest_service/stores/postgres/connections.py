"""Connections to one PostgreSQL database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.array import ListBinaryDumper

from ingest_service.errors import StoreError
from ingest_service.stores.postgres.errors import translated

Session = psycopg.Connection[tuple[Any, ...]]

# What the URL does not say otherwise. A server that does not answer any more is found out in seconds, and of
# several hosts the one is taken that can be written.
DEFAULTS: Mapping[str, str | int] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "target_session_attrs": "read-write",
    "application_name": "ingest-service",
    "client_encoding": "UTF8",
}
OLDEST_SERVER = 14


def connect(url: str) -> Session:
    """Open a connection in autocommit mode: BEGIN and COMMIT are ours. Blocks for seconds; any thread.

    It prepares statements, unless a pooler such as PgBouncer stands between: through that, the next transaction
    may come to another server process, which does not know them. Raises StoreError, which never shows the URL.
    """
    parameters = connection_parameters(url)
    with translated("the database cannot be reached"):
        session = psycopg.connect(**parameters, autocommit=True, prepare_threshold=1)
        with closed_on_error(session):
            _set_up(session)
    return session


@contextmanager
def closed_on_error(session: Session) -> Iterator[None]:
    """Close the connection if the block raises."""
    try:
        yield
    except BaseException:
        session.close()
        raise


def connection_parameters(url: str) -> dict[str, Any]:
    """Return the parameters for libpq. Raises StoreError for what is no URL of PostgreSQL."""
    try:
        return {**DEFAULTS, **conninfo_to_dict(url)}
    except psycopg.ProgrammingError:
        # The reason that libpq gives may repeat a part of the password.
        raise StoreError("the URL of the database is not one that PostgreSQL understands") from None


def _set_up(session: Session) -> None:
    """Refuse a server that does not fit, and prepare nothing through a pooler."""
    # As text, an array of bytes is sent in four times as many, each made by a regular expression.
    session.adapters.register_dumper(list, ListBinaryDumper)
    session.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    process, encoding, version = session.execute(
        "SELECT pg_backend_pid(), current_setting('server_encoding'), current_setting('server_version_num')::int",
        prepare=False,
    ).fetchone() or (0, "", 0)
    require_server(encoding, version)
    if process != session.info.backend_pid:
        session.prepare_threshold = None


def require_server(encoding: str, version: int) -> None:
    """Raise StoreError unless a database of this encoding, of this version as PostgreSQL counts, can be used."""
    if version < OLDEST_SERVER * 10_000:
        raise StoreError(
            f"the database is of PostgreSQL {version // 10_000}; it must be of version {OLDEST_SERVER} or newer"
        )
    if encoding != "UTF8":
        raise StoreError(
            f"the encoding of the database is {encoding}; it must be UTF8: create another one with "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
