"""The laws for calls that fail, checked against a record; everything that these functions return breaks one."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ingest_service.upstreams.fake.answers import good_body
from tests.processes.arrival import Answer, Arrival
from tests.processes.laws import next_kill
from tests.processes.load import Accepted
from tests.processes.record import Record
from tests.processes.slots import Slots


def wrong_results(record: Record) -> list[Accepted]:
    """Return the submissions whose results are not one for each id: good exactly if its last answer was."""
    last = {arrival.record_id: arrival.answer for arrival in record.arrivals}
    return [
        accepted
        for accepted in record.accepted
        if [(r["id"], r.get("result"), "error" in r) for r in record.results.get(accepted.ingestion_id, [])]
        != [_expected(record_id, last.get(record_id)) for record_id in accepted.ids]
    ]


def _expected(record_id: int, last: Answer | None) -> tuple[int, object, bool]:
    good = last is Answer.GOOD
    return record_id, json.loads(good_body(record_id)) if good else None, not good


def first_calls(record: Record) -> Record:
    """Return the record without the calls of ids that had been called before: retries wait for their time."""
    first = {arrival.record_id: arrival for arrival in reversed(record.arrivals)}
    return replace(record, arrivals=sorted(first.values(), key=lambda arrival: arrival.at))


def early_restarts(record: Record) -> list[tuple[Arrival, Arrival]]:
    """Return the first calls after a restart that came less than an interval after the last one before it."""
    return [
        (before, after)
        for before, after in pairwise(record.arrivals)
        if after.at - before.at < record.interval and next_kill(record, before.at) != next_kill(record, after.at)
    ]


def is_known(record: Record, slots: Slots, call: Arrival, at: int) -> bool:
    """Return whether the process that lived at a time after a call knew its answer.

    It does if it made the call itself, and if the slot of the call was closed by the process that did.
    """
    kill = next_kill(record, call.at)
    return kill is None or kill > at or slots.is_closed(slots.number_of(call.at))


def pauses(record: Record) -> Iterator[tuple[Arrival, int]]:
    """Yield the calls that were answered with a pause, and when it ended."""
    for call in record.arrivals:
        if call.pause and call.answered:
            yield call, call.answered + call.pause


def broken_pauses(record: Record) -> list[tuple[Arrival, Arrival]]:
    """Return the calls of later slots that came before the end of a pause that the service knew of."""
    slots = Slots(record)
    return [
        (pausing, arrival)
        for pausing, end in pauses(record)
        for arrival in record.arrivals
        if pausing.at < arrival.at < end
        if slots.number_of(arrival.at) > slots.number_of(pausing.at)
        if is_known(record, slots, pausing, arrival.at)
    ]


def pauses_across_kills(record: Record) -> list[Arrival]:
    """Return the calls answered with a pause during which a process was killed that had written it down."""
    slots = Slots(record)
    return [
        pausing
        for pausing, end in pauses(record)
        if slots.is_closed(slots.number_of(pausing.at))
        if any(pausing.at < kill < end for kill in record.kills)
    ]


def called_too_often(record: Record, attempts: int) -> list[Arrival]:
    """Return the calls of ids whose attempts were used up, not counting those that a kill cut off."""
    slots = Slots(record)
    earlier: dict[int, list[Arrival]] = defaultdict(list)
    too_often = []
    for arrival in record.arrivals:
        calls = earlier[arrival.record_id]
        if sum(is_known(record, slots, call, arrival.at) for call in calls) >= attempts:
            too_often.append(arrival)
        calls.append(arrival)
    return too_often


def given_up_early(record: Record, attempts: int) -> set[int]:
    """Return the ids whose last call met a passing failure although they had attempts left."""
    calls: dict[int, list[Arrival]] = defaultdict(list)
    for arrival in record.arrivals:
        calls[arrival.record_id].append(arrival)
    return {
        record_id for record_id, own in calls.items() if own[-1].answer is Answer.PASSING and len(own) < attempts
    }
