"""A role with a schema of its own, and no other right, is all that the service needs."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ingest_service.clock import SystemClock
from ingest_service.errors import StoreError
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.gate import Gate
from tests.engines.places import PostgresPlace
from tests.engines.rig import Rig
from tests.postgres.binaries import find_binaries
from tests.postgres.server import PostgresServer

ROLE = "CREATE ROLE ingest LOGIN; CREATE SCHEMA ingest AUTHORIZATION ingest"


@pytest.fixture
def url(server_folder: Path) -> Iterator[str]:
    """The URL of a database with all tables, for the role that made them in its only schema."""
    with PostgresServer(find_binaries(), server_folder / "server", fsync="off") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(ROLE)
        url = server.url().replace("postgres@", "ingest@")
        database = PostgresDatabase(url)
        database.start()
        database.stop()
        yield url


def test_a_role_with_a_schema_of_its_own_submits_and_opens_slots(url: str) -> None:
    with PostgresPlace(url) as place:
        rig = Rig(place)
        rig.admit([1, 2, 3, 4])
        assert [rig.run_slot()[1] for _ in range(2)] == [[1, 2, 3], [4]]
        rig.records.check()
        rig.records.prune(rig.clock.wall(), rig.clock.wall(), 10)


@pytest.mark.slow
def test_a_holder_of_the_gate_that_does_not_move_is_ended_by_its_own_role(url: str) -> None:
    gate = Gate(lambda: connect(url), SystemClock(), lambda _: None)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT FROM gate FOR UPDATE")
        with pytest.raises(StoreError), gate.transaction() as transaction, transaction.reading():
            pass
        with gate.transaction() as transaction, transaction.reading():
            pass
        with pytest.raises(psycopg.OperationalError):
            holder.execute("SELECT")
    gate.close()
