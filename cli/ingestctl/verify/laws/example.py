"""The worked example of the specification."""

from itertools import groupby

from ingestctl.verify.record import Record
from ingestctl.verify.timing import INTERVAL_SECONDS
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import Span

RIGHT = {(1, 2, 3): 0, (6, 7, 8): 1, (9,): 2, (4, 5): 2}
"""The slots of the batches, counted from the first."""


def example(record: Record) -> Judgement:
    """Judge which batches ran in which slot."""
    if len(record.example) < 2:
        return not_judged("the run ended before")
    if not all(one.sightings for one in record.example):
        return not_judged("not both ingestions were seen")
    if record.is_busy:
        return not_judged("other work was in the queue")
    medium, high = record.example
    first, *rest = medium.spans()
    if high.accepted >= min(span.after for span in [*rest, *high.spans()]):
        return not_judged("the second submission was accepted after the next slot had opened")
    slots = {span.ids: _slot(span, first, record.interval) for span in [first, *high.spans(), *rest]}
    seen = _in_words(slots)
    return judged([f"{seen}; it should be: {_in_words(RIGHT)}."] if slots != RIGHT else [], seen)


def _slot(span: Span, first: Span, interval: float) -> int:
    return round((_middle(span) - _middle(first)) / interval)


def _middle(span: Span) -> float:
    return (span.after + (span.before or span.after)) / 2


def _in_words(slots: dict[tuple[int, ...], int]) -> str:
    """Return the ids of each slot, such as "T0 runs 1, 2, 3"; times are those of the specification."""
    groups = groupby(sorted(slots, key=lambda ids: slots[ids]), key=lambda ids: slots[ids])
    return "; ".join(
        f"T{slot * INTERVAL_SECONDS:g} runs {', '.join(str(one) for ids in group for one in ids)}"
        for slot, group in groups
    )
