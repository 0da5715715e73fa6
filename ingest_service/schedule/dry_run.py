"""What would become of a submission, and of those that wait, if it were made now."""

from dataclasses import dataclass

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import LAST_SEQUENCE, Ingestion, Submission
from ingest_service.schedule.snapshot import Outlook


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
class Trial:
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


def try_out(submission: Submission, outlook: Outlook) -> Trial:
    """Compare the outlook with what it would be with the submission behind all others of its priority."""
    ingestion = Ingestion.of(submission, created_at=outlook.now + outlook.wall_offset)
    entry = Entry.of(LAST_SEQUENCE, ingestion, range(len(ingestion.ids)))
    waiting = {entry.sequence: entry.ingestion for entry in outlook.backlog.entries()}
    crowded = outlook.copy()
    crowded.backlog.join(entry, crowded.now + crowded.pace.linger)
    spans = list(crowded.all_spans())
    own = [span for span in spans if span.sequence == LAST_SEQUENCE]
    later = {span.sequence: span.last_opens + outlook.took for span in spans}
    earlier = {span.sequence: span.last_opens + outlook.took for span in outlook.all_spans()}
    return Trial(
        position=own[0].first_slot,
        starts_at=outlook.at(own[0].first_opens),
        last_at=outlook.at(own[-1].last_opens),
        ends_at=outlook.at(own[-1].last_opens + outlook.took),
        slots=sum(span.last_slot - span.first_slot + 1 for span in own),
        delays=tuple(
            Delay(waiting[sequence], outlook.at(ends), outlook.at(later[sequence]), later[sequence] - ends)
            for sequence, ends in earlier.items()
            if later[sequence] > ends
        ),
    )
