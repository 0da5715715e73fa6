"""Replicas behind PgBouncer in transaction mode, where no session belongs to anyone."""

from pathlib import Path
from random import Random

import psycopg
import pytest

from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.schema import migrate
from tests.postgres.binaries import find_binaries
from tests.postgres.pooler import PROGRAM, Pooler
from tests.postgres.server import PostgresServer
from tests.postgres.sessions import Sessions
from tests.processes.waiting import eventually
from tests.stores.postgres.crew import Crew, at_work

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")]

FAULTS = 20


def test_connections_through_a_pooler_prepare_nothing_and_others_do(server_folder: Path) -> None:
    with PostgresServer(find_binaries(), server_folder / "one") as server:
        with connect(server.url()) as direct:
            assert direct.prepare_threshold == 1
        with Pooler(server_folder / "pooler", server.port) as pooler, connect(pooler.url()) as pooled:
            assert pooled.prepare_threshold is None


def test_faults_of_a_pooler_and_of_its_sessions_lose_nothing_and_break_no_law(server_folder: Path) -> None:
    chance = Random(20)
    with PostgresServer(find_binaries(), server_folder / "one") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            migrate(connection)
        with Pooler(server_folder / "pooler", server.port) as pooler, Sessions(server.url()) as sessions:
            with at_work(Crew(pooler.url()), threads=2) as crew:
                for fault in range(FAULTS):
                    eventually(crew.has_called_more_than(len(crew.upstream.calls) + 3))
                    if fault % 4:
                        sessions.end_some(chance)
                    else:
                        pooler.restart()
                eventually(crew.has_called_more_than(len(crew.upstream.calls) + 3))
            crew.check(server.url())
        assert crew.load.errors == []
