"""Gates on a database of a test, and what is true under them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from ingest_service.clock import SystemClock
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.gate import Gate
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.state import SlotState, StateQuery


@contextmanager
def gate_to(url: str) -> Iterator[Gate]:
    """Lend a gate; it is closed at the end."""
    gate = Gate(lambda: connect(url), SystemClock(), lambda _waited: None)
    try:
        yield gate
    finally:
        gate.close()


def state_under(gate: Gate) -> SlotState:
    with gate.transaction() as transaction:
        with transaction.reading() as connection:
            query = StateQuery(connection, Replica("replica"))
        return query.result()


def write_under(gate: Gate, *statements: str, between: Callable[[], None] = lambda: None) -> None:
    """Run statements in a transaction under the gate, and commit; do something between reading and writing."""
    with gate.transaction() as transaction:
        with transaction.reading():
            pass
        between()
        with transaction.writing() as connection:
            for statement in statements:
                connection.execute(statement)


def set_default(url: str, setting: str, value: str) -> None:
    """Let the sessions of a database begin with this setting from now on."""
    execute(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET {setting} = {value}")


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """Execute a statement of a test and return its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
