"""Laws about what a status says, each by itself and one after the other."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from ingestctl.models import Batch, Status
from ingestctl.verify.record import BATCH_SIZE, Record
from ingestctl.verify.verdict import Judgement, judged, not_judged
from ingestctl.verify.watched import Sighting, Watched

_NOTHING_READ = "no status was read"
_ORDER = {Status.YET_TO_START: 0, Status.TRIGGERED: 1, Status.COMPLETED: 2, Status.CANCELLED: 2}


def shape(record: Record) -> Judgement:
    """Judge the keys and types of every status, also whether it is about the ingestion that was asked for."""
    findings = [
        f"GET /status of {one} {reply}; it should answer 200 with ingestion_id, status and batches of batch_id, "
        "ids and status."
        for one in record.watched
        for reply in one.strange
        if not record.restart or reply.answered < record.restart.at
    ]
    findings += [
        f"GET /status of {one} has the ingestion_id {sighting.status.ingestion_id}; it is {one.ingestion_id}."
        for one in record.watched
        for sighting in one.sightings
        if sighting.status.ingestion_id != one.ingestion_id
    ]
    if not findings and not record.sightings:
        return not_judged(_NOTHING_READ)
    return judged(findings, f"{len(record.sightings)} statuses read")


def batches(record: Record) -> Judgement:
    """Judge the batches that the ids became, from the first look to the last."""
    if not record.sightings:
        return not_judged(_NOTHING_READ)
    findings = [finding for one in record.watched for finding in _differences(one)]
    return judged(findings, f"{len(record.spans)} batches of up to {BATCH_SIZE} ids")


def hundred_ids(record: Record) -> Judgement:
    """Judge the batches of the ingestion with 100 ids."""
    if not record.hundred:
        return not_judged("the run ended before")
    (one,) = record.hundred
    if not one.sightings:
        return not_judged(_NOTHING_READ)
    listed = [record_id for span in one.spans() for record_id in span.ids]
    finding = f"{one} lists {len(listed)} ids; it should list all of them in the order given."
    return judged([finding] if listed != list(one.ids) else [], f"100 ids in {one.total} batches")


def transitions(record: Record) -> Judgement:
    """Judge whether a status ever went backwards; a restart may begin again what was not completed."""
    if all(len(one.sightings) < 2 for one in record.watched):
        return not_judged("no ingestion was seen twice")
    findings = [
        f"Batch {number + 1} of {one} went from {before} to {after}; a status should only go forwards."
        for one in record.watched
        for number, before, after in _changes(one, record)
        if _ORDER[after] < _ORDER[before]
    ]
    return judged(findings, "statuses went forwards only")


def outer_status(record: Record) -> Judgement:
    """Judge the status of each ingestion by those of its batches."""
    if not record.sightings:
        return not_judged(_NOTHING_READ)
    findings = [
        f"{one} was {status.status} while its batches were {_listed(status.batches)}; it should be {right}."
        for one in record.watched
        for status in (sighting.status for sighting in one.sightings)
        if status.status is not (right := _derived(status.batches))
    ]
    return judged(findings, "each follows from its batches")


def _differences(one: Watched) -> Iterator[str]:
    right = [tuple(one.ids[start : start + BATCH_SIZE]) for start in range(0, len(one.ids), BATCH_SIZE)]
    for sighting in one.sightings:
        listed = [batch.ids for batch in sighting.status.batches]
        for number in range(max(len(right), len(listed))):
            seen, should = listed[number : number + 1], right[number : number + 1]
            if seen != should:
                yield f"Batch {number + 1} of {one} is {_ids(seen)}; it should be {_ids(should)}."
                return


def _ids(batches: list[tuple[int, ...]]) -> str:
    return str(list(batches[0])) if batches else "missing"


def _changes(one: Watched, record: Record) -> Iterator[tuple[int, Status, Status]]:
    """Yield the number of every batch with its statuses in two sightings that follow each other."""
    for before, after in pairwise(one.sightings):
        if not _is_between(record, before, after):
            pairs = zip(before.status.batches, after.status.batches, strict=False)
            yield from ((number, old.status, new.status) for number, (old, new) in enumerate(pairs))


def _is_between(record: Record, before: Sighting, after: Sighting) -> bool:
    return record.restart is not None and before.asked <= record.restart.at <= after.answered


def _derived(of: Iterable[Batch]) -> Status:
    statuses = {batch.status for batch in of}
    return statuses.pop() if len(statuses) == 1 else Status.TRIGGERED


def _listed(of: Iterable[Batch]) -> str:
    return ", ".join(batch.status for batch in of)
