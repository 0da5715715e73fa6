"""The law that every batch starts and is completed."""

from ingestctl.models import Status
from ingestctl.verify.record import Record
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import Span

MOST_INTERVALS = 6
"""Longer than calls of an upstream that is slow, or fails now and then, should take."""


def completion(record: Record) -> Judgement:
    """Judge whether what had its turn was completed."""
    if not record.example:
        return not_judged("the run ended before")
    if not record.example[0].sightings:
        return not_judged("no status was read")
    if record.first_wait is None:
        (first,) = record.example
        return judged(
            [f"Nothing of {first} was ever seen to start; on an empty queue it should start at once."], ""
        )
    findings = [f"{span} never started; every batch should start in its turn." for span in lost(record)]
    findings += [
        f"{span} was triggered for more than {MOST_INTERVALS} intervals; every batch should be completed."
        for span in record.spans
        if _is_stuck(span, record)
    ]
    completed = sum(one.sightings[-1].status.completed for one in record.watched if one.sightings)
    return judged(findings, f"{completed} batches completed")


def lost(record: Record) -> list[Span]:
    """Return the batches of the example that never started, though for long nothing else was in the queue."""
    if record.is_busy:
        return []
    return [span for one in record.example for span in one.spans() if span.before is None]


def _is_stuck(span: Span, record: Record) -> bool:
    """Return whether a batch had been in work for long when it was seen last."""
    if span.before is None:
        return False
    last = span.owner.sightings[-1]
    in_work = not last.waits(span.number) and last.status.batches[span.number].status is Status.TRIGGERED
    return in_work and last.asked - span.before > MOST_INTERVALS * record.interval
