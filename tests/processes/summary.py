"""A chaos run in one line."""

from tests.processes import laws
from tests.processes.record import Record


def summary(record: Record) -> str:
    """Return the figures that show how hard the run was and how it ended."""
    spans = laws.spans_of_four(record)
    return (
        f"{len(record.kills)} kills; accepted {len(record.accepted)} submissions of "
        f"{sum(len(accepted.ids) for accepted in record.accepted)} ids, {record.unanswered} unanswered; "
        f"{len(record.arrivals)} calls, {laws.repeats(record).total()} repeated; lost {len(laws.lost(record))}; "
        f"spans of four calls below {record.interval / 1e6:.0f} ms: "
        f"{sum(span < record.interval for span in spans)}, shortest {spans[0] / 1e6:.1f} ms; "
        f"at most {laws.most_in_work(record)} in work"
    )
