"""A role with the rights of docs/postgresql.md, and no other, is all that the service needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

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

ROLES: dict[str, LiteralString] = {
    "owner": "CREATE ROLE ingest LOGIN; CREATE SCHEMA ingest AUTHORIZATION ingest",
    "guest": "CREATE ROLE ingest LOGIN; CREATE SCHEMA records; GRANT USAGE, CREATE ON SCHEMA records TO ingest; "
    "ALTER ROLE ingest SET search_path = records",
}


@pytest.fixture(params=ROLES)
def url(request: pytest.FixtureRequest, server_folder: Path) -> Iterator[str]:
    """The URL of a database with all tables, for the role that made them in a schema."""
    with PostgresServer(find_binaries(), server_folder / "server", fsync="off") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(ROLES[request.param])
        url = server.url().replace("postgres@", "ingest@")
        database = PostgresDatabase(url)
        database.start()
        database.stop()
        yield url


def test_a_role_that_may_create_in_one_schema_submits_and_opens_slots(url: str) -> None:
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
