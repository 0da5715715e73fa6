"""The effect of a submission, on itself and on what waits, if it were made now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import LAST_SEQUENCE, Ingestion, Submission
from ingest_service.errors import DeadlineImpossible
from ingest_service.schedule.runs import Run
from ingest_service.schedule.snapshot import ScheduleSnapshot


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
    Times are of the wall clock, None while an operator's pause lasts.
    """

    position: int
    starts_at: int | None
    last_at: int | None
    ends_at: int | None
    slots: int
    delays: tuple[Delay, ...]


def dry_run(submission: Submission, snapshot: ScheduleSnapshot) -> DryRun:
    """Compare the schedule with that after one more submission, behind all others of its priority."""
    ingestion = Ingestion.of(submission, created_at=snapshot.taken_at)
    entry = Entry.whole(LAST_SEQUENCE, ingestion, ready=snapshot.now + snapshot.rate.linger)
    runs = list(snapshot.with_entry(entry).runs())
    own = [run for run in runs if run.sequence == LAST_SEQUENCE]
    return DryRun(
        position=own[0].first_slot,
        starts_at=snapshot.at(own[0].first_opens),
        last_at=snapshot.at(own[-1].last_opens),
        ends_at=snapshot.at(own[-1].last_opens + snapshot.took),
        slots=_count_slots(own),
        delays=tuple(_delays(snapshot, runs)),
    )


def require_in_time(submission: Submission, snapshot: ScheduleSnapshot) -> None:
    """Raise DeadlineImpossible for a submission that would end after its deadline."""
    if submission.deadline is None:
        return
    ends_at = dry_run(submission, snapshot).ends_at
    if ends_at is None or ends_at > submission.deadline:
        raise DeadlineImpossible(ends_at)


def _count_slots(runs: Iterable[Run]) -> int:
    """Count the slots of runs in their order; neighbouring runs may share one."""
    count, last = 0, -1
    for run in runs:
        count += run.last_slot - max(run.first_slot, last + 1) + 1
        last = run.last_slot
    return count


def _delays(snapshot: ScheduleSnapshot, later_runs: Iterable[Run]) -> Iterator[Delay]:
    waiting = {entry.sequence: entry.ingestion for entry in snapshot.waiting}
    later = _ends(snapshot, later_runs)
    for sequence, ends in _ends(snapshot, snapshot.runs()).items():
        if later[sequence] > ends:
            yield Delay(waiting[sequence], snapshot.at(ends), snapshot.at(later[sequence]), later[sequence] - ends)


def _ends(snapshot: ScheduleSnapshot, runs: Iterable[Run]) -> dict[int, int]:
    return {run.sequence: run.last_opens + snapshot.took for run in runs}
