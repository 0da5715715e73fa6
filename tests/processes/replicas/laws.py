"""The laws, checked against the record of a run with replicas; everything that is returned breaks one."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ingest_service.clock import NANOSECONDS
from tests.processes.arrival import Answer
from tests.processes.load import Accepted
from tests.processes.replicas.arrivals import ReplicaArrival
from tests.processes.replicas.faults import Blow
from tests.processes.replicas.member import MAX_ATTEMPTS
from tests.processes.replicas.record import IdRow, ReplicasRecord, SlotRow
from tests.processes.replicas.spans import Span, overlap, uncovered
from tests.processes.replicas.times import GRANT, LOCK_TIMEOUT, TIMEOUT, UNTIL_LOST

# The processes need this for a poll, some statements, and a connection where one was ended.
_SLACK = 6 * NANOSECONDS // 10
# No more statements than this come, one after the other, between the loss of a slot and the opening of the next.
_STATEMENTS = 25
# A machine that is late by this may keep a replica from its work as a fault does.
_MUCH_LAG = NANOSECONDS // 10

Pair = tuple[ReplicaArrival, ReplicaArrival]


def spans_of_four(record: ReplicasRecord) -> list[int]:
    """Return the times from each call to the third call after it, the shortest first."""
    times = [arrival.at for arrival in record.arrivals]
    return sorted(fourth - first for first, fourth in zip(times, times[3:], strict=False))


def most_in_work(record: ReplicasRecord) -> int:
    """Return the largest number of calls in work at once.

    A replica that is stopped cannot cut off its calls: one that hangs then is in work for longer than it should.
    That is known, so such a call counts until it should have been cut off.
    """
    changes: list[tuple[int, int]] = []
    for arrival in record.arrivals:
        assert arrival.answered is not None, "the upstream knows the end of each call"
        stops = [
            one.span for one in record.struck if one.replica == arrival.replica and one.fault.blow is Blow.STOP
        ]
        is_stopped = any(overlap(stop, (arrival.at, arrival.answered)) for stop in stops)
        end = min(arrival.answered, arrival.at + TIMEOUT) if is_stopped else arrival.answered
        changes += [(arrival.at, 1), (end, -1)]
    at_once = most = 0
    for _, change in sorted(changes):
        at_once += change
        most = max(most, at_once)
    return most


def lost(record: ReplicasRecord) -> list[Accepted]:
    """Return the accepted submissions that are not known, or not all of whose ids ended or were cancelled."""
    return [one for one in record.accepted if not all(_has_ended(record.ids.get(i), one) for i in one.ids)]


def _has_ended(row: IdRow | None, accepted: Accepted) -> bool:
    return (
        row is not None
        and row.ingestion_id == accepted.ingestion_id
        and (row.is_cancelled or row.attempts is not None)
    )


def wrong_results(record: ReplicasRecord) -> list[Accepted]:
    """Return the submissions whose clients are not told what the database has of each id that has ended."""
    return [
        one
        for one in record.accepted
        if [(result["id"], "error" not in result) for result in record.results[one.ingestion_id]]
        != [(i, record.ids[i].is_good) for i in one.ids if record.ids[i].attempts is not None]
    ]


def out_of_acceptance_order(record: ReplicasRecord) -> list[tuple[Accepted, Accepted]]:
    """Return the submissions that were sent after another had been answered, and stand before it."""
    return [
        (one, other)
        for one in record.accepted
        for other in record.accepted
        if one.answered < other.sent and record.sequences[one.ingestion_id] > record.sequences[other.ingestion_id]
    ]


class Slots:
    """The slots of a record, and the one of each call."""

    def __init__(self, record: ReplicasRecord) -> None:
        self._opened = [slot.span[0] for slot in record.slots]
        self._of_id: dict[int, list[SlotRow]] = defaultdict(list)
        for slot in record.slots:
            for record_id in slot.ids:
                self._of_id[record_id].append(slot)

    def of(self, arrival: ReplicaArrival) -> SlotRow | None:
        """Return the slot in which a call was made: the last one before it that carried its id."""
        own = self._of_id[arrival.record_id]
        place = bisect_right(own, arrival.at, key=lambda slot: slot.span[0])
        return own[place - 1] if place else None


def foreign_calls(record: ReplicasRecord) -> list[ReplicaArrival]:
    """Return the calls that belong to no slot of their replica, or to one in which their id was called already."""
    slots, seen, foreign = Slots(record), set(), []
    for arrival in record.arrivals:
        slot = slots.of(arrival)
        own = None if slot is None else (slot.number, arrival.record_id)
        if slot is None or slot.replica != arrival.replica or slot.how == "uncalled" or own in seen:
            foreign.append(arrival)
        seen.add(own)
    return foreign


def unexplained_losses(record: ReplicasRecord) -> list[SlotRow]:
    """Return the slots that were lost although nothing kept their replica from closing them."""
    return [slot for slot in record.slots if slot.how == "lost" and not _is_explained(record, slot)]


def unexplained_repeats(record: ReplicasRecord) -> list[Pair]:
    """Return the calls of ids that had been answered for good in a slot that was closed, undisturbed."""
    slots, repeats = Slots(record), []
    for before, after in _repeats(record):
        slot = slots.of(before)
        if slot is None or not (_may_have_failed(before, slot) or _is_explained(record, slot)):
            repeats.append((before, after))
    return repeats


def _may_have_failed(call: ReplicaArrival, slot: SlotRow) -> bool:
    """Return whether the answer, the loss of its slot or, on a busy machine, the time limit let a call fail."""
    opened, closed = slot.span
    return call.answer is Answer.PASSING or slot.how == "lost" or closed - opened >= TIMEOUT


def _repeats(record: ReplicasRecord) -> Iterator[Pair]:
    last: dict[int, ReplicaArrival] = {}
    for arrival in record.arrivals:
        if before := last.get(arrival.record_id):
            yield before, arrival
        last[arrival.record_id] = arrival


def _is_explained(record: ReplicasRecord, slot: SlotRow) -> bool:
    """Return whether a fault, or a busy machine, kept a replica from its work in a slot."""
    disturbed = any(overlap(fault, slot.span) for fault in record.faults_of(slot.replica))
    return disturbed or record.lag(slot.span) >= _MUCH_LAG


def called_after_completion(record: ReplicasRecord) -> list[ReplicaArrival]:
    """Return the calls of ids that had been reported as completed."""
    return [a for a in record.arrivals if a.at > record.reported.get(a.record_id, a.at)]


def miscounted_attempts(record: ReplicasRecord) -> list[int]:
    """Return the ids whose attempts are not those of the slots that were closed with their calls.

    A call that was cut off before it was sent is an attempt that the upstream did not see.
    """
    slots = Slots(record)
    calls: dict[int, int] = defaultdict(int)
    for arrival in record.arrivals:
        slot = slots.of(arrival)
        calls[arrival.record_id] += slot is not None and slot.how == "closed"
    most: dict[int, int] = defaultdict(int)
    for slot in record.slots:
        for record_id in slot.ids:
            most[record_id] += slot.how == "closed"
    rows = [(record_id, row.attempts) for record_id, row in record.ids.items() if row.attempts is not None]
    return [i for i, attempts in rows if not calls[i] <= attempts <= min(most[i], MAX_ATTEMPTS)]


def ended_twice(record: ReplicasRecord) -> list[SlotRow]:
    """Return the slots that were ended more than once, or never."""
    return [slot for slot in record.slots if slot.ends != 1]


def strange_outcomes(record: ReplicasRecord) -> list[int]:
    """Return the ids with more than one outcome, or with one that was written with another slot, or a lost one.

    A slot in which nothing was called writes those of the ids that were cancelled meanwhile.
    """
    written = {slot.number: slot.ids for slot in record.slots if slot.how != "lost"}
    return [
        record_id
        for record_id, row in record.ids.items()
        if len(row.ended_in) > 1
        or any(number is not None and record_id not in written.get(number, ()) for number in row.ended_in)
    ]


def calls_in_pauses(record: ReplicasRecord) -> list[ReplicaArrival]:
    """Return the calls in a pause of the operator, after the time in which a slot may still begin its calls."""
    return [
        arrival
        for arrival in record.arrivals
        for paused, resumed in record.paused
        if paused + GRANT < arrival.at < resumed
    ]


def long_holds(record: ReplicasRecord) -> list[Span]:
    """Return when a client that did not move held the gate for too long, while no other replica was struck.

    Another one wants the gate at the latest when a slot is lost, and ends its holder when it has waited in vain.
    """
    longest = UNTIL_LOST + LOCK_TIMEOUT + _SLACK
    return [
        hold
        for hold in record.holds
        if hold[1] - hold[0] > longest + _delay(record, hold)
        if len({one.replica for one in record.struck if overlap(one.span, hold)}) == 1
    ]


def gaps(record: ReplicasRecord) -> list[tuple[int, Span]]:
    """Return the times without a slot although one could have opened, the longest first."""
    excused = [*record.outages(), *record.holds, *record.pauses, *record.idle]
    spans = [(one.span[0], other.span[0]) for one, other in pairwise(record.slots)]
    return sorted(((uncovered(span, excused), span) for span in spans), reverse=True)


def long_gaps(record: ReplicasRecord) -> list[tuple[int, Span]]:
    """Return the gaps that are longer than it takes to declare a slot lost, on a machine as busy as this one."""
    return [(gap, span) for gap, span in gaps(record) if gap > UNTIL_LOST + _SLACK + _delay(record, span)]


def _delay(record: ReplicasRecord, span: Span) -> int:
    """Return the time that a busy machine takes from a chain of statements."""
    return record.lag(span) + _STATEMENTS * record.statement_time(span)
