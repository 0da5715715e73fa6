"""Reckoning by the block gives the same as stepping through the slots, entry by entry."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_service.backlog.queue_depth import depth_before, depth_by_priority
from ingest_service.domain.block import Block
from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.queue_depth import QueueDepth
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.schedule.capacity import opens_after
from ingest_service.schedule.dry_run import MOST_DELAYS, dry_run
from ingest_service.schedule.ends import Ends
from ingest_service.schedule.estimate import expected_ends
from ingest_service.schedule.legs import Leg
from ingest_service.schedule.moves import FIRST_PLACE, Moves
from ingest_service.schedule.passages import MOST_PASSAGES, passage_from, through
from ingest_service.schedule.snapshot import ScheduleSnapshot
from tests.schedule.test_snapshot import openings
from tests.schedule.waiting import (
    WALL_OFFSET,
    any_rates,
    snapshot_of,
    snapshots,
    stepped_ends,
    whole,
    with_later,
    with_quotas,
    without_some,
)


def places(snapshot: ScheduleSnapshot) -> set[Place]:
    return {entry.place for entry in snapshot.waiting}


every_rate = any_rates | with_quotas()


@given(snapshots(every_rate), st.integers(0, 30))
def test_the_time_across_slots_before_an_end_is_what_stepping_finds(
    snapshot: ScheduleSnapshot, slots: int
) -> None:
    filled, interval = snapshot.waiting.slots, snapshot.rate.interval
    ends, opens = Ends(snapshot.pieces(), filled), [slot.opens for slot in snapshot.slots()]
    for place, end in stepped_ends(snapshot, in_time=False).items():
        last = end - filled
        first = max(0, last - slots)
        earlier = slots - (last - first)
        gaps = opens[last] - opens[first] if snapshot.rate.quotas else (last - first) * interval
        assert ends.time_of(place, slots, interval) == gaps + earlier * interval


@given(snapshots(every_rate))
def test_every_batch_of_every_ingestion_runs_when_stepping_finds_it(snapshot: ScheduleSnapshot) -> None:
    judge_openings(snapshot)


def judge_openings(snapshot: ScheduleSnapshot) -> None:
    stepped: dict[Place, dict[int, list[int]]] = {}
    for slot in snapshot.slots():
        for batch in slot.batches:
            of_one = stepped.setdefault((batch.ingestion.priority, batch.sequence), {})
            of_one.setdefault(batch.number, []).extend([slot.opens] * len(batch.positions))
    assert {place: openings(list(snapshot.runs(place))) for place in places(snapshot)} == stepped


def judge_ends(snapshot: ScheduleSnapshot) -> None:
    for filled in (None, snapshot.waiting.slots):
        found = Ends(snapshot.pieces(), filled)
        ends = {place: found.of(place) for place in places(snapshot)}
        stepped = stepped_ends(snapshot, in_time=filled is None)
        assert {place: end and end[1] for place, end in ends.items()} == stepped
        last = dict[Place, int]()
        for leg in legs_of(found):
            last |= {one.place: end for one, end in found.ends_of(leg)}
        assert {place: end for place, end in last.items() if place not in found.divided} == {
            place: end for place, end in stepped.items() if place not in found.divided
        }


def legs_of(ends: Ends) -> Iterator[Leg]:
    """Yield the legs through all blocks, whole and in part."""
    yield from ends.legs
    for stretch in ends.stretches:
        yield from map(stretch.leg, range(len(stretch.blocks)))


@given(snapshots(every_rate))
def test_everything_ends_where_stepping_finds_its_end(snapshot: ScheduleSnapshot) -> None:
    judge_ends(snapshot)


@given(snapshots(every_rate))
def test_expected_ends_are_told_for_many_at_once(snapshot: ScheduleSnapshot) -> None:
    ends = stepped_ends(snapshot, in_time=True)
    wanted = sorted(ends)[::2]
    assert expected_ends(snapshot, wanted) == {
        place[1]: ends[place] + snapshot.took + snapshot.wall_offset for place in wanted
    }


@given(snapshots(every_rate), st.integers(1, 400))
def test_room_comes_with_the_slot_by_which_so_many_ids_were_released(
    snapshot: ScheduleSnapshot, count: int
) -> None:
    released = 0
    for slot in snapshot.slots():
        released += sum(len(batch.positions) for batch in slot.batches)
        if released >= count:
            assert opens_after(snapshot, count) == slot.opens
            return


@given(snapshots(every_rate))
def test_what_goes_ahead_is_counted_by_priority(snapshot: ScheduleSnapshot) -> None:
    waiting = snapshot.waiting
    assert depth_by_priority(waiting) == counted(list(waiting))
    for place in places(snapshot):
        before = [entry for entry in waiting.now if entry.place < place]
        assert depth_before(waiting.now, place) == counted(before)


def counted(entries: list[Entry]) -> Mapping[Priority, QueueDepth]:
    """Return the depth of each priority, counted one by one."""
    return {
        priority: QueueDepth(
            len({entry.sequence for entry in entries if entry.priority == priority}),
            sum(entry.batch_count for entry in entries if entry.priority == priority),
            sum(len(entry.positions) for entry in entries if entry.priority == priority),
        )
        for priority in Priority
    }


def judge_moves(before: ScheduleSnapshot, after: ScheduleSnapshot, *, in_time: bool, least: int) -> None:
    """Compare what moved with the ends that stepping gives."""
    earlier, later = stepped_ends(before, in_time=in_time), stepped_ends(after, in_time=in_time)
    ends = [Ends(one.pieces(), None if in_time else one.waiting.slots) for one in (before, after)]
    found = [(one.place, by) for moved in Moves(*ends).behind(least=least) for one, by in moved.each()]
    moved = {place: max(0, later[place] - earlier[place]) for place in later if place in earlier}
    assert Counter(found) == Counter({(place, by): 1 for place, by in moved.items() if by >= least})


@given(snapshots(every_rate), st.integers(1, 9), st.booleans(), st.integers(0, 1))
def test_what_ends_later_is_what_stepping_finds_to_end_later(
    snapshot: ScheduleSnapshot, every: int, in_time: bool, least: int
) -> None:
    fewer = without_some(snapshot, every)
    judge_moves(fewer, snapshot, in_time=in_time, least=least)
    judge_moves(snapshot, fewer, in_time=in_time, least=least)


@given(snapshots(every_rate), st.integers(1, 30))
def test_what_ends_later_some_slots_afterwards_is_what_stepping_finds(
    snapshot: ScheduleSnapshot, passed: int
) -> None:
    later = replace(snapshot, next_start=snapshot.next_start + passed, probing=False)
    judge_moves(snapshot, later, in_time=True, least=1)


def test_entries_of_one_block_move_by_different_times_where_a_quota_makes_gaps() -> None:
    two_in_sixty = RateLimit(3, 5, 0, 0, quotas=(Quota(6, 60),))
    snapshot = snapshot_of(two_in_sixty, [whole(number, 3) for number in range(1, 31)])
    urgent = snapshot.with_entry(whole(31, 3, Priority.HIGH))
    judge_moves(snapshot, urgent, in_time=True, least=1)


@pytest.mark.parametrize(
    ("quotas", "filled", "by"),
    [((), None, 5), ((), 0, 1), ((Quota(6, 60),), 0, 1)],
    ids=["times", "slots", "quotas"],
)
def test_blocks_whose_ends_move_alike_move_as_a_whole(
    quotas: tuple[Quota, ...], filled: int | None, by: int
) -> None:
    entries = [whole(number, 3) for number in range(1, 31)]
    snapshot = snapshot_of(RateLimit(3, 5, 0, 0, quotas=quotas), entries)
    again = with_later(snapshot, whole(31, 3, Priority.HIGH))
    moves = Moves(*(Ends(one.pieces(), filled) for one in (snapshot, again)))
    blocks = [moved for moved in moves.behind() if isinstance(moved.by, int)]
    assert [(moved.by, len(moved.ones)) for moved in blocks] == [(by, 4)] * 7 + [(by, 2)]


def test_what_did_not_move_is_told_where_that_is_asked_for() -> None:
    snapshot = snapshot_of(RateLimit(3, 5, 0, 0), [whole(number, 3) for number in range(1, 31)])
    judge_moves(snapshot, snapshot, in_time=True, least=0)


@given(snapshots(every_rate))
def test_ends_that_move_from_a_place_on_are_those_at_and_behind_it(snapshot: ScheduleSnapshot) -> None:
    before, after = Ends(without_some(snapshot, 5).pieces()), Ends(snapshot.pieces())
    everything = [one for moved in Moves(before, after).behind(FIRST_PLACE) for one, _ in moved.each()]
    for place in places(snapshot):
        behind = [one for moved in Moves(before, after).behind(place) for one, _ in moved.each()]
        wanted = {one.place for one in everything if one.place >= place}
        assert wanted <= {one.place for one in behind}


@given(snapshots(every_rate), st.sampled_from(Priority), st.integers(1, 14))
def test_a_dry_run_counts_what_stepping_finds_delayed_and_names_the_most_delayed(
    snapshot: ScheduleSnapshot, priority: Priority, count: int
) -> None:
    submission = Submission(uuid4(), priority, 1, PackedIds.of(range(1, count + 1)))
    found = dry_run(submission, snapshot)
    # The entry is ready when the linger is over, like that of an arrival.
    entry = Entry.whole(2**62, Ingestion.of(submission), ready=snapshot.now + snapshot.rate.linger)
    before = stepped_ends(snapshot, in_time=True)
    after = stepped_ends(snapshot.with_entry(entry), in_time=True)
    delays = {place: after[place] - end for place, end in before.items() if after[place] > end}
    assert found.delayed == len(delays)
    assert [delay.by for delay in found.delays] == sorted(delays.values(), reverse=True)[:MOST_DELAYS]
    for delay in found.delays:
        place = next(place for place in delays if place[1] == delay.ingestion.id.int)
        ends_at = before[place] + snapshot.took + WALL_OFFSET
        assert (delay.by, delay.ends_at, delay.later_at) == (delays[place], ends_at, ends_at + delays[place])


@pytest.mark.slow
@settings(max_examples=2_000, suppress_health_check=list(HealthCheck))
@given(snapshots(every_rate), st.integers(1, 9))
def test_two_thousand_backlogs_end_and_move_as_stepping_finds(snapshot: ScheduleSnapshot, every: int) -> None:
    judge_openings(snapshot)
    judge_ends(snapshot)
    judge_moves(without_some(snapshot, every), snapshot, in_time=True, least=1)
    judge_moves(snapshot, without_some(snapshot, every), in_time=False, least=0)


@given(snapshots(every_rate))
def test_a_block_keeps_few_passages_and_tells_the_same_as_one_that_kept_none(snapshot: ScheduleSnapshot) -> None:
    sizes = [snapshot.rate.slot_size, snapshot.rate.slot_size + 1] * 2
    entrances = [(replace(snapshot.rate, slot_size=size), room) for size in sizes for room in range(size + 1)]
    for block in snapshot.waiting.now.blocks:
        kept = [through(block, *entrance) for entrance in entrances]
        assert kept == [through(Block(block.entries), *entrance) for entrance in entrances]
        assert len(block.passages) <= MOST_PASSAGES


def test_a_block_finds_a_passage_again_that_it_keeps() -> None:
    block, rate = Block(tuple(whole(sequence, 4) for sequence in range(8))), RateLimit(9, 5, 0, 0)
    kept = [passage_from(block, 0, rate, room) for room in range(MOST_PASSAGES)]
    assert all(passage_from(block, 0, rate, room) is passage for room, passage in enumerate(kept))


def test_a_way_that_begins_within_a_block_goes_on_like_one_that_is_known() -> None:
    block, rate = Block(tuple(whole(sequence, 4) for sequence in range(8))), RateLimit(9, 5, 0, 0)
    known = passage_from(block, 0, rate, 9)
    assert passage_from(block, 3, rate, known.rooms[3]) is known
