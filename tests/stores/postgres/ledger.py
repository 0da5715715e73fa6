"""The ledger of a PostgreSQL database, read for the laws. All ingestions have one id each, none was cancelled."""

from collections import defaultdict
from collections.abc import Iterable
from heapq import nsmallest
from uuid import UUID

from ingest_service.stores.postgres.connections import connect

# What became of each ingestion, and one row for each place where its id is.
_PLACES = """
SELECT id FROM ingestions JOIN (
    SELECT sequence FROM backlog UNION ALL SELECT sequence FROM retries UNION ALL SELECT sequence FROM outcomes
    UNION ALL SELECT sequence FROM calls JOIN slots ON number = slot WHERE closed_at IS NULL
) AS places USING (sequence)
"""


def lost(url: str, accepted: Iterable[UUID]) -> set[UUID]:
    """Return the ingestions whose id does not wait, is not being called and has no outcome. None may be twice."""
    with connect(url) as session:
        rows = [UUID(bytes=row[0]) for row in session.execute(_PLACES)]
    found = set(rows)
    assert len(rows) == len(found), "an id is in two places"
    return set(accepted) - found


def wrong_slots(url: str, slot_size: int = 3) -> list[int]:
    """Return the slots that did not take the most urgent ids of their moment: the changes are played again."""
    with connect(url) as session:
        called = defaultdict(list)
        for slot, sequence in session.execute("SELECT slot, sequence FROM calls ORDER BY slot, place"):
            called[slot].append(sequence)
        changes = session.execute(
            "SELECT sequence, priority FROM changes WHERE sequence IS NOT NULL ORDER BY version"
        ).fetchall()
    slots, wrong = iter(sorted(called.items())), []
    waiting: dict[int, int] = {}
    left: list[int] = []
    for sequence, priority in changes:
        if priority is not None:
            waiting[sequence] = priority
            continue
        if not left:
            number, left = next(slots)
            if left != [one for _, one in nsmallest(slot_size, ((p, s) for s, p in waiting.items()))]:
                wrong.append(number)
        left.remove(sequence)
        del waiting[sequence]
    return wrong
