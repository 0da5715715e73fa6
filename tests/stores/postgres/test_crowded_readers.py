"""More readers than connections: those that wait for one keep no other from going on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.follower import Follower
from ingest_service.stores.postgres.pool import MOST_SESSIONS
from ingest_service.stores.postgres.replicas import Replica
from tests.doubles import VirtualClock
from tests.engines.places import rules_of
from tests.engines.wiring import Wiring


class WatchedDatabase(PostgresDatabase):
    """A database that shows, once all others read, that one more thread asks for a connection."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.all_read = Event()
        self.is_asked = Event()

    @contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        if self.all_read.is_set():
            self.is_asked.set()
        with super().read() as connection:
            yield connection


def test_a_snapshot_that_waits_for_a_connection_does_not_keep_those_that_have_one(postgres_url: str) -> None:
    database = WatchedDatabase(postgres_url)
    database.start()
    causes: list[object] = []
    rules = rules_of(Wiring(VirtualClock()))
    follower = Follower(database, Replica("replica"), rules, VirtualClock(), causes.append)
    together = Barrier(MOST_SESSIONS + 1)

    def read() -> None:
        if not database.all_read.is_set():
            together.wait()
            database.is_asked.wait()

    with ThreadPoolExecutor(MOST_SESSIONS + 1) as pool:
        readers = [pool.submit(follower.at_one_moment, read, 0) for _ in range(MOST_SESSIONS)]
        together.wait()
        database.all_read.set()
        snapshot = pool.submit(follower.snapshot, 0)
        found = [reader.result() for reader in readers]
        assert snapshot.result().next_start == found[0][1].next_start
    database.stop()
