"""The schedule is what the dispatcher does, slot by slot, id by id."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import cycle
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_service.backlog.packing import Packing
from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.errors import NothingToCancel, NothingToChange
from ingest_service.schedule.runs import Run
from tests.doubles import SlowDisk, good
from tests.engines.places import EmbeddedPlace
from tests.simulation import FIVE_ATTEMPTS, SECOND, Simulation

BROKEN = Answer(error="HTTP 500", status=500, retryable=True)
PAUSING = Answer(error="HTTP 429", status=429, retryable=True, pause=13)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4))), st.integers(4, 9), st.booleans())
def test_adding_many_batches_is_adding_one_after_the_other(
    groups: list[tuple[int, int]], slot_size: int, fills: bool
) -> None:
    rate = RateLimit(slot_size, interval=1, linger=0, longest_pause=0, fills=fills)
    at_once, one_by_one = Packing.fresh(rate), Packing.fresh(rate)
    for batches, size in groups:
        at_once.add(batches, size)
        for _ in range(batches):
            one_by_one.add(1, size)
        assert at_once == one_by_one


def test_where_not_all_batches_fit_before_a_slot_nothing_more_goes_into_the_slots_before_it() -> None:
    packing = Packing.fresh(RateLimit(slot_size=3, interval=1, linger=0, longest_pause=0))
    assert packing.add_before(1, 2, 2) == 2
    assert (packing.slot, packing.room) == (0, 0)


priorities = st.sampled_from(["HIGH", "MEDIUM", "LOW"])
arrivals = st.lists(st.tuples(st.integers(0, 25), priorities, st.integers(1, 14)), min_size=1, max_size=9)
plain_rates = st.builds(
    RateLimit, st.integers(1, 5), st.integers(1, 9), st.integers(0, 12), st.just(20), st.booleans()
)


@st.composite
def rates(draw: st.DrawFn) -> RateLimit:
    """A rate with up to two longer limits."""
    rate = draw(plain_rates)
    quota = st.builds(Quota, st.integers(rate.slot_size, 5 * rate.slot_size), st.integers(rate.interval, 60))
    return replace(rate, quotas=tuple(draw(st.lists(quota, max_size=2))))


changes = st.lists(
    st.tuples(st.integers(0, 25), st.integers(0, 8), priorities | st.sampled_from(["cancel", "pause", "resume"])),
    max_size=6,
)


def submit(simulation: Simulation, accepted: list[UUID], ids: list[int], priority: str) -> None:
    accepted.append(simulation.submit(ids, priority))


def change(simulation: Simulation, accepted: list[UUID], which: int, wanted: str) -> None:
    service = simulation.service
    if wanted in ("pause", "resume"):
        (service.pause if wanted == "pause" else service.resume)()
    elif which < len(accepted):
        with suppress(NothingToCancel, NothingToChange):
            if wanted == "cancel":
                service.cancel(accepted[which])
            else:
                service.reprioritise(accepted[which], Priority[wanted])


@st.composite
def running(draw: st.DrawFn) -> Simulation:
    """A service in the middle of its work.

    Some slots were opened, some ids failed, somebody cancelled or changed something or paused, and maybe it was
    restarted.
    """
    answers = draw(st.lists(st.sampled_from([BROKEN, good(1, 1), PAUSING]), min_size=1, max_size=7))
    rate = draw(rates())
    simulation = Simulation(
        rate,
        lambda _: 0,
        lambda record_id, number: answers[(record_id * 7 + number) % len(answers)],
        RetryRules(3, draw(st.integers(0, 40)), FIVE_ATTEMPTS.random),
        batch_size=draw(st.integers(1, rate.slot_size)),
    )
    ids = iter(range(1, 1000))
    accepted: list[UUID] = []
    for time, priority, count in draw(arrivals):
        wanted = [next(ids) for _ in range(count)]
        simulation.clock.at(simulation.began + time, partial(submit, simulation, accepted, wanted, priority))
    for time, which, changed in draw(changes):
        simulation.clock.at(simulation.began + time, partial(change, simulation, accepted, which, changed))
    for _ in range(draw(st.integers(0, 12))):
        simulation.run_slot()
    if draw(st.booleans()):
        simulation.start()
    simulation.forget_arrivals()
    simulation.service.resume()
    simulation.upstream.answer = good
    return simulation


@given(running())
def test_the_slots_are_those_that_the_dispatcher_opens(simulation: Simulation) -> None:
    judge_slots(simulation)


@given(running())
def test_every_batch_runs_in_the_slot_that_was_forecast(simulation: Simulation) -> None:
    judge_runs(simulation)


@pytest.mark.slow
@settings(max_examples=3_000, suppress_health_check=list(HealthCheck))
@given(running())
def test_three_thousand_backlogs_run_as_they_were_forecast(simulation: Simulation) -> None:
    judge_runs(simulation)
    judge_slots(simulation)


def planned_slots(simulation: Simulation) -> list[tuple[int, list[int]]]:
    return [
        (slot.opens, list(simulation.records.batch_ids(slot.batches)))
        for slot in simulation.engine.snapshot().slots()
    ]


def judge_slots(simulation: Simulation) -> None:
    """Compare the schedule with what the dispatcher then does."""
    planned = planned_slots(simulation)
    before = len(simulation.slots_opened())
    simulation.run()
    assert planned == simulation.slots_opened()[before:]


def judge_runs(simulation: Simulation) -> None:
    """Compare the forecast of every ingestion with the schedule."""
    slots: dict[int, dict[int, list[int]]] = {}
    urgency: dict[int, int] = {}
    numbers: dict[int, int] = {}
    for number, slot in enumerate(simulation.engine.snapshot().slots()):
        numbers[slot.opens] = number
        for batch in slot.batches:
            urgency[batch.sequence] = batch.ingestion.priority
            of_one = slots.setdefault(batch.sequence, {}).setdefault(batch.number, [])
            of_one.extend([slot.opens] * len(batch.positions))
    for sequence, batches in slots.items():
        snapshot = simulation.engine.snapshot()
        runs = [run for run in snapshot.runs((urgency[sequence], sequence)) if run.sequence == sequence]
        assert openings(runs) == batches
        own = [numbers[opens] for times in batches.values() for opens in times]
        assert (min(s.first_slot for s in runs), max(s.last_slot for s in runs)) == (min(own), max(own))


def test_a_slot_that_a_quota_holds_up_opens_earlier_once_what_joins_makes_it_smaller() -> None:
    rate = RateLimit(4, 5, 0, 0, quotas=(Quota(6, 100),))
    rules = RetryRules(3, 20, FIVE_ATTEMPTS.random)
    simulation = Simulation(rate, lambda _: 0, lambda i, n: BROKEN if (i, n) == (1, 1) else good(i, n), rules)
    simulation.submit([1], "HIGH")
    simulation.run_slot()
    simulation.submit([2, 3, 4], "HIGH")
    simulation.run_slot()
    simulation.submit([5, 6, 7, 8], "LOW")
    began = simulation.began
    assert [(opens - began, ids) for opens, ids in planned_slots(simulation)] == [(20, [1]), (105, [5, 6, 7, 8])]
    judge_runs(simulation)
    judge_slots(simulation)


def test_a_quota_that_is_free_before_the_interval_has_passed_holds_nothing_up() -> None:
    simulation = Simulation(RateLimit(2, 5, 0, 0, quotas=(Quota(4, 7),)), lambda _: 0)
    simulation.submit(range(1, 9))
    for _ in range(2):
        simulation.run_slot()
        assert simulation.engine.snapshot().held() is None
    simulation.rate = RateLimit(2, 5, 0, 0, quotas=(Quota(2, 7),))
    simulation.start()
    held = simulation.engine.snapshot().held()
    assert held is not None
    assert held.until == simulation.clock.wall() + 7


@pytest.mark.parametrize("slot_size", [3, 4, 7])
@pytest.mark.parametrize("mixed", [["LOW"], ["LOW", "HIGH", "MEDIUM"]], ids="-".join)
@pytest.mark.parametrize(
    "counts", [[1] * 8, [2, 1, 1, 2, 2, 1], [1, 4, 1, 1, 5, 1], [2, 2, 2, 1], [1, 25, 1, 8]], ids=str
)
def test_every_batch_of_ingestions_that_share_slots_runs_when_it_was_forecast(
    counts: list[int], mixed: list[str], slot_size: int
) -> None:
    """A packing rule that is changed in one of its places only is found here, whatever chance does elsewhere."""
    simulation = Simulation()
    numbers = iter(range(1, 100))
    accepted = [
        simulation.submit([next(numbers) for _ in range(ids)], priority)
        for ids, priority in zip(counts, cycle(mixed), strict=False)
    ]
    simulation.rate = replace(simulation.rate, slot_size=slot_size)
    simulation.start()
    reports = [simulation.service.reports.batches(ingestion_id, -1, 9) for ingestion_id in accepted]
    forecast = {batch.ids: batch.started_at for report in reports for batch in report.batches}
    simulation.run()
    offset = simulation.clock.wall() - simulation.clock.now()
    opened = {record_id: opens + offset for opens, ids in simulation.slots_opened() for record_id in ids}
    assert {ids: {opened[record_id] for record_id in ids} for ids in forecast} == {
        ids: {starts_at} for ids, starts_at in forecast.items()
    }


def openings(runs: list[Run]) -> dict[int, list[int]]:
    """Return when each id of each batch runs, in order."""
    batches: dict[int, list[int]] = {}
    for run in runs:
        own = dict[int, list[int]]()
        for number in range(run.ids):
            batch = (run.first + number) // run.ingestion.batch_size
            own.setdefault(batch, []).append(run.opens_after(number + 1))
        assert {batch: run.opens(batch) for batch in run.batches} == {batch: min(own[batch]) for batch in own}
        assert run.last_opens == max(map(max, own.values()))
        for batch, opens in own.items():
            batches.setdefault(batch, []).extend(opens)
    return batches


@given(running(), priorities, st.integers(1, 14))
def test_a_dry_run_forecasts_what_then_happens(simulation: Simulation, priority: str, count: int) -> None:
    ids = list(range(5001, 5001 + count))
    dry_run = simulation.service.dry_run(ids, Priority[priority])
    undisturbed = planned_slots(simulation)
    waiting = {
        entry.ingestion.id: list(simulation.records.ids(entry.sequence))
        for entry in simulation.engine.snapshot().waiting
    }
    before = len(simulation.slots_opened())
    simulation.submit(ids, priority)
    simulation.run()
    opened = simulation.slots_opened()[before:]
    own = [number for number, (_, called) in enumerate(opened) if set(called) & set(ids)]
    assert (dry_run.position, dry_run.slots) == (own[0], len(own))
    offset = simulation.clock.wall() - simulation.clock.now()
    assert (dry_run.starts_at, dry_run.last_at) == (opened[own[0]][0] + offset, opened[own[-1]][0] + offset)
    delayed = {one for one, its in waiting.items() if last_of(its, opened) > last_of(its, undisturbed)}
    assert {delay.ingestion.id for delay in dry_run.delays} == delayed


def last_of(ids: list[int], slots: list[tuple[int, list[int]]]) -> int:
    """Return when the last slot opens that carries any of these ids."""
    return max(opens for opens, called in slots if set(called) & set(ids))


def test_the_schedule_reckons_with_what_a_commit_takes_once_it_has_seen_a_few() -> None:
    simulation = Simulation(place=EmbeddedPlace(SlowDisk()), latency=lambda _: 0)
    simulation.submit(range(1, 301))
    for _ in range(60):
        simulation.run_slot()
    expected = [opens for opens, _ in planned_slots(simulation)]
    before = len(simulation.slots_opened())
    simulation.run()
    actual = [opens for opens, _ in simulation.slots_opened()[before:]]
    assert len(actual) == 40
    assert max(abs(a - e) for a, e in zip(actual, expected, strict=True)) < SECOND // 10
