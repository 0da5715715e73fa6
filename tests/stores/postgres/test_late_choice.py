"""A slot is chosen from what waits when its replica gets the gate, and not from what waited when it asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.processes.waiting import eventually
from tests.stores.postgres.two_replicas import TwoReplicas

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def pair(postgres_url: str) -> Iterator[TwoReplicas]:
    with TwoReplicas(postgres_url) as pair:
        yield pair


def test_what_is_accepted_while_a_replica_waits_for_the_gate_is_in_its_slot(
    pair: TwoReplicas, postgres_url: str
) -> None:
    pair.one.admit([1, 2, 3], "LOW")
    with (
        ThreadPoolExecutor(2) as threads,
        psycopg.connect(postgres_url, autocommit=True) as onlooker,
        psycopg.connect(postgres_url) as holder,
    ):
        holder.execute("SELECT FROM gate FOR UPDATE")
        threads.submit(pair.other.admit, [4, 5, 6], "HIGH")
        eventually(lambda: onlooker.execute(WAITS).fetchone() == (1,))
        opening = threads.submit(pair.one.open)
        eventually(lambda: onlooker.execute(WAITS).fetchone() == (2,))
        holder.rollback()
        assert opening.result().ids == (4, 5, 6)
