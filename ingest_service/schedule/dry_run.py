"""What would become of a submission, and of those that wait, if it were made now."""

from dataclasses import dataclass

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import LAST_SEQUENCE, Ingestion, Submission
from ingest_service.schedule.snapshot import ScheduleSnapshot


@dataclass(frozen=True, slots=True)
class Delay:
    """How many nanoseconds later a waiting ingestion would end.

    Times are of the wall clock, None while an operator's pause lasts.
    """

    ingestion: Ingestion
    ends_at: int | None
    later_at: int | None
    by: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would become of a submission: when its first and last slots open, and how many slots carry it.

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
    """Compare the snapshot with what it would be with the submission behind all others of its priority."""
    ingestion = Ingestion.of(submission, created_at=snapshot.now + snapshot.wall_offset)
    entry = Entry.of(LAST_SEQUENCE, ingestion, range(len(ingestion.ids)))
    waiting = {entry.sequence: entry.ingestion for entry in snapshot.backlog.entries()}
    crowded = snapshot.copy()
    crowded.backlog.join(entry, crowded.now + crowded.pace.linger)
    runs = list(crowded.all_runs())
    own = [run for run in runs if run.sequence == LAST_SEQUENCE]
    later = {run.sequence: run.last_opens + snapshot.took for run in runs}
    earlier = {run.sequence: run.last_opens + snapshot.took for run in snapshot.all_runs()}
    return DryRun(
        position=own[0].first_slot,
        starts_at=snapshot.at(own[0].first_opens),
        last_at=snapshot.at(own[-1].last_opens),
        ends_at=snapshot.at(own[-1].last_opens + snapshot.took),
        slots=sum(run.last_slot - run.first_slot + 1 for run in own),
        delays=tuple(
            Delay(waiting[sequence], snapshot.at(ends), snapshot.at(later[sequence]), later[sequence] - ends)
            for sequence, ends in earlier.items()
            if later[sequence] > ends
        ),
    )
