"""A copy of what waits takes changes one by one and in bulk."""

import pytest

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.stores.postgres.backlog_copy import BacklogCopy
from ingest_service.stores.postgres.waiting import EntriesRead

HELD = 1000


def entry(sequence: int, priority: int, ids: int = 5, ready: int = 0) -> Entry:
    return Entry.whole(sequence, Ingestion(sequence, Priority(priority), 3, ids), ready)


@pytest.fixture
def copy() -> BacklogCopy:
    copy = BacklogCopy()
    held = [entry(sequence, sequence % 3) for sequence in range(HELD)]
    copy.load(EntriesRead(held[: HELD // 2], held[HELD // 2 :]))
    return copy


@pytest.mark.parametrize("at_once", [1, HELD])
def test_changes_lead_to_the_same_entries_whether_they_come_one_by_one_or_at_once(
    copy: BacklogCopy, at_once: int
) -> None:
    moved = {sequence: entry(sequence, 0, ids=1) for sequence in range(0, HELD, 5)}
    delayed = {sequence: entry(sequence, 2, ids=2, ready=9) for sequence in range(HELD, HELD + 100)}
    changed = sorted({*moved, *delayed, *range(0, HELD, 7)})
    for first in range(0, len(changed), at_once):
        sequences = changed[first : first + at_once]
        now = [moved[sequence] for sequence in sequences if sequence in moved]
        later = [delayed[sequence] for sequence in sequences if sequence in delayed]
        copy.replace(sequences, EntriesRead(now, later))
    waiting = copy.snapshot(slots=0)
    kept = [entry(sequence, sequence % 3) for sequence in range(HELD) if sequence not in changed]
    expected_now = sorted([*moved.values(), *(one for one in kept if one.sequence < HELD // 2)])
    expected_later = sorted([*delayed.values(), *(one for one in kept if one.sequence >= HELD // 2)])
    assert [(one, one.positions) for one in waiting.now] == [(one, one.positions) for one in expected_now]
    assert [(one, one.positions) for one in waiting.later] == [(one, one.positions) for one in expected_later]
    assert copy.ready == 0
