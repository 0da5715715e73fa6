"""Commits whose answers do not come: what was kept is found, what was not is done again, and nothing twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority, Status
from ingest_service.errors import NOT_CERTAIN, CommitNotCertain
from tests.engines.places import PostgresPlace
from tests.engines.rig import Rig
from tests.engines.wiring import FINAL, PASSING, RATE, SECOND
from tests.stores.postgres.cutting import Cut, CuttingDatabase
from tests.stores.postgres.gates import execute

GOOD = Answer("{}")


@pytest.fixture
def cuts() -> list[Cut]:
    """The cuts to come, one for each commit under the gate."""
    return []


@pytest.fixture
def rig(postgres_url: str, cuts: list[Cut]) -> Iterator[Rig]:
    def open_database(url: str) -> CuttingDatabase:
        return CuttingDatabase(url, cuts)

    with PostgresPlace(postgres_url, open_database=open_database) as place:
        yield Rig(place)


either = pytest.mark.parametrize("cut", Cut, ids=[cut.value for cut in Cut])


@either
def test_a_submission_is_kept_once_and_answered(rig: Rig, cuts: list[Cut], cut: Cut, postgres_url: str) -> None:
    cuts += [cut]
    ingestion_id = rig.admit([1, 2])
    assert rig.progress(ingestion_id).status is Status.YET_TO_START
    assert execute(postgres_url, "SELECT count(*) FROM ingestions") == [(1,)]
    assert len(list(rig.engine.snapshot().waiting)) == 1


@either
def test_a_submission_is_found_also_where_the_answer_about_it_is_lost_again(
    rig: Rig, cuts: list[Cut], cut: Cut, postgres_url: str
) -> None:
    cuts += [cut, Cut.KEPT, Cut.NOT_KEPT, Cut.KEPT]
    rig.admit([1], key="once")
    assert cuts == []
    assert rig.admit([1], key="once")
    assert execute(postgres_url, "SELECT count(*) FROM ingestions") == [(1,)]


def test_a_submission_that_may_be_kept_is_refused_with_how_to_find_out(rig: Rig, cuts: list[Cut]) -> None:
    cuts += [Cut.KEPT] * 1000
    began = rig.clock.now()
    with pytest.raises(CommitNotCertain) as caught:
        rig.admit([1])
    assert str(caught.value) == (
        f"the database could not be written: server closed the connection unexpectedly; {NOT_CERTAIN}"
    )
    assert "with its Idempotency-Key, a submission is kept once" in NOT_CERTAIN
    assert rig.clock.now() - began == 10 * SECOND


def test_a_slot_whose_opening_is_not_certain_is_taken_back_uncalled_and_its_ids_go_next(
    rig: Rig, cuts: list[Cut], postgres_url: str
) -> None:
    ingestion_id = rig.admit([1, 2, 3, 4])
    cuts += [Cut.KEPT]
    with pytest.raises(CommitNotCertain):
        rig.open()
    assert rig.run_slot() == (RATE.linger + RATE.interval, [1, 2, 3])
    assert execute(postgres_url, "SELECT number, how FROM slots ORDER BY number") == [
        (1, "uncalled"),
        (2, "closed"),
    ]
    assert [one.attempts for one in rig.outcomes(ingestion_id)] == [1, 1, 1]


def test_a_slot_whose_opening_was_not_kept_opens_with_the_next_try(
    rig: Rig, cuts: list[Cut], postgres_url: str
) -> None:
    rig.admit([1, 2, 3, 4])
    cuts += [Cut.NOT_KEPT]
    with pytest.raises(CommitNotCertain):
        rig.open()
    assert rig.run_slot() == (RATE.linger, [1, 2, 3])
    assert execute(postgres_url, "SELECT number, how FROM slots") == [(1, "closed")]


@either
def test_a_slot_is_taken_back_once_where_that_answer_is_lost_too(rig: Rig, cuts: list[Cut], cut: Cut) -> None:
    rig.admit([1, 2, 3, 4])
    cuts += [Cut.KEPT, cut]
    for _ in cuts[:]:
        with pytest.raises(CommitNotCertain):
            rig.open()
    assert [ids for _, ids in (rig.run_slot(), rig.run_slot())] == [[1, 2, 3], [4]]


@either
def test_a_close_whose_answer_is_lost_is_a_success_and_doubles_nothing(
    rig: Rig, cuts: list[Cut], cut: Cut, postgres_url: str
) -> None:
    ingestion_id = rig.admit([1, 2, 3, 4])
    slot = rig.open()
    calls = rig.calls([GOOD, PASSING, FINAL])
    cuts += [cut]
    with pytest.raises(CommitNotCertain):
        rig.engine.close(slot, calls)
    assert rig.engine.close(slot, calls)
    assert [(one.record_id, one.attempts) for one in rig.outcomes(ingestion_id)] == [(1, 1), (3, 1)]
    assert execute(postgres_url, "SELECT position, attempts FROM retries") == [(1, 1)]
    assert rig.run_slot() == (RATE.linger + RATE.interval, [2, 4])
    assert [one.record_id for one in rig.outcomes(ingestion_id)] == [1, 2, 3, 4]


@either
def test_a_pause_of_the_upstream_lasts_where_the_answer_to_the_close_is_lost(
    rig: Rig, cuts: list[Cut], cut: Cut
) -> None:
    rig.admit([1, 2, 3, 4])
    slot = rig.open()
    calls = rig.calls([replace(GOOD, pause=60 * SECOND), GOOD, GOOD])
    cuts += [cut]
    with pytest.raises(CommitNotCertain):
        rig.engine.close(slot, calls)
    assert rig.engine.close(slot, calls)
    assert rig.run_slot() == (RATE.linger + 60 * SECOND, [4])


def test_a_close_is_thrown_away_by_a_database_that_knows_nothing_of_the_slot(rig: Rig, postgres_url: str) -> None:
    rig.admit([1])
    slot = rig.open()
    execute(postgres_url, "DELETE FROM slots")
    assert not rig.engine.close(slot, rig.calls([GOOD]))


@either
def test_a_change_that_may_be_kept_says_so_and_may_be_asked_for_again(rig: Rig, cuts: list[Cut], cut: Cut) -> None:
    sequence = rig.sequence(rig.admit([1, 2, 3]))
    changes: tuple[Callable[[], None], ...] = (
        lambda: rig.engine.reprioritise(sequence, Priority.HIGH),
        rig.engine.pause,
        rig.engine.resume,
        lambda: rig.engine.cancel(sequence),
    )
    for change in changes:
        cuts += [cut]
        with pytest.raises(CommitNotCertain, match="what was asked may be kept all the same, so ask again"):
            change()
        change()
    assert list(rig.engine.snapshot().waiting) == []
