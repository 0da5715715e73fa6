"""The service as a queue that is to hand out all that it takes, in the manner of Jepsen's total-queue.

What goes in are the ids of the submissions, and what comes out are the calls of the upstream.
"""

from collections.abc import Sequence

from tests.faults.histories.history import History, Kind
from tests.processes.arrival import Arrival


def lost(history: History, calls: Sequence[Arrival]) -> set[int]:
    """Return the ids that were accepted and never called, though their submission was not to be cancelled."""
    kept = history.accepted() - history.maybe_cancelled()
    return {record_id for name in kept for record_id in history.ids[name]} - {call.record_id for call in calls}


def unexpected(history: History, calls: Sequence[Arrival]) -> set[int]:
    """Return the ids that were called, though they were in no submission that may have been accepted."""
    named = {record_id for name in history.maybe_accepted() for record_id in history.ids[name]}
    return {call.record_id for call in calls} - named


def kept_twice(history: History) -> set[int]:
    """Return the names of submissions that two ingestions stand for, or that share one with another."""
    found = {(one.name, one.ingestion_id) for one in history.operations if one.kind is Kind.SUBMIT and one.is_done}
    names, ingestions = [name for name, _ in found], [ingestion for _, ingestion in found]
    return {name for name, ingestion in found if names.count(name) > 1 or ingestions.count(ingestion) > 1}
