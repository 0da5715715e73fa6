"""The waits for the gate are counted, whether it was to be had or not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.errors import StoreError
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.gate import Gate
from tests.processes.waiting import eventually

WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


@pytest.fixture
def waits() -> list[int]:
    return []


@pytest.fixture
def gate(postgres_url: str, waits: list[int]) -> Iterator[Gate]:
    gate = Gate(lambda: connect(postgres_url), SystemClock(), waits.append)
    yield gate
    gate.close()


@pytest.fixture
def holder(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A connection that holds the gate, and whose transaction has just begun."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SELECT FROM gate FOR UPDATE")
        yield connection


def use(gate: Gate) -> None:
    with gate.transaction() as transaction, transaction.reading():
        pass


def test_each_transaction_counts_its_wait_once(gate: Gate, waits: list[int]) -> None:
    use(gate)
    use(gate)
    assert len(waits) == 2
    assert all(0 < wait < NANOSECONDS for wait in waits)


def test_a_wait_lasts_until_the_holder_has_ended(
    gate: Gate, waits: list[int], holder: psycopg.Connection, postgres_url: str
) -> None:
    with ThreadPoolExecutor(1) as thread, psycopg.connect(postgres_url, autocommit=True) as onlooker:
        using = thread.submit(use, gate)
        eventually(lambda: onlooker.execute(WAITS).fetchone() == (True,))
        assert waits == []
        holder.rollback()
        using.result()
    assert len(waits) == 1


@pytest.mark.slow
def test_a_wait_in_vain_counts_with_its_two_seconds(
    gate: Gate, waits: list[int], holder: psycopg.Connection
) -> None:
    with pytest.raises(StoreError):
        use(gate)
    assert [round(wait / NANOSECONDS) for wait in waits] == [2]
    with pytest.raises(psycopg.OperationalError):
        holder.execute("SELECT")
