"""The ids of the next slot are read before it opens."""

from collections.abc import Sequence

import pytest

from ingest_service.dispatch.ids_ahead import IdsAhead
from ingest_service.errors import IdsDamaged


class Ids:
    """The ids of every ingestion, ten times their positions, and the readings of them."""

    def __init__(self) -> None:
        self.readings: list[tuple[int, list[int]]] = []
        self.damaged = False

    def read(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        self.readings.append((sequence, list(positions)))
        if self.damaged:
            raise IdsDamaged(sequence)
        return tuple(10 * position for position in positions)


@pytest.fixture
def ids() -> Ids:
    return Ids()


@pytest.fixture
def ahead(ids: Ids) -> IdsAhead:
    return IdsAhead(ids.read)


def test_what_was_prepared_is_not_read_again(ids: Ids, ahead: IdsAhead) -> None:
    ahead.prepare([(1, range(2)), (2, range(3))])
    ids.readings.clear()
    assert ahead.of(2, range(1, 3)) == (10, 20)
    assert ahead.of(1, [0]) == (0,)
    ahead.prepare([(2, range(3))])
    assert ids.readings == []


def test_what_was_not_expected_is_read(ids: Ids, ahead: IdsAhead) -> None:
    ahead.prepare([(1, range(2))])
    assert ahead.of(1, range(3)) == (0, 10, 20)
    assert ahead.of(2, [5]) == (50,)
    assert ids.readings[1:] == [(1, [0, 1, 2]), (2, [5])]


def test_nothing_is_kept_that_is_no_longer_expected(ids: Ids, ahead: IdsAhead) -> None:
    ahead.prepare([(1, [0])])
    ahead.prepare([(2, [0])])
    ids.readings.clear()
    ahead.of(1, [0])
    assert ids.readings == [(1, [0])]


def test_damage_stops_no_preparation_and_is_found_when_the_ids_are_needed(ids: Ids, ahead: IdsAhead) -> None:
    ids.damaged = True
    ahead.prepare([(1, [0])])
    with pytest.raises(IdsDamaged):
        ahead.of(1, [0])
