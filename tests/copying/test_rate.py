"""The rate holds across the move, with both engines on one clock."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ingest_service.copying import copy
from ingest_service.domain.ledger import Call, Slot
from ingest_service.domain.model import Status
from ingest_service.stores.postgres.replicas import LATELY
from tests.dispatch.on_disk import OnDisk
from tests.doubles import NothingScheduled, good
from tests.engines.places import TIMES, PostgresPlace
from tests.engines.rig import submission_of
from tests.engines.wiring import PASSING, RATE, SECOND, Wiring


class Shared:
    """A replica over a PostgreSQL database, which may be followed by others."""

    def __init__(self, place: PostgresPlace, wiring: Wiring) -> None:
        self._place = place
        self._wiring = wiring

    def start(self) -> None:
        self.records, self.engine = self._place.build(self._wiring)
        self.records.start()
        self.engine.start()

    def open(self) -> Slot:
        slot = self.engine.open()
        assert slot is not None
        return slot

    def run_slot(self) -> Slot:
        """Open a slot and close it at once."""
        slot = self.open()
        now = self._wiring.clock.now()
        assert self.engine.close(slot, [Call(now, good(record_id, 1)) for record_id in slot.ids])
        return slot


class Move:
    """An engine over a file, a replica over a database, and copies in both directions."""

    def __init__(self, path: Path, url: str) -> None:
        self._in_file, self._in_postgres = f"sqlite:///{path}", url
        self.place = PostgresPlace(url)
        self.clock = self.place.clock
        self.file = OnDisk(path, self.clock)
        self.shared = Shared(self.place, self.file.wiring)

    def into_postgres(self) -> None:
        self.file.stop()
        copy(self._in_file, self._in_postgres, self.clock)
        self.shared.start()

    def into_sqlite(self) -> None:
        self.place.close()
        copy(self._in_postgres, self._in_file, self.clock)
        self.file.start()


@pytest.fixture
def move(tmp_path: Path, postgres_url: str) -> Iterator[Move]:
    move = Move(tmp_path / "ingest.db", postgres_url)
    with ExitStack() as ending:
        ending.enter_context(move.place)
        ending.callback(move.file.stop)
        yield move


def test_a_slot_that_was_closed_makes_the_first_replica_wait_for_its_first_look(move: Move) -> None:
    move.file.start()
    move.file.submit([1, 2, 3, 4])
    move.file.run_slot()
    moved = move.clock.now()
    move.into_postgres()
    slot = move.shared.run_slot()
    assert (slot.number, slot.opened, slot.ids) == (2, moved + TIMES.grant + RATE.interval, (4,))


def test_a_slot_that_was_open_in_a_crash_is_declared_lost_by_the_first_replica_after_its_wait(move: Move) -> None:
    move.file.start()
    move.file.submit([1, 2, 3, 4])
    move.file.open()
    move.clock.time += SECOND
    moved = move.clock.now()
    move.into_postgres()
    slots = [move.shared.run_slot() for _ in range(2)]
    assert [(slot.number, slot.opened, slot.ids) for slot in slots] == [
        (2, moved + TIMES.until_lost, (1, 2, 3)),
        (3, moved + TIMES.until_lost + RATE.interval, (4,)),
    ]


def test_an_id_that_was_called_in_the_open_slot_keeps_how_often_it_was_called_before(move: Move) -> None:
    move.file.start()
    ingestion = move.file.submit([1])
    for _ in range(move.file.wiring.retry_rules.max_attempts - 1):
        move.file.run_slot(PASSING)
    move.file.open()
    move.into_postgres()
    slot = move.shared.open()
    assert move.shared.engine.close(slot, [Call(move.clock.now(), PASSING)])
    ((_, outcome),) = move.shared.records.outcomes(ingestion, -1, 9) or []
    assert outcome.attempts == move.file.wiring.retry_rules.max_attempts


def test_the_embedded_engine_waits_a_whole_interval_after_its_start(move: Move) -> None:
    move.shared.start()
    move.shared.engine.admit(submission_of([1, 2, 3, 4]), None)
    move.shared.run_slot()
    move.clock.time += LATELY
    moved = move.clock.now()
    move.into_sqlite()
    slot = move.file.open()
    assert (slot.number, slot.opened, slot.ids) == (2, moved + RATE.interval, (4,))


def test_the_ids_of_a_slot_that_was_open_in_postgres_are_called_again(move: Move) -> None:
    move.shared.start()
    move.shared.engine.admit(submission_of([1, 2, 3, 4]), None)
    move.shared.open()
    move.clock.time += TIMES.until_lost
    moved = move.clock.now()
    move.into_sqlite()
    slot = move.file.open()
    assert (slot.number, slot.opened, slot.ids) == (2, moved + RATE.interval, (1, 2, 3))


def test_a_cancelled_ingestion_whose_slot_was_lost_still_comes_to_its_end(move: Move) -> None:
    move.shared.start()
    ingestion = move.shared.engine.admit(submission_of([1, 2, 3]), None)
    move.shared.open()
    move.shared.engine.cancel(1)
    move.shared.engine.pause()
    move.shared.start()
    with pytest.raises(NothingScheduled):
        move.shared.open()
    assert move.shared.records.slots(before=9, limit=9)[0].closed_at is not None
    move.clock.time += LATELY
    move.into_sqlite()
    move.file.engine.resume()
    assert move.file.run_slot() == (1, 2, 3)
    progress = move.file.records.progress(ingestion)
    assert progress is not None
    assert progress.status is Status.COMPLETED


def test_pauses_and_backoffs_go_on(move: Move) -> None:
    move.file.start()
    move.file.submit([1, 2, 3, 4])
    move.file.run_slot(*[replace(PASSING, pause=60 * SECOND)] * 3)
    paused = move.clock.now()
    move.into_postgres()
    assert move.shared.open().opened == paused + 60 * SECOND
