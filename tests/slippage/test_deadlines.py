"""Deadlines that break are noticed, whatever waits in whichever blocks."""

from hypothesis import given

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import UsageLog
from ingest_service.schedule.ends import Ends
from ingest_service.schedule.snapshot import ScheduleSnapshot
from ingest_service.slippage.deadlines import Deadlines
from tests.doubles import NotingObserver
from tests.schedule.waiting import WALL_OFFSET, any_rates, snapshots, stepped_ends


@given(snapshots(any_rates))
def test_a_deadline_is_broken_where_stepping_finds_a_later_end_and_the_next_to_pass_is_known(
    snapshot: ScheduleSnapshot,
) -> None:
    observer = NotingObserver()
    deadlines = Deadlines(observer)
    for _ in range(2):
        deadlines.watch(snapshot, Ends(snapshot.pieces(), snapshot.waiting.slots))
    ends = stepped_ends(snapshot, in_time=True)
    dues = {entry.place: entry.ingestion.deadline for entry in snapshot.waiting if entry.ingestion.deadline}
    broken = {place for place, due in dues.items() if ends[place] + snapshot.took + WALL_OFFSET > due}
    assert observer.broken_deadlines == len(broken)
    kept = [due for place, due in dues.items() if place not in broken]
    assert deadlines.next == (min(kept) - WALL_OFFSET + 1 if kept else None)


def test_ends_are_not_computed_where_nothing_has_a_deadline() -> None:
    queue = OrderedEntries.of([Entry.whole(1, Ingestion(1, Priority.LOW, 3, 7))])
    rate = RateLimit(3, 5, 0, 0)
    waiting = WaitingEntries(queue, OrderedEntries())
    snapshot = ScheduleSnapshot(waiting, 0, rate, False, 0, 0, None, 0, 0, UsageLog(rate).usage)
    pieces = snapshot.pieces()
    Deadlines(NotingObserver()).watch(snapshot, Ends(pieces))
    assert list(pieces)
