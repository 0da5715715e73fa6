"""Ingestions as lines of text, for pipes and programs.

A function that gets two snapshots, the one before (None at first) and the one after, yields what is new.
"""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from ingestctl.models import Ingestion, Status, TimedBatch
from ingestctl.render.json_lines import as_json
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.summary import summary
from ingestctl.render.view import RELEASED, IngestionView
from ingestctl.render.wording import plural

Ingestions = Snapshot[IngestionView]


def changes(before: Ingestions | None, after: Ingestions) -> Iterator[str]:
    """Yield a line for every batch that has a new status; before the first snapshot all were yet to start."""
    for old, new in _pairs(before, after):
        for batch in _changed(old, new):
            yield _prefix(new, after) + line(batch)
        if _cancelled(old) != _cancelled(new):
            yield f"{_prefix(new, after)}{_cancelled(new)}"


def summaries(before: Ingestions | None, after: Ingestions) -> Iterator[str]:
    """Yield a line for every ingestion that has made progress."""
    for old, new in _pairs(before, after):
        if old is None or summary(old) != summary(new):
            yield _prefix(new, after) + summary(new)


def states(before: Ingestions | None, after: Ingestions) -> Iterator[str]:
    """Yield every ingestion that is new in any way as JSON, with the batches that have a new status."""
    for old, new in _pairs(before, after):
        if old is None or _state(old) != _state(new):
            yield as_json(_state(new) | {"changed": [batch.raw for batch in _changed(old, new)]})


def last_states(snapshot: Ingestions) -> Iterator[str]:
    """Yield all ingestions as one JSON text: a single one as an object, several as an array."""
    known = [_state(view) for view in snapshot.states]
    yield as_json(known[0] if len(known) == 1 else known)


def ended_ids(before: Ingestions | None, after: Ingestions) -> Iterator[str]:
    """Yield the id of every ingestion that has ended."""
    for old, new in _pairs(before, after):
        if new.ended and not (old and old.ended):
            yield new.whole.ingestion_id


def line(batch: TimedBatch) -> str:
    """Return a batch with its ids and its status."""
    return f"batch {batch.number + 1}  {list(batch.ids)}  {batch.status}"


def _pairs(before: Ingestions | None, after: Ingestions) -> Iterator[tuple[IngestionView | None, IngestionView]]:
    return zip(before.states if before else repeat(None), after.states, strict=False)


def _prefix(view: IngestionView, snapshot: Ingestions) -> str:
    """Return the id of the ingestion, if there are several."""
    return f"{view.whole.ingestion_id}  " if len(snapshot.states) > 1 else ""


def _changed(old: IngestionView | None, new: IngestionView) -> Iterator[TimedBatch]:
    past = {batch.number: batch.status for batch in old.batches} if old else {}
    return (batch for batch in new.batches if batch.status in RELEASED and batch.status != past.get(batch.number))


def _cancelled(view: IngestionView | None) -> str:
    """Return the line about the cancelled batches, which are always the last ones."""
    count = view.counts[Status.CANCELLED] if view else 0
    if view is None or not count:
        return ""
    last = view.whole.total
    numbers = f"{last}" if count == 1 else f"{last - count + 1} to {last}"
    return f"{plural(count, 'batch')} {numbers}  {Status.CANCELLED}"


def _state(view: IngestionView) -> dict[str, Any]:
    whole = view.whole
    if isinstance(whole, Ingestion):
        return dict(whole.raw)
    return {"ingestion_id": whole.ingestion_id, "status": whole.status, "batches": dict(view.counts)}
