"""The check of the order: what is submitted out of order is called in strict order."""

from collections.abc import Sequence
from pathlib import Path

from ingest_service.selftest.errors import SelftestFailed
from ingest_service.selftest.trial import SLOT_SIZE, Trial
from ingest_service.selftest.verdict import Finding, judged

# The calls of a slot come together, much closer than half of it.
INTERVAL = 0.5
# Priorities and how many ids each submission has.
SUBMISSIONS = [("LOW", 4), ("MEDIUM", 2), ("HIGH", 5), ("LOW", 1), ("HIGH", 4), ("MEDIUM", 3), ("HIGH", 1)]
PRIORITIES = ("HIGH", "MEDIUM", "LOW")

Ids = tuple[int, ...]


def check(folder: Path) -> Finding:
    """Submit while the slots are paused, let them go on, and compare with the order that the rules give."""
    with Trial(folder, INTERVAL) as trial:
        trial.start()
        _steer(trial, "pause")
        submitted = _submit_all(trial)
        _steer(trial, "resume")
        trial.until_done()
        seen = grouped([(arrival.started_ns, arrival.record_id) for arrival in trial.arrivals], trial.interval_ns)
    return judge(expected_slots(submitted), seen)


def judge(expected: Sequence[Ids], seen: Sequence[Ids]) -> Finding:
    """Judge the ids of each slot, which are called side by side: their order within it says nothing."""
    wrong = [number for number, ids in enumerate(expected, 1) if seen[number - 1 : number] != [ids]]
    figures = {"slots": len(seen), "slots in wrong order": len(wrong)}
    fault = f"slot {wrong[0]} did not carry what was most urgent" if wrong else None
    good = f"{len(expected)} slots carried what was most urgent, in the order of acceptance"
    return judged(fault, good, figures)


def expected_slots(submitted: Sequence[tuple[str, Ids]]) -> list[Ids]:
    """Return the ids of each slot, ascending, by the rules: whole batches, up to the first that does not fit."""
    ordered = [ids for wanted in PRIORITIES for priority, ids in submitted if priority == wanted]
    slots: list[Ids] = []
    for batch in (ids[at : at + SLOT_SIZE] for ids in ordered for at in range(0, len(ids), SLOT_SIZE)):
        if slots and len(slots[-1]) + len(batch) <= SLOT_SIZE:
            slots[-1] = tuple(sorted(slots[-1] + batch))
        else:
            slots.append(tuple(sorted(batch)))
    return slots


def grouped(calls: Sequence[tuple[int, int]], interval: int) -> list[Ids]:
    """Return the ids of each slot, ascending, of calls (time, id) in the order of their times."""
    slots: list[list[int]] = []
    last = 0
    for at, record_id in calls:
        if not slots or at - last > interval // 2:
            slots.append([])
        slots[-1].append(record_id)
        last = at
    return [tuple(sorted(slot)) for slot in slots]


def _submit_all(trial: Trial) -> list[tuple[str, Ids]]:
    submitted: list[tuple[str, Ids]] = []
    first = 1
    for priority, count in SUBMISSIONS:
        ids = range(first, first + count)
        if not trial.submit(ids, priority):
            raise SelftestFailed("a submission was not accepted")
        submitted.append((priority, tuple(ids)))
        first += count
    return submitted


def _steer(trial: Trial, what: str) -> None:
    if trial.client.ask("POST", f"/dispatcher/{what}") is None:
        raise SelftestFailed(f"the slots could not be told to {what}")
