"""What would become of a submission, and of those that wait, if it were made now."""

from dataclasses import dataclass

from ingest_service.domain import Entry, Ingestion, Submission
from ingest_service.schedule import LAST_SEQUENCE, Outlook


@dataclass(frozen=True, slots=True)
class Delay:
    """How much later the last slot of a waiting ingestion would open; times are of the wall clock."""

    ingestion: Ingestion
    last_at: int
    later_at: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of a submission: when its first and last slots open, and how many slots carry it.

    `position` counts the slots that open before its first one.
    """

    position: int
    starts_at: int
    last_at: int
    slots: int
    delays: tuple[Delay, ...]


def try_out(submission: Submission, outlook: Outlook) -> Trial:
    """Compare the outlook with what it would be with the submission behind all others of its priority."""
    ingestion = Ingestion.of(submission, created_at=outlook.at(outlook.now))
    entry = Entry.of(LAST_SEQUENCE, ingestion, range(len(ingestion.ids)))
    waiting = {entry.sequence: entry.ingestion for entry in outlook.backlog.entries()}
    crowded = outlook.copy()
    crowded.backlog.put(entry, crowded.now + crowded.pace.linger)
    spans = list(crowded.all_spans())
    own = [span for span in spans if span.sequence == LAST_SEQUENCE]
    later = {span.sequence: outlook.at(span.last_opens) for span in spans}
    earlier = {span.sequence: outlook.at(span.last_opens) for span in outlook.all_spans()}
    return Trial(
        position=own[0].first_slot,
        starts_at=outlook.at(own[0].first_opens),
        last_at=outlook.at(own[-1].last_opens),
        slots=sum(span.last_slot - span.first_slot + 1 for span in own),
        delays=tuple(
            Delay(waiting[sequence], last_at, later[sequence])
            for sequence, last_at in earlier.items()
            if later[sequence] > last_at
        ),
    )
