"""The law of the rate: at most 3 ids in any 5 seconds."""

from dataclasses import dataclass

from ingestctl.verify.record import BATCH_SIZE, Record
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import Span


@dataclass(frozen=True, slots=True)
class Window:
    """Batches that certainly started within these seconds."""

    spans: list[Span]
    seconds: float

    @property
    def ids(self) -> list[int]:
        """Return the ids that started."""
        return [record_id for span in self.spans for record_id in span.ids]

    def least_seconds(self, interval: float) -> float:
        """Return how long these ids have to take: 4 ids one interval, 7 ids two."""
        return (len(self.ids) - 1) // BATCH_SIZE * interval


def rate(record: Record) -> Judgement:
    """Judge the starts. Each is known between two looks; only what is certain counts."""
    started = [span for span in record.spans if span.before is not None]
    if len(started) < 2:
        return not_judged("fewer than two batches started")
    windows = [_window(first, last, started) for first in started for last in started]
    slack = _slack(record.interval)
    broken = [one for one in windows if one.spans and one.seconds < one.least_seconds(record.interval) - slack]
    seen = f"{len(started)} starts, at most {BATCH_SIZE} ids in any {record.interval:g} s"
    if not broken:
        return judged([], seen)
    return judged([_finding(min(broken, key=lambda one: len(one.ids)), record.interval)], seen)


def _window(first: Span, last: Span, started: list[Span]) -> Window:
    """Return the window from the earliest start of one batch to the latest start of another."""
    end = last.before or 0.0
    inside = [span for span in started if span.after >= first.after and (span.before or 0.0) <= end]
    return Window(inside, end - first.after)


def _slack(interval: float) -> float:
    """Return by how much a status may be late: it is written down after the start that it shows."""
    return 0.05 * interval + 0.05


def _finding(window: Window, interval: float) -> str:
    which = ", ".join(str(list(span.ids)) for span in window.spans)
    return (
        f"{len(window.ids)} ids started within {window.seconds:.1f} s ({which}); "
        f"at most {BATCH_SIZE} should start in any {interval:g} s."
    )
