"""The service as a queue that is to hand out all that it takes, in the manner of Jepsen's total-queue.

What goes in are the ids of the submissions, and what comes out are the calls of the upstream.
"""

from bisect import bisect_left
from collections.abc import Sequence

from tests.faults.histories.history import History, Kind
from tests.processes.arrival import Answer, Arrival


def lost(history: History, calls: Sequence[Arrival]) -> set[int]:
    """Return the ids that were accepted and never called, though their submission was not to be cancelled."""
    kept = history.accepted() - history.maybe_cancelled()
    return {record_id for name in kept for record_id in history.ids[name]} - {call.record_id for call in calls}


def unexpected(history: History, calls: Sequence[Arrival]) -> set[int]:
    """Return the ids that were called, though they were in no submission that may have been accepted."""
    named = {record_id for name in history.maybe_accepted() for record_id in history.ids[name]}
    return {call.record_id for call in calls} - named


def duplicated(history: History, calls: Sequence[Arrival]) -> list[Arrival]:
    """Return the calls after a call of the same id that needs no other one, unless a kill came in between."""
    return [again for _, again, kill in _repeats(history, calls) if kill is None]


def duplicated_by_a_kill(history: History, calls: Sequence[Arrival]) -> dict[int, int]:
    """Return how many ids were called again for each kill."""
    counts = dict.fromkeys(history.kills, 0)
    for _, _, kill in _repeats(history, calls):
        if kill is not None:
            counts[kill] += 1
    return counts


def kept_twice(history: History) -> set[int]:
    """Return the names of submissions that two ingestions stand for, or that share one with another."""
    found = {(one.name, one.ingestion_id) for one in history.operations if one.kind is Kind.SUBMIT and one.is_done}
    names, ingestions = [name for name, _ in found], [ingestion for _, ingestion in found]
    return {name for name, ingestion in found if names.count(name) > 1 or ingestions.count(ingestion) > 1}


def _repeats(history: History, calls: Sequence[Arrival]) -> list[tuple[Arrival, Arrival, int | None]]:
    """Return (call, the next one of its id, the first kill in between) for calls that did not fail for a while."""
    last: dict[int, Arrival] = {}
    found = []
    for call in sorted(calls, key=lambda one: one.at):
        before = last.get(call.record_id)
        if before is not None and before.answer is not Answer.PASSING:
            found.append((before, call, _kill_between(history.kills, before.at, call.at)))
        last[call.record_id] = call
    return found


def _kill_between(kills: Sequence[int], after: int, before: int) -> int | None:
    place = bisect_left(kills, after)
    return kills[place] if place < len(kills) and kills[place] < before else None
