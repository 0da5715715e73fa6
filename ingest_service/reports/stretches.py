"""Stretches of time up to the present, one after the other: what happened in each, and how much waited then."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ingest_service.domain.seats import MinuteTally
from ingest_service.reports.history import HistoryReport


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sums of some neighbouring minutes, from `start` on (wall clock).

    `longest_lag` is as in MinuteTally. `waiting` is the number of ids that waited at the end, or do now: they were
    accepted before and not cancelled, and their last call so far was still to come.
    """

    start: int
    slots: int
    ids: int
    done: int
    failed: int
    again: int
    longest_lag: int | None
    waiting: int

    @classmethod
    def of(cls, start: int, minutes: Sequence[MinuteTally], waiting: int) -> Self:
        """Add up what happened in these minutes."""
        return cls(
            start=start,
            slots=sum(minute.slots for minute in minutes),
            ids=sum(minute.ids for minute in minutes),
            done=sum(minute.done for minute in minutes),
            failed=sum(minute.failed for minute in minutes),
            again=sum(minute.again for minute in minutes),
            longest_lag=max((one.longest_lag for one in minutes if one.longest_lag is not None), default=None),
            waiting=max(0, waiting),
        )


def stretches(report: HistoryReport, length: int, count: int) -> list[Stretch]:
    """Return the last `count` stretches of a length (whole minutes, in nanoseconds), the present one last.

    They begin at multiples of their length. Those before it whose slots were not all counted are left out.
    """
    minutes, changes = _minutes_by_stretch(report.minutes, length), _changes(report, length)
    waiting, found = report.waiting, list[Stretch]()
    last = report.taken_at // length * length
    for start in range(last, last - count * length, -length):
        if found and report.counted_from is not None and start <= report.counted_from:
            break
        found.append(Stretch.of(start, minutes[start], waiting))
        waiting -= changes[start]
    return found[::-1]


def _minutes_by_stretch(minutes: Iterable[MinuteTally], length: int) -> defaultdict[int, list[MinuteTally]]:
    found = defaultdict(list)
    for minute in minutes:
        found[minute.start // length * length].append(minute)
    return found


def _changes(report: HistoryReport, length: int) -> defaultdict[int, int]:
    """Return by how many ids more waited at the end of each stretch than at its begin.

    An id leaves with its last call. One that is called again is as if it had not been called.
    """
    changes: defaultdict[int, int] = defaultdict(int)
    for flow in report.flows:
        changes[flow.start // length * length] += flow.accepted - flow.cancelled
    for minute in report.minutes:
        changes[minute.start // length * length] -= minute.ids - minute.again
    return changes
