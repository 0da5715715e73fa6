"""The rule by which a replica waits, for any order of events; and that the model sees what a wrong rule does."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.stores.postgres.sight import SeenSlot, Sight, SlotTimes
from tests.stores.postgres.replicas_model import NONE, ModelReplica, World

INTERVAL, GRANT, TIMEOUT = 100, 40, 150
TIMES = SlotTimes(GRANT, TIMEOUT, INTERVAL)

Step = tuple[str, int | None]
EVENTS = ["go on"] * 30 + ["no answer", "restart", "fail over", "lose"]
# Replicas rest until they may act, for moments, and now and then for longer than any wait.
RESTS = st.one_of(st.none(), st.integers(0, 3), st.integers(0, GRANT), st.integers(0, 3 * TIMEOUT))
STEPS = st.lists(st.tuples(st.sampled_from(EVENTS), RESTS), min_size=40, max_size=120)


def play(steps: Iterable[Step], make_sight: Callable[[SlotTimes], Sight] = Sight) -> World:
    world = World()
    world.replicas = [ModelReplica(world, shift, TIMES, make_sight) for shift in (0, 5_000, -70_000)]
    world.play(steps)
    return world


def is_too_close(world: World) -> bool:
    closest = world.closest_starts()
    return closest is not None and closest < INTERVAL


@given(STEPS)
def test_no_two_slots_start_calls_closer_than_an_interval(steps: list[Step]) -> None:
    assert not is_too_close(play(steps))


def steps_of(chance: Random) -> Iterator[Step]:
    """Draw steps as STEPS does, but ten times as fast."""
    for _ in range(120):
        longest = chance.choice([None, 3, GRANT, 3 * TIMEOUT])
        yield chance.choice(EVENTS), None if longest is None else chance.randint(0, longest)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(st.integers(0, 2**64))
def test_no_two_slots_start_calls_closer_than_an_interval_in_20000_runs(seed: int) -> None:
    assert not is_too_close(play(steps_of(Random(seed))))


# The model is worth something only if it sees what each wrong rule does.


class Hasty(Sight):
    """Declares a slot lost after one interval."""

    def note(self, slot: SeenSlot, at: int) -> None:
        is_new = not self.is_as_seen(slot)
        super().note(slot, at)
        if is_new and not slot.is_closed:
            self.due = at + INTERVAL


class Unmindful(Sight):
    """Opens as soon as it sees that the last slot is closed."""

    def note(self, slot: SeenSlot, at: int) -> None:
        is_new = not self.is_as_seen(slot)
        super().note(slot, at)
        if is_new and slot.is_closed:
            self.due = at


class Undoubting(Sight):
    """Believes every database that it is the one it was."""

    @staticmethod
    def _is_doubtful(_before: SeenSlot, _now: SeenSlot) -> bool:
        return False


class Credulous(Sight):
    """Gives credit for the age of the last slot at the first look already."""

    def note(self, slot: SeenSlot, at: int) -> None:
        is_first = self.seen is None
        super().note(slot, at)
        if is_first and slot.is_closed:
            self.due = at + INTERVAL - min(slot.age, INTERVAL)


class Careless(Sight):
    """Takes the time from which the close was answered as that of the last call."""

    def note_closed(self, started: int) -> None:
        super().note_closed(started - INTERVAL // 2)


@pytest.mark.parametrize("wrong", [Hasty, Unmindful, Undoubting, Credulous, Careless])
def test_the_model_sees_what_a_wrong_rule_does(wrong: type[Sight]) -> None:
    chance = Random(4)
    assert any(is_too_close(play(steps_of(chance), wrong)) for _ in range(2_000))


def test_the_model_sees_nothing_wrong_in_the_rule_with_the_same_steps() -> None:
    chance = Random(4)
    assert not any(is_too_close(play(steps_of(chance))) for _ in range(500))


# The rules one by one.

ONE, OTHER = UUID(int=1), UUID(int=2)
CLOSED = SeenSlot(7, ONE, True, 30, TIMES, "1")
OPEN = SeenSlot(7, ONE, False, 0, TIMES, "1")
W = GRANT + TIMEOUT
SLOWER = SlotTimes(2 * GRANT, 2 * TIMEOUT, 5 * INTERVAL)


def after(*noted: tuple[SeenSlot, int]) -> Sight:
    """Return the sight of a replica whose first look, long ago, found nothing."""
    sight = Sight(TIMES)
    sight.note(NONE, -10_000)
    for slot, at in noted:
        sight.note(slot, at)
    return sight


def first_look(slot: SeenSlot) -> int:
    sight = Sight(TIMES)
    assert sight.seen is None
    sight.note(slot, 1000)
    assert sight.seen == slot
    return sight.due


def test_the_first_look_gives_no_credit_for_the_age_of_a_closed_slot() -> None:
    assert first_look(replace(CLOSED, age=10**6)) == first_look(NONE) == 1000 + GRANT + INTERVAL


def test_an_open_slot_at_the_first_look_may_be_lost_after_the_whole_time() -> None:
    assert first_look(OPEN) == 1000 + W


def test_after_a_closed_slot_only_what_is_left_of_its_interval_is_waited_for() -> None:
    assert after((CLOSED, 1000)).due == 1000 + INTERVAL - 30
    assert after((replace(CLOSED, age=10**6), 1000)).due == 1000


def test_an_open_slot_may_be_lost_when_nothing_of_it_can_go_on() -> None:
    assert after((OPEN, 1000)).due == 1000 + W
    assert after((OPEN, 1000), (CLOSED, 1020)).due == 1020 + INTERVAL - 30


def test_the_same_slot_again_changes_nothing() -> None:
    for slot in (OPEN, CLOSED):
        sight = after((slot, 1000))
        due = sight.due
        sight.note(slot, 5000)
        assert sight.due == due
        assert sight.is_as_seen(slot)


def test_a_slot_is_another_by_its_number_its_owner_its_state_and_its_database() -> None:
    sight = after((OPEN, 1000))
    others = ({"number": 8}, {"owner": OTHER}, {"is_closed": True}, {"timeline": "2"})
    assert not any(sight.is_as_seen(replace(OPEN, **other)) for other in others)
    assert sight.is_as_seen(replace(OPEN, age=5))


def test_another_database_is_doubted_even_if_it_shows_the_same_slot() -> None:
    assert after((CLOSED, 1000), (replace(CLOSED, timeline="2"), 2000)).due == 2000 + W


@pytest.mark.parametrize("now", [replace(CLOSED, number=6), OPEN, replace(CLOSED, owner=OTHER)])
def test_a_database_that_went_back_is_doubted(now: SeenSlot) -> None:
    assert after((CLOSED, 1000), (now, 2000)).due == 2000 + W


def test_a_doubt_never_makes_an_earlier_wait_shorter() -> None:
    slow = replace(OPEN, times=SLOWER)
    due = after((slow, 1000)).due
    assert after((slow, 1000), (replace(CLOSED, timeline="2"), 1001)).due == due == 1000 + 2 * GRANT + 5 * INTERVAL


def test_the_longer_times_of_the_opener_and_of_oneself_count() -> None:
    assert after((replace(OPEN, times=SLOWER), 1000)).due == 1000 + 2 * GRANT + 5 * INTERVAL
    assert after((replace(CLOSED, times=SLOWER), 1000)).due == 1000 + 5 * INTERVAL - 30
    faster = SlotTimes(1, 1, 1)
    assert after((replace(OPEN, times=faster), 1000)).due == 1000 + W


def test_the_time_until_a_slot_is_lost_is_its_grant_and_the_longer_one_of_a_call_and_the_interval() -> None:
    assert SlotTimes(2, 10, 5).until_lost == 12
    assert SlotTimes(2, 3, 5).until_lost == 7


def test_a_replica_counts_the_interval_after_its_own_slot_from_the_start_of_its_last_call() -> None:
    sight = after((replace(CLOSED, number=6), 0))
    sight.note_opened(OPEN, 1000)
    assert sight.due == 1000 + W
    sight.note_closed(1010)
    assert sight.due == 1010 + INTERVAL
    # The look after it shows the same.
    sight.note(replace(CLOSED, age=40), 1050)
    assert sight.due == 1010 + INTERVAL


def test_a_replica_keeps_to_the_longer_interval_that_its_own_slot_was_opened_with() -> None:
    sight = after((replace(CLOSED, number=6), 0))
    sight.note_opened(replace(OPEN, times=TIMES.with_interval(3 * INTERVAL)), 1000)
    sight.note_closed(1010)
    assert sight.due == 1010 + 3 * INTERVAL


def test_after_an_open_slot_the_next_one_is_expected_as_if_it_ended_well_where_its_owner_is_alive() -> None:
    sight = after((OPEN, 1000))
    assert sight.next_start(will_be_closed=True) == 1000 + INTERVAL
    assert sight.next_start(will_be_closed=False) == sight.due == 1000 + W


def test_after_a_closed_slot_the_next_one_is_expected_when_it_may_open() -> None:
    sight = after((CLOSED, 1000))
    assert sight.next_start(will_be_closed=True) == sight.due == 1000 + INTERVAL - CLOSED.age
