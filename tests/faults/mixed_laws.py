"""The laws of what clients change, checked against a record; everything that these functions return breaks one."""

from bisect import bisect_left, bisect_right
from dataclasses import replace

from tests.processes.changes import Cancel, Pause
from tests.processes.record import Record

SLOT = 3


def called_after_cancel(record: Record) -> list[tuple[Cancel, list[int]]]:
    """Return the cancels after whose answer more ids than those of the slot under way were called at first."""
    first = {arrival.record_id: arrival.at for arrival in reversed(record.arrivals)}
    later = [
        (cancel, [record_id for record_id in cancel.ids if first.get(record_id, 0) > cancel.answered])
        for cancel in record.changes.cancels
        if cancel.answered is not None
    ]
    return [(cancel, ids) for cancel, ids in later if len(ids) > SLOT]


def called_although_cancelled(record: Record) -> set[int]:
    """Return the ids that were called in spite of the status of their batch at the end."""
    called = {arrival.record_id for arrival in record.arrivals}
    return called.intersection(*[set().union(*record.cancelled.values())])


def called_in_pause(record: Record) -> list[tuple[Pause, int]]:
    """Return the pauses of the operator in which more was called than the slot under way, and how much."""
    times = [arrival.at for arrival in record.arrivals]
    counts = [
        (pause, bisect_left(times, pause.resumed) - bisect_right(times, pause.answered))
        for pause in record.changes.pauses
    ]
    return [(pause, count) for pause, count in counts if count > SLOT]


def accepted_twice(record: Record) -> list[tuple[str, str]]:
    """Return the submissions that became two ingestions although they had one key."""
    return [pair for pair in record.changes.repeated if pair[0] != pair[1]]


def without_cancelled(record: Record) -> Record:
    """Return the record without the submissions that were cancelled, and the calls of their ids."""
    tried = {record_id for cancel in record.changes.cancels for record_id in cancel.ids}
    return replace(
        record,
        accepted=[accepted for accepted in record.accepted if not tried.intersection(accepted.ids)],
        arrivals=[arrival for arrival in record.arrivals if arrival.record_id not in tried],
    )
