"""The embedded engine, where the journal and the backlog disagree for a moment."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Priority, Submission
from ingest_service.errors import BacklogFull, StoreError
from ingest_service.stores.sqlite.journal import SqliteJournal
from tests.doubles import good
from tests.engines.places import EmbeddedPlace
from tests.engines.wiring import PASSING, RATE
from tests.simulation import SECOND, Simulation


class RacedJournal(SqliteJournal):
    """A journal that does not know of the other request with the same key until it is to accept this one."""

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:  # noqa: ARG002 - it knows of none
        return None


def test_two_requests_with_one_key_that_race_are_one_ingestion_and_take_room_once() -> None:
    simulation = Simulation(place=EmbeddedPlace(journal=RacedJournal), most_ids=6)
    first, second = (simulation.service.submit([1, 2, 3], Priority.LOW, key="once") for _ in range(2))
    assert first == second
    simulation.submit([4, 5, 6])
    with pytest.raises(BacklogFull):
        simulation.submit([7])


def test_an_ingestion_of_which_ids_are_called_again_moves_others_once_when_its_priority_changes() -> None:
    simulation = Simulation(answer=lambda i, n: PASSING if (i, n) == (1, 1) else good(i, n))
    ingestion = simulation.submit([1, 2, 3, 4, 5, 6])
    simulation.run_slot()
    assert len(list(simulation.engine.snapshot().waiting)) == 2
    simulation.causes.take()
    simulation.service.reprioritise(ingestion, Priority.HIGH)
    assert [cause.text for cause in simulation.causes.take()] == [f"ingestion {ingestion}, now HIGH"]


@pytest.mark.parametrize(("idle", "lasts", "delay"), [(3600, 60, 60), (3600, 0, 0), (1, 2, 0)])
def test_an_operators_pause_delays_by_as_long_as_it_kept_a_slot_from_opening(
    idle: int, lasts: int, delay: int
) -> None:
    simulation = Simulation(latency=lambda _: 0)
    simulation.submit([1])
    simulation.run_slot()
    simulation.clock.time += idle * SECOND
    simulation.service.pause()
    simulation.clock.time += lasts * SECOND
    simulation.causes.take()
    simulation.service.resume()
    assert [cause.delay for cause in simulation.causes.take()] == [delay * SECOND]


class ForgetfulJournal(SqliteJournal):
    """A journal that has no memory left behind a cancellation that is on the disk."""

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        super().cancel(sequence, outcomes)
        raise MemoryError


class FullJournal(SqliteJournal):
    """A journal on a disk that is full."""

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:  # noqa: ARG002
        raise StoreError("the disk is full")


@pytest.mark.parametrize(
    ("journal", "error", "given_up"),
    [
        (ForgetfulJournal, MemoryError, ["memory may not agree with the disk: MemoryError()"]),
        (FullJournal, StoreError, []),
    ],
    ids=["unexpected", "of the store"],
)
def test_a_change_that_may_be_on_the_disk_and_not_in_memory_ends_the_process(
    journal: type[SqliteJournal], error: type[Exception], given_up: list[str]
) -> None:
    place = EmbeddedPlace(journal=journal)
    simulation = Simulation(place=place)
    ingestion = simulation.submit([1, 2, 3])
    with pytest.raises(error):
        simulation.service.cancel(ingestion)
    assert place.given_up == given_up


class DoubtfulJournal(SqliteJournal):
    """A journal that keeps the changes of a pause, though they seem to have failed."""

    fails = False

    def pause(self, at: int | None) -> None:
        super().pause(at)
        if self.fails:
            raise StoreError("the answer of the disk did not come")


@pytest.fixture
def doubtful() -> EmbeddedPlace:
    return EmbeddedPlace(journal=DoubtfulJournal)


def in_doubt(place: EmbeddedPlace, change: Callable[[], None]) -> None:
    assert isinstance(place.journal, DoubtfulJournal)
    place.journal.fails = True
    with pytest.raises(StoreError):
        change()
    place.journal.fails = False


def test_a_pause_stands_though_a_resume_that_failed_before_it_is_on_the_disk(doubtful: EmbeddedPlace) -> None:
    simulation = Simulation(place=doubtful)
    simulation.submit([1, 2, 3])
    simulation.service.pause()
    in_doubt(doubtful, simulation.service.resume)
    simulation.service.pause()
    simulation.start()
    simulation.run()
    assert simulation.slots_opened() == []


def test_a_resume_stands_though_a_pause_that_failed_before_it_is_on_the_disk(doubtful: EmbeddedPlace) -> None:
    simulation = Simulation(place=doubtful)
    simulation.submit([1, 2, 3])
    in_doubt(doubtful, simulation.service.pause)
    simulation.service.resume()
    simulation.start()
    simulation.run()
    assert [ids for _, ids in simulation.slots_opened()] == [[1, 2, 3]]


def test_a_pause_that_stands_keeps_its_time(doubtful: EmbeddedPlace) -> None:
    simulation = Simulation(place=doubtful)
    simulation.service.pause()
    paused_at = simulation.engine.snapshot().paused_at
    simulation.clock.time += SECOND
    simulation.service.pause()
    simulation.start()
    assert simulation.engine.snapshot().paused_at == paused_at


class NotingJournal(SqliteJournal):
    """A journal that notes the times at which ids are read."""

    readings: list[int] = []  # noqa: RUF012 - each test makes a class of its own

    def record_ids(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        self.readings.append(self._clock.now())
        return super().record_ids(sequence, positions)


@pytest.fixture
def readings() -> list[int]:
    return []


@pytest.fixture
def noted(readings: list[int]) -> Simulation:
    """A simulation that notes the times at which ids are read."""
    journal = type("Journal", (NotingJournal,), {"readings": readings})
    return Simulation(place=EmbeddedPlace(journal=journal))


def test_the_ids_of_a_slot_are_read_shortly_before_it_opens(noted: Simulation, readings: list[int]) -> None:
    noted.submit([1, 2, 3])
    noted.run_slot()
    ((opened, ids),) = noted.slots_opened()
    assert ids == [1, 2, 3]
    assert opened - SECOND < readings[0] < opened


def test_what_arrives_after_that_still_goes_first_in_the_slot(noted: Simulation, readings: list[int]) -> None:
    noted.submit([1, 2, 3], "LOW")
    noted.submit_at(RATE.linger - 1, [4, 5, 6], "HIGH")
    noted.run_slot()
    ((opened, ids),) = noted.slots_opened()
    assert ids == [4, 5, 6]
    assert readings[-1] == opened
