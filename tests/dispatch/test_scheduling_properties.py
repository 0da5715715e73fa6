"""Random arrivals and changes: the scheduler and an independent model of the laws open the same slots."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.domain.model import Priority
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.errors import BacklogFull, NothingToCancel, NothingToChange
from tests.engines.places import Place, PostgresPlace
from tests.laws import most_in_work, most_starts_in_a_span
from tests.postgres.databases import Databases
from tests.simulation import Simulation

Slots = list[tuple[int, list[int]]]
END = 100
# No more than all arrivals have together.
MOST_IDS = 120


@dataclass(frozen=True)
class Arrival:
    time: int
    priority: Priority
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """Of the ingestion that arrived as number `which`: cancelled, or with a priority another one."""

    time: int
    which: int
    priority: Priority | None


@dataclass(frozen=True)
class Switch:
    """An operator pauses or resumes."""

    time: int
    pauses: bool


Happening = Arrival | Change | Switch

times = st.integers(0, 60)
changes = st.builds(Change, times, st.integers(0, 11), st.none() | st.sampled_from(Priority))
switches = st.builds(Switch, times, st.booleans())


@st.composite
def arrivals(draw: st.DrawFn) -> list[Happening]:
    """Ids are unique over all arrivals, so that what was lost or doubled shows."""
    numbers = count(1)
    return [
        Arrival(
            time,
            draw(st.sampled_from(Priority)),
            tuple(next(numbers) for _ in range(draw(st.integers(1, 10)))),
        )
        for time in sorted(draw(st.lists(times, max_size=12)))
    ]


@st.composite
def lives(draw: st.DrawFn) -> list[Happening]:
    """Arrivals and changes to them; in the end no pause is left."""
    happenings = draw(arrivals()) + draw(st.lists(changes, max_size=6)) + draw(st.lists(switches, max_size=4))
    return [*sorted(happenings, key=lambda happening: happening.time), Switch(END, pauses=False)]


sizes = st.integers(1, 7)


@st.composite
def rates(draw: st.DrawFn) -> RateLimit:
    size, interval = draw(sizes), draw(st.integers(1, 9))
    quota = st.builds(Quota, st.integers(size, 4 * size), st.integers(interval, 60))
    quotas = tuple(draw(st.lists(quota, max_size=2)))
    return RateLimit(size, interval, draw(st.integers(0, 9)), 0, draw(st.booleans()), quotas)


latencies = st.lists(st.integers(0, 20), min_size=1, max_size=7)


@dataclass
class Waits:
    """A batch that waits, in the model."""

    priority: Priority
    sequence: int
    first: int
    since: int
    ids: tuple[int, ...]

    @property
    def place(self) -> tuple[int, int, int]:
        return self.priority, self.sequence, self.first


@dataclass(frozen=True)
class Rules:
    """A rate limit, and the size of the batches that it was made for."""

    rate: RateLimit
    batch_size: int


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    rate = draw(rates())
    return Rules(rate, draw(st.integers(1, min(4, rate.slot_size))))


class Model:
    """Opens slots by the letter of the laws, batch by batch, without a queue and without a clock."""

    def __init__(self, latency: list[int], rules: Rules) -> None:
        self.latency = latency
        self.rate = rules.rate
        self.batch_size = rules.batch_size
        self.slots: Slots = []
        self.waiting: list[Waits] = []
        self.arrived = 0
        self.paused = False
        self.free = 0
        self.now = 0

    def run(self, happenings: list[Happening]) -> Slots:
        for happening in happenings:
            while (opens := self.opens()) is not None and opens < happening.time:
                self.open(opens)
            self.now = happening.time
            self.happen(happening)
        while (opens := self.opens()) is not None:
            self.open(opens)
        return self.slots

    def opens(self) -> int | None:
        if self.paused or not self.waiting:
            return None
        opens = max(self.free, self.now, min(batch.since for batch in self.waiting) + self.rate.linger)
        leave = [start + quota.window for start, _ in self.slots for quota in self.rate.quotas]
        return min(time for time in (opens, *leave) if time >= opens and self.fits(time))

    def fits(self, time: int) -> bool:
        """Return whether the next slot would fit into all quotas at this time."""
        ids = sum(fitting for _, fitting in self.next())
        return all(
            sum(len(called) for start, called in self.slots if start > time - quota.window) + ids <= quota.ids
            for quota in self.rate.quotas
        )

    def next(self) -> Iterator[tuple[Waits, int]]:
        """Yield the batches of the next slot, each with how many of its ids are taken."""
        room = self.rate.slot_size
        for batch in sorted(self.waiting, key=lambda batch: batch.place):
            fitting = min(len(batch.ids), room) if self.rate.fills or len(batch.ids) <= room else 0
            if fitting:
                yield batch, fitting
            if fitting < len(batch.ids):
                return
            room -= fitting

    def open(self, opens: int) -> None:
        taken: list[int] = []
        for batch, fitting in list(self.next()):
            taken += batch.ids[:fitting]
            batch.first, batch.ids = batch.first + fitting, batch.ids[fitting:]
        self.waiting = [batch for batch in self.waiting if batch.ids]
        self.slots.append((opens, taken))
        self.free = opens + max(self.rate.interval, *(self.latency[i % len(self.latency)] for i in taken))

    def happen(self, happening: Happening) -> None:
        if isinstance(happening, Switch):
            self.paused = happening.pauses
        elif isinstance(happening, Arrival):
            size = self.batch_size
            for first in range(0, len(happening.ids), size):
                ids = happening.ids[first : first + size]
                self.waiting.append(Waits(happening.priority, self.arrived, first, happening.time, ids))
            self.arrived += 1
        elif happening.priority is None:
            self.waiting = [batch for batch in self.waiting if batch.sequence != happening.which]
        else:
            for batch in self.waiting:
                if batch.sequence == happening.which:
                    batch.priority = happening.priority


def latency_of(latency: list[int], record_id: int) -> int:
    return latency[record_id % len(latency)]


def simulate(
    happenings: list[Happening], latency: list[int], rules: Rules, place: Place | None = None
) -> Simulation:
    simulation = Simulation(
        rules.rate,
        lambda record_id: latency[record_id % len(latency)],
        most_ids=MOST_IDS,
        place=place,
        batch_size=rules.batch_size,
    )
    accepted: list[UUID] = []
    for happening in happenings:
        simulation.clock.at(simulation.began + happening.time, action(simulation, accepted, happening))
    simulation.run()
    return simulation


def action(simulation: Simulation, accepted: list[UUID], happening: Happening) -> Callable[[], object]:
    service = simulation.service
    if isinstance(happening, Switch):
        return service.pause if happening.pauses else service.resume
    if isinstance(happening, Arrival):
        return lambda: accepted.append(service.submit(happening.ids, happening.priority))
    return lambda: change(simulation, accepted, happening)


def change(simulation: Simulation, accepted: list[UUID], wanted: Change) -> None:
    if wanted.which >= len(accepted):
        return
    with suppress(NothingToCancel, NothingToChange):
        if wanted.priority is None:
            simulation.service.cancel(accepted[wanted.which])
        else:
            simulation.service.reprioritise(accepted[wanted.which], wanted.priority)


@given(arrivals(), latencies, rules())
def test_the_model_of_the_laws_gives_the_same_slots(
    happenings: list[Happening], latency: list[int], rules: Rules
) -> None:
    assert simulate(happenings, latency, rules).slots_seen() == Model(latency, rules).run(happenings)


@given(lives(), latencies, rules())
def test_the_model_gives_the_same_slots_when_people_cancel_change_and_pause(
    happenings: list[Happening], latency: list[int], rules: Rules
) -> None:
    assert simulate(happenings, latency, rules).slots_seen() == Model(latency, rules).run(happenings)


@settings(max_examples=20)
@given(lives(), latencies, rules())
def test_the_model_gives_the_same_slots_over_postgres(
    postgres: Databases, happenings: list[Happening], latency: list[int], rules: Rules
) -> None:
    with PostgresPlace(postgres.emptied()) as place:
        seen = simulate(happenings, latency, rules, place).slots_seen()
    assert seen == Model(latency, rules).run(happenings)


@given(lives(), latencies, rules())
def test_no_window_of_a_limit_has_more_starts_than_it_allows(
    happenings: list[Happening], latency: list[int], rules: Rules
) -> None:
    calls = simulate(happenings, latency, rules).upstream.calls
    for limit in rules.rate.limits:
        assert most_starts_in_a_span(calls, limit.window) <= limit.ids


@given(lives(), latencies, rules())
def test_never_more_ids_are_in_work_than_a_slot_has_room(
    happenings: list[Happening], latency: list[int], rules: Rules
) -> None:
    calls = simulate(happenings, [1 + wait for wait in latency], rules).upstream.calls
    assert most_in_work(calls) <= rules.rate.slot_size


@given(arrivals(), latencies, rules())
def test_nothing_is_lost_or_doubled(happenings: list[Happening], latency: list[int], rules: Rules) -> None:
    called = [record_id for record_id, _, _ in simulate(happenings, latency, rules).upstream.calls]
    asked = [record_id for one in happenings if isinstance(one, Arrival) for record_id in one.ids]
    assert sorted(called) == sorted(asked)


@given(lives(), latencies, rules())
def test_the_room_that_was_taken_is_all_given_back(
    happenings: list[Happening], latency: list[int], rules: Rules
) -> None:
    simulation = simulate(happenings, latency, rules)
    assert list(simulation.engine.snapshot().waiting) == []
    simulation.submit(range(1, MOST_IDS + 1))
    with pytest.raises(BacklogFull):
        simulation.submit([1])
