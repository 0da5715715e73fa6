"""What a record says about the laws when calls fail; whatever these functions return breaks one."""

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

# By then a slot whose last answer was given is written down.
_WRITTEN = 500_000_000


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


def written_by(record: Record, call: Arrival) -> int:
    """Return when what came of a call was surely written down, had the process lived on.

    Its slot was by the time the next one opened, or soon after the last of its answers.
    """
    slot = [a for a in record.arrivals if abs(a.at - call.at) < record.interval]
    following = [a.at for a in record.arrivals if a.at - call.at >= record.interval]
    return min([max(a.answered or a.at for a in slot) + _WRITTEN, *following[:1]])


def known(record: Record, call: Arrival, at: int) -> bool:
    """Whether the process that lived at a time after a call must have known its answer, across restarts."""
    kill = next_kill(record, call.at)
    return kill is None or kill > at or kill > written_by(record, call)


def pauses(record: Record) -> Iterator[tuple[Arrival, int]]:
    """Yield the calls that were answered with a pause, and when it ended."""
    for call in record.arrivals:
        if call.pause and call.answered:
            yield call, call.answered + call.pause


def broken_pauses(record: Record) -> list[tuple[Arrival, Arrival]]:
    """Return the calls of later slots that came before a pause had ended of which the service must have known."""
    return [
        (pausing, arrival)
        for pausing, end in pauses(record)
        for arrival in record.arrivals
        if pausing.at + record.interval <= arrival.at < end and known(record, pausing, arrival.at)
    ]


def pauses_across_kills(record: Record) -> list[Arrival]:
    """Return the calls answered with a pause during which a process was killed that must have known of it."""
    return [
        pausing
        for pausing, end in pauses(record)
        if any(written_by(record, pausing) < kill < end for kill in record.kills)
    ]


def called_too_often(record: Record, attempts: int) -> list[Arrival]:
    """Return the calls of ids whose attempts were used up, even without those that a kill may have cut off."""
    earlier: dict[int, list[Arrival]] = defaultdict(list)
    too_often = []
    for arrival in record.arrivals:
        calls = earlier[arrival.record_id]
        if sum(known(record, call, arrival.at) for call in calls) >= attempts:
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
