"""The slots of replicas with different intervals, on the virtual clock."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.engines.places import PostgresPlace
from tests.engines.rig import Rig
from tests.engines.wiring import RATE, SECOND
from tests.stores.postgres.gates import execute


@pytest.fixture
def rig(postgres_url: str) -> Iterator[Rig]:
    with PostgresPlace(postgres_url) as place:
        yield Rig(place)


def test_beside_a_replica_with_a_longer_interval_all_slots_keep_to_that_one_and_so_do_forecasts(
    rig: Rig, postgres_url: str
) -> None:
    rig.admit(range(1, 10))
    other = f"'{uuid4()}', 'other', {6 * SECOND}, wall_clock() + {60 * SECOND}"
    execute(postgres_url, f"INSERT INTO replicas (owner, name, slot_interval, seen_at) VALUES ({other})")
    assert [opens for opens, _ in rig.planned()] == [RATE.linger + number * 6 * SECOND for number in range(3)]
    assert [rig.run_slot()[0] for _ in range(2)] == [RATE.linger, RATE.linger + 6 * SECOND]
    rig.clock.time += 60 * SECOND
    last, _ = rig.run_slot()
    rig.admit([10])
    assert rig.run_slot()[0] == last + RATE.interval


def test_a_replica_with_a_shorter_interval_changes_nothing(rig: Rig, postgres_url: str) -> None:
    rig.admit([1, 2, 3, 4])
    other = f"'{uuid4()}', 'other', {4 * SECOND}, wall_clock()"
    execute(postgres_url, f"INSERT INTO replicas (owner, name, slot_interval, seen_at) VALUES ({other})")
    assert [rig.run_slot()[0] for _ in range(2)] == [RATE.linger, RATE.linger + RATE.interval]
