"""The laws, checked against the record of a chaos run; everything that these functions return breaks one."""

from bisect import bisect_left
from collections import Counter
from itertools import groupby, pairwise

from tests.processes.arrival import Answer, Arrival
from tests.processes.load import Accepted
from tests.processes.record import Record
from tests.processes.slots import Slots


def lost(record: Record) -> list[Accepted]:
    """Return the accepted submissions that did not end, or have ids that were neither called nor cancelled."""
    called = {arrival.record_id for arrival in record.arrivals}
    return [
        accepted
        for accepted in record.accepted
        if accepted.ingestion_id not in record.results
        or not (called | cancelled(record, accepted)).issuperset(accepted.ids)
    ]


def cancelled(record: Record, accepted: Accepted) -> set[int]:
    """Return the ids that need not be called, as the client that cancelled was told: by batch or in the results.

    An id whose slot was open at a kill waits to be called again, and may be cancelled before it is called at all.
    """
    if accepted.ingestion_id not in {cancel.ingestion_id for cancel in record.changes.cancels}:
        return set()
    results = record.results[accepted.ingestion_id]
    of_results = {result["id"] for result in results if result.get("error") == "cancelled"}
    return of_results | record.cancelled[accepted.ingestion_id]


def kept(record: Record) -> list[Accepted]:
    """Return the accepted submissions that are in the database."""
    return [accepted for accepted in record.accepted if accepted.ids[0] in record.places]


def called_after_completion(record: Record) -> list[Arrival]:
    """Return the calls of ids that had been reported as completed."""
    return [a for a in record.arrivals if a.at > record.reported.get(a.record_id, a.at)]


def repeats(record: Record) -> Counter[int | None]:
    """Count the repeated calls by the kill that explains them, None if there was none in between.

    A call after a passing failure is not a repeated one.
    """
    last: dict[int, int] = {}
    counts: Counter[int | None] = Counter()
    for arrival in record.arrivals:
        if (before := last.pop(arrival.record_id, None)) is not None:
            kill = next_kill(record, before)
            counts[kill if kill is not None and kill < arrival.at else None] += 1
        if arrival.answer is not Answer.PASSING:
            last[arrival.record_id] = arrival.at
    return counts


def next_kill(record: Record, at: int) -> int | None:
    """Return when the process that was alive at this time was dead; None for the last one."""
    place = bisect_left(record.kills, at)
    return record.kills[place] if place < len(record.kills) else None


def spans_of_four(record: Record) -> list[int]:
    """Return the times from each call to the third call after it, the shortest first."""
    times = [arrival.at for arrival in record.arrivals]
    return sorted(fourth - first for first, fourth in zip(times, times[3:], strict=False))


def windows_over(record: Record, ids: int, window: int) -> list[int]:
    """Return the lengths of those times shorter than a window in which more ids than that were called."""
    times = [arrival.at for arrival in record.arrivals]
    spans = (last - first for first, last in zip(times, times[ids:], strict=False))
    return [span for span in spans if span < window]


def most_in_work(record: Record) -> int:
    """Return the largest number of unanswered calls at once; those of a dead process end with it."""
    changes: list[tuple[int, int]] = []
    for arrival in record.arrivals:
        ends = [end for end in (arrival.answered, next_kill(record, arrival.at)) if end is not None]
        changes += [(arrival.at, 1), (min(ends), -1)]
    at_once = most = 0
    for _, change in sorted(changes):
        at_once += change
        most = max(most, at_once)
    return most


def overtaken(record: Record) -> list[tuple[Arrival, Accepted]]:
    """Return the calls of slots that were opened while something more urgent had been accepted and waited."""
    slots, kept_ones = Slots(record), kept(record)
    first_slot: dict[int, int] = {}
    for arrival in reversed(record.arrivals):
        first_slot[arrival.record_id] = slots.number_of(arrival.at)
    return [
        (arrival, accepted)
        for arrival, slot in [(arrival, slots.number_of(arrival.at)) for arrival in record.arrivals]
        for accepted in kept_ones
        if accepted.answered < slots.opened(slot)
        if first_slot.get(accepted.ids[-1], slot) > slot
        if max(record.places_at(accepted.ids[-1], slots.opened(slot)))
        < min(record.places_at(arrival.record_id, slots.opened(slot)))
    ]


def out_of_acceptance_order(record: Record) -> list[tuple[Accepted, Accepted]]:
    """Return the submissions that were sent after another had been answered, and stand before it."""
    return [
        (one, other)
        for one in kept(record)
        for other in kept(record)
        if one.answered < other.sent and record.places[one.ids[0]][1] > record.places[other.ids[0]][1]
    ]


def drained(record: Record) -> list[tuple[int, int, int]]:
    """Return the places of the ids called after the last kill, by slot; those of one slot are sorted."""
    slots = Slots(record)
    calls = [arrival for arrival in record.arrivals if arrival.at > record.kills[-1]]
    by_slot = groupby(calls, lambda arrival: slots.number_of(arrival.at))
    return [place for _, slot in by_slot for place in sorted(record.places[call.record_id] for call in slot)]


def early_slots(record: Record) -> list[tuple[int, int]]:
    """Return the slots that opened less than an interval after the last recorded start before them."""
    starts = [(opened, opened if started is None else started) for opened, started in record.ledger]
    return [(before, opened) for (_, before), (opened, _) in pairwise(starts) if opened - before < record.interval]
