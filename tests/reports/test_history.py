"""The last day by the minute, and what waited then."""

from dataclasses import dataclass, field, replace

from ingest_service.domain.flow import MinuteFlow
from ingest_service.ports.records import MinutesQuery, MinutesRecord
from ingest_service.reports import minutes
from ingest_service.reports.history import HistoryReport
from ingest_service.reports.stretches import Stretch, stretches
from ingest_service.stores.sqlite.records import RowDatabase, SqliteRecords
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulate, Simulation
from tests.web.asking import FINAL, PASSING, failing

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@dataclass
class Watched:
    """A simulation whose reports are read all the time, and that notes what waits in each minute."""

    simulation: Simulation
    report: HistoryReport | None = None
    noted: dict[int, int] = field(default_factory=dict)

    def note(self) -> None:
        self.report = self.simulation.service.history.read(self.report)
        self.noted[self.report.taken_at // MINUTE * MINUTE] = self.report.waiting

    def run_for(self, nanoseconds: int) -> None:
        """Run slots as they come for a time; something is noted in each minute."""
        end = self.simulation.clock.time + nanoseconds
        while self.simulation.clock.time < end:
            self.simulation.run_slot()
            self.note()
            self.simulation.clock.time += SECOND


def last(simulation: Simulation, length: int, count: int) -> list[Stretch]:
    return stretches(simulation.service.history.read(), length, count)


def test_what_waited_is_derived_for_every_minute(simulate: Simulate) -> None:
    simulation = simulate(latency=lambda _: 0, answer=failing({3, 7, 8, 40}, PASSING, calls=3))
    watched = Watched(simulation)
    simulation.submit(range(1, 60))
    watched.run_for(MINUTE)
    cancelled = simulation.submit(range(1, 30), "HIGH")
    watched.run_for(20 * SECOND)
    simulation.service.cancel(cancelled)
    watched.note()
    watched.run_for(2 * MINUTE)
    simulation.submit([70, 71])
    watched.note()
    waited = {one.start: one.waiting for one in last(simulation, MINUTE, 10)}
    assert {minute: waited[minute] for minute in watched.noted} == watched.noted
    assert set(waited.values()) > {0, 2}
    assert watched.report == simulation.service.history.read()


def test_ids_that_were_to_be_called_again_are_cancelled_with_the_others(simulate: Simulate) -> None:
    simulation = simulate(answer=failing({1, 2}, PASSING))
    ingestion_id = simulation.submit(range(1, 7))
    simulation.run_slot()
    simulation.clock.time += MINUTE
    simulation.service.cancel(ingestion_id)
    report = simulation.service.history.read()
    assert [(flow.accepted, flow.cancelled) for flow in report.flows] == [(6, 0), (0, 5)]
    before, now = stretches(report, MINUTE, 2)
    assert (before.done, before.failed, before.again, before.waiting) == (1, 0, 2, 5)
    assert (now.ids, now.waiting) == (0, 0)


def test_a_stretch_has_the_sums_of_its_minutes(simulate: Simulate) -> None:
    simulation = simulate(answer=failing({2}, FINAL))
    simulation.submit(range(1, 5))
    simulation.run()
    simulation.clock.time += MINUTE
    simulation.submit([9])
    simulation.run()
    (hour,) = last(simulation, HOUR, 1)
    assert (hour.slots, hour.ids, hour.done, hour.failed, hour.again, hour.waiting) == (3, 5, 4, 1, 0, 0)
    first, second = last(simulation, MINUTE, 2)
    assert (first.slots, second.slots, second.done) == (2, 1, 1)
    assert second.start - first.start == MINUTE
    assert hour.start % HOUR == 0


def test_ids_that_are_being_called_do_not_wait(simulate: Simulate) -> None:
    simulation = simulate()
    simulation.submit([1, 2, 3, 4])
    assert simulation.engine.open() is not None
    before, now = last(simulation, MINUTE, 2)
    assert (before.waiting, now.waiting, now.ids, now.done) == (0, 1, 3, 0)


class NotingRecords(SqliteRecords):
    """Records that note what of the history is read."""

    def __init__(self, database: RowDatabase) -> None:
        super().__init__(database)
        self.queries: list[MinutesQuery] = []

    def minutes(self, query: MinutesQuery) -> MinutesRecord:
        self.queries.append(query)
        return super().minutes(query)


def test_only_the_last_two_minutes_are_read_again() -> None:
    simulation = Simulation(place=EmbeddedPlace(records=NotingRecords))
    records = simulation.records
    assert isinstance(records, NotingRecords)
    for number in range(5):
        simulation.submit([number + 1])
        simulation.run()
        simulation.clock.time += MINUTE
    report = simulation.service.history.read()
    records.queries.clear()
    assert simulation.service.history.read(report) == report
    (query,) = records.queries
    assert (query.minutes_from, query.flows_from) == (4, report.flows[-2].start)


def test_what_is_older_than_a_day_is_left_out(simulate: Simulate) -> None:
    simulation = simulate()
    simulation.submit([1, 2, 3])
    simulation.run()
    known = simulation.service.history.read()
    simulation.clock.time += minutes.DAY + MINUTE
    simulation.submit([4])
    for report in (simulation.service.history.read(known), simulation.service.history.read()):
        assert report.minutes == ()
        assert [flow.accepted for flow in report.flows] == [1]


def test_the_end_of_what_waits_is_not_known_while_a_pause_lasts(simulate: Simulate) -> None:
    simulation = simulate()
    simulation.submit(range(1, 7))
    report = simulation.service.history.read()
    assert report.empty_at is not None
    assert report.empty_at - report.taken_at > 5 * SECOND
    simulation.service.pause()
    assert simulation.service.history.read().empty_at is None


def test_what_was_before_the_slots_that_are_counted_is_left_out() -> None:
    start = 100 * HOUR
    report = HistoryReport(
        taken_at=start + 30 * SECOND,
        slot_size=3,
        minutes=(),
        flows=(MinuteFlow(start, 5, 0),),
        counted_from=start - 2 * MINUTE,
        waiting=7,
        empty_at=None,
    )
    found = stretches(report, MINUTE, 9)
    assert [(one.start, one.waiting) for one in found] == [(start - MINUTE, 2), (start, 7)]
    assert [one.waiting for one in stretches(report, HOUR, 2)] == [7]
    young = replace(report, counted_from=start)
    assert [one.waiting for one in stretches(young, MINUTE, 9)] == [7]
