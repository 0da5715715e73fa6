"""The slots as a replica counts them for quotas: over a double of the tables that it reads."""

import sqlite3
from typing import Any, cast

import pytest

from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.stores.postgres.called import CalledSlots
from ingest_service.stores.postgres.sight import SeenSlot, SlotTimes
from ingest_service.stores.postgres.state import SlotState
from ingest_service.stores.sql.database import Connection
from tests.engines.wiring import SECOND

MINUTE = 60 * SECOND
SIX_A_MINUTE = RateLimit(3, 5 * SECOND, 0, 0, quotas=(Quota(6, MINUTE),))
WALL = 1_700_000_000 * SECOND


class Ledger:
    """The slots of a database, its wall clock, and a replica whose monotonic clock began with it."""

    def __init__(self) -> None:
        self.tables = sqlite3.connect(":memory:")
        self.tables.execute(
            "CREATE TABLE slots (number INTEGER, owner TEXT, closed_at INTEGER, how TEXT, age INTEGER)"
        )
        self.tables.execute("CREATE TABLE calls (slot INTEGER)")
        self.now, self.jump, self.timeline = 1000 * SECOND, 0, "first"
        self.restart()

    def restart(self) -> None:
        self.called = CalledSlots(SIX_A_MINUTE)

    @property
    def wall(self) -> int:
        return WALL + self.now + self.jump

    def open(self, number: int, ids: int = 3, owner: str = "one") -> None:
        self.tables.execute("INSERT INTO slots VALUES (?, ?, NULL, NULL, NULL)", [number, owner])
        self.tables.executemany("INSERT INTO calls VALUES (?)", [[number]] * ids)

    def close(self, number: int, how: str = "closed", age: int = 0) -> None:
        self.tables.execute(
            "UPDATE slots SET closed_at = ?, how = ?, age = ? WHERE number = ?", [self.wall, how, age, number]
        )

    def run(self, number: int, ids: int = 3, owner: str = "one") -> None:
        self.open(number, ids, owner)
        self.close(number)

    def forget(self, number: int) -> None:
        for statement in ("DELETE FROM slots WHERE number >= ?", "DELETE FROM calls WHERE slot >= ?"):
            self.tables.execute(statement, [number])

    def frees(self, ids: int = 3) -> float:
        """Look at the ledger; return after how many seconds a slot with `ids` ids fits."""
        (number,) = self.tables.execute("SELECT coalesce(max(number), 0) FROM slots").fetchone()
        seen = SeenSlot(number, None, True, 0, SlotTimes(0, 0, 0), self.timeline)
        fields: dict[str, Any] = dict.fromkeys(SlotState.__slots__, 0)
        state = SlotState(**{**fields, "slot": seen, "wall": self.wall})
        self.called.follow(cast(Connection, self.tables), state, self.now)
        return max(0, self.called.usage.free_at(ids) - self.now) / SECOND


@pytest.fixture
def ledger() -> Ledger:
    """Two slots were seen, ten seconds apart, the last one just now: the quota is used up."""
    ledger = Ledger()
    ledger.frees()
    ledger.run(1)
    ledger.frees()
    ledger.now += 10 * SECOND
    ledger.run(2)
    assert ledger.frees() == 50
    return ledger


@pytest.mark.parametrize("jump", [3600, -3600], ids=["on", "back"])
def test_a_jump_of_the_clock_of_the_database_changes_nothing_about_slots_that_were_seen(
    ledger: Ledger, jump: int
) -> None:
    ledger.jump = jump * SECOND
    assert ledger.frees() == 50
    ledger.now += 20 * SECOND
    assert ledger.frees() == 30


@pytest.mark.parametrize("jump", [3600, -3600], ids=["on", "back"])
def test_a_slot_that_closed_before_a_jump_and_is_seen_after_it_never_counts_as_earlier(
    ledger: Ledger, jump: int
) -> None:
    ledger.now += 50 * SECOND
    ledger.run(3)
    ledger.jump = jump * SECOND
    assert ledger.frees(4) == 60


@pytest.mark.parametrize(("jump", "left"), [(3600, 0), (-3600, 60)], ids=["on", "back"])
def test_after_a_restart_the_times_of_the_ledger_count_and_a_time_in_the_future_as_now(
    ledger: Ledger, jump: int, left: int
) -> None:
    ledger.jump = jump * SECOND
    ledger.restart()
    assert ledger.frees() == left


def test_slots_that_a_failover_to_another_replica_lost_count_as_now(ledger: Ledger) -> None:
    ledger.forget(2)
    ledger.timeline = "second"
    ledger.now += 5 * SECOND
    assert (ledger.frees(), ledger.frees(4)) == (45, 60)


def test_a_slot_that_another_replica_opened_instead_of_a_lost_one_counts_besides(ledger: Ledger) -> None:
    ledger.forget(2)
    ledger.timeline = "second"
    ledger.run(2, owner="two")
    ledger.now += 5 * SECOND
    assert (ledger.frees(), ledger.frees(4)) == (55, 60)


def test_a_ledger_that_went_back_on_its_timeline_is_read_anew(ledger: Ledger) -> None:
    ledger.forget(2)
    ledger.now += 5 * SECOND
    assert (ledger.frees(), ledger.frees(4)) == (45, 60)


def test_a_failover_that_lost_nothing_counts_nothing_twice(ledger: Ledger) -> None:
    ledger.timeline = "second"
    assert (ledger.frees(), ledger.frees(4)) == (50, 60)


def test_an_open_slot_counts_as_now_and_a_closed_one_from_its_last_call(ledger: Ledger) -> None:
    ledger.now += 50 * SECOND
    ledger.open(3)
    assert ledger.frees(4) == 60
    ledger.now += 5 * SECOND
    ledger.close(3, age=4 * SECOND)
    assert ledger.frees(4) == 56


def test_a_slot_that_was_declared_lost_counts_until_then_with_all_its_ids(ledger: Ledger) -> None:
    ledger.now += 50 * SECOND
    ledger.open(3)
    ledger.frees()
    ledger.now += 20 * SECOND
    ledger.close(3, "lost", age=20 * SECOND)
    assert (ledger.frees(3), ledger.frees(4)) == (0, 60)


def test_a_slot_that_was_given_up_before_its_calls_counts_nothing(ledger: Ledger) -> None:
    ledger.now += 50 * SECOND
    ledger.open(3)
    assert ledger.frees(4) == 60
    ledger.close(3, "uncalled")
    assert ledger.frees(3) == 0
