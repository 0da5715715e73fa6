"""The replicas that are shown as running."""

from collections.abc import Iterator

import pytest

from ingest_service.ports.records import SeenReplica
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.dialect import PostgresConnection
from ingest_service.stores.postgres.records import PostgresRecords
from ingest_service.stores.postgres.releasing import SlotEnd, mark_ended
from ingest_service.stores.postgres.replicas import LATELY, Heartbeat, Replica
from tests.engines.wiring import SECOND
from tests.postgres.virtual_clock import DatabaseClock

OPEN = (
    "INSERT INTO slots (number, owner, replica, opened_at, call_grant, call_timeout, slot_interval) "
    "VALUES (1, ?, ?, 0, 0, 0, 0)"
)


class Shared:
    """A database, and a clock for all."""

    def __init__(self, url: str) -> None:
        self.clock = DatabaseClock(url, 1_000 * SECOND)
        self.database = PostgresDatabase(url)
        self.database.start()

    def beat(self, name: str) -> Replica:
        replica = Replica(name)
        Heartbeat(self.database, replica, SECOND, self.clock).beat()
        return replica

    def open_slot(self, replica: Replica) -> None:
        def insert(connection: PostgresConnection) -> None:
            connection.execute(OPEN, [replica.owner, replica.name])

        self.database.write(insert)

    def close_slot(self, replica: Replica) -> None:
        self.database.write(lambda connection: mark_ended(connection, 1, replica.owner, SlotEnd("closed")))

    def names(self) -> list[str]:
        return [one.name for one in self.records.replicas()]

    @property
    def records(self) -> PostgresRecords:
        return PostgresRecords(self.database, Replica("asks").owner)


@pytest.fixture
def shared(postgres_url: str) -> Iterator[Shared]:
    shared = Shared(postgres_url)
    yield shared
    shared.database.stop()
    shared.clock.close()


def test_replicas_are_shown_by_name_with_the_time_at_which_each_was_seen(shared: Shared) -> None:
    shared.beat("green")
    shared.clock.time += SECOND
    shared.beat("blue")
    now = shared.clock.wall()
    assert shared.records.replicas() == [SeenReplica("blue", now), SeenReplica("green", now - SECOND)]


def test_a_replica_that_was_not_seen_for_a_while_is_not_shown(shared: Shared) -> None:
    shared.beat("green")
    shared.clock.time += LATELY
    assert shared.names() == []


def test_a_replica_is_shown_while_it_has_the_open_slot_however_long_its_calls_take(shared: Shared) -> None:
    replica = shared.beat("green")
    shared.open_slot(replica)
    shared.clock.time += 10 * LATELY
    assert shared.names() == ["green"]
    shared.close_slot(replica)
    assert shared.names() == []


def test_a_slot_names_the_replica_that_opened_it(shared: Shared) -> None:
    shared.open_slot(shared.beat("green"))
    assert [slot.replica for slot in shared.records.slots(before=9, limit=9)] == ["green"]
