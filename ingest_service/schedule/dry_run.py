"""The effect of a submission, on itself and on what waits, if it were made now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import LAST_SEQUENCE, Ingestion, Submission
from ingest_service.errors import DeadlineImpossible
from ingest_service.schedule.ends import Ends, Waiting
from ingest_service.schedule.moves import Moved, Moves
from ingest_service.schedule.runs import Run
from ingest_service.schedule.snapshot import ScheduleSnapshot

# Of those that would end later the ones that are delayed the most are named; all are counted.
MOST_DELAYS = 20


@dataclass(frozen=True, slots=True)
class Delay:
    """A waiting ingestion that would end `by` nanoseconds later.

    Times are of the wall clock, None while an operator's pause lasts.
    """

    ingestion: Ingestion
    ends_at: int | None
    later_at: int | None
    by: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """A submission that was not made: the openings of its first and last slot, and the number of its slots.

    `position` counts the slots that open before its first one; the calls of its last one end at `ends_at`.
    `delayed` counts the ingestions that would end later, and `delays` are those of them that would end latest
    after their time, the most delayed first. Times are of the wall clock, None while an operator's pause lasts.
    """

    position: int
    starts_at: int | None
    last_at: int | None
    ends_at: int | None
    slots: int
    delayed: int
    delays: tuple[Delay, ...]


def dry_run(submission: Submission, snapshot: ScheduleSnapshot) -> DryRun:
    """Compare the schedule with that after one more submission, behind all others of its priority."""
    entry = _entry(submission, snapshot)
    pieces = list(snapshot.with_entry(entry).pieces())
    own = [run for piece in pieces for run in piece.runs(entry.place)]
    before = Ends(snapshot.pieces())
    worst = _Worst(Moves(before, Ends(pieces)).behind())
    return DryRun(
        position=own[0].first_slot,
        starts_at=snapshot.at(own[0].first_opens),
        last_at=snapshot.at(own[-1].last_opens),
        ends_at=snapshot.at(own[-1].last_opens + snapshot.took),
        slots=_count_slots(own),
        delayed=worst.count,
        delays=tuple(_delay(snapshot, before, one, by) for one, by in worst.ones()),
    )


def require_in_time(submission: Submission, snapshot: ScheduleSnapshot) -> None:
    """Raise DeadlineImpossible for a submission that would end after its deadline."""
    if submission.deadline is None:
        return
    entry = _entry(submission, snapshot)
    opens = max(run.last_opens for run in snapshot.with_entry(entry).runs(entry.place))
    ends_at = snapshot.at(opens + snapshot.took)
    if ends_at is None or ends_at > submission.deadline:
        raise DeadlineImpossible(ends_at)


def _entry(submission: Submission, snapshot: ScheduleSnapshot) -> Entry:
    ingestion = Ingestion.of(submission)
    return Entry.whole(LAST_SEQUENCE, ingestion, ready=snapshot.now + snapshot.rate.linger)


def _count_slots(runs: Iterable[Run]) -> int:
    """Count the slots of runs in their order; neighbouring runs may share one."""
    count, last = 0, -1
    for run in runs:
        count += run.last_slot - max(run.first_slot, last + 1) + 1
        last = run.last_slot
    return count


class _Worst:
    """The ingestions that end later by the most. `count` is the number of all that end later."""

    def __init__(self, moves: Iterable[Moved]) -> None:
        self.count = 0
        self._first_by: dict[int, list[Waiting]] = {}
        for moved in moves:
            self.count += len(moved.ones)
            self._note(moved)

    def ones(self) -> Iterator[tuple[Waiting, int]]:
        """Yield the first MOST_DELAYS with their delays; the more urgent ones first where these are the same."""
        worst = ((one, by) for by in sorted(self._first_by, reverse=True) for one in self._first_by[by])
        return islice(worst, MOST_DELAYS)

    def _note(self, moved: Moved) -> None:
        """Keep the first ones of each delay; there are few different delays, for ends move by whole slots."""
        if isinstance(moved.by, int):
            first = self._first_by.setdefault(moved.by, [])
            first.extend(moved.ones[: MOST_DELAYS - len(first)])
            return
        for one, by in moved.each():
            first = self._first_by.setdefault(by, [])
            if len(first) < MOST_DELAYS:
                first.append(one)


def _delay(snapshot: ScheduleSnapshot, before: Ends, one: Waiting, by: int) -> Delay:
    found = before.of(one.place)
    assert found is not None, "only what waits is delayed"
    ends = found[1] + snapshot.took
    return Delay(one.ingestion, snapshot.at(ends), snapshot.at(ends + by), by)
