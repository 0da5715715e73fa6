"""Check of what a power cut left: the code of the service opens the files, and all that waits is called."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import IngestError
from tests.dispatch.on_disk import OnDisk
from tests.doubles import VirtualClock
from tests.engines.wiring import RATE
from tests.faults.noting_clients import Notes, Submitted
from tests.processes.arrival import Arrival

_PRIORITIES = ("HIGH", "MEDIUM", "LOW")
# Larger ingestions are cancelled: their calls would take too long.
_MOST_CALLED = 1000
_ROWS = (
    "SELECT id, sequence, priority, ids, cancelled_at IS NOT NULL "
    "FROM ingestions LEFT JOIN cancellations USING (sequence)"
)


class _Row:
    """An ingestion as it is in the database."""

    def __init__(self, key: bytes, sequence: int, priority: int, ids: bytes, cancelled: int) -> None:
        self.id = str(UUID(bytes=key))
        self.sequence = sequence
        self.priority = priority
        self.ids = PackedIds(ids)
        self.cancelled = bool(cancelled)


class Aftermath:
    """All that the clients noted and the upstream saw in one run, against what is left of the files."""

    def __init__(self, notes: Notes, arrivals: Sequence[Arrival]) -> None:
        self._notes = notes
        self._arrivals = sorted(arrivals, key=lambda arrival: arrival.at)

    def broken(self, database: Path, at: float) -> list[str]:
        """Return the promises that are broken after a power cut at this time (monotonic), as sentences."""
        clock = VirtualClock(boot="the boot after the power cut")
        clock.wall_offset = time.time_ns() - clock.wall()
        left = OnDisk(database, clock)
        try:
            left.start()
            return list(self._broken(left, at))
        except IngestError as error:
            return [f"refused: {error}"]
        finally:
            left.stop()

    def _broken(self, left: OnDisk, at: float) -> Iterator[str]:
        with left.database.read() as connection:
            rows = {row.id: row for row in (_Row(*columns) for columns in connection.execute(_ROWS))}
            written = Counter(record_id for (record_id,) in connection.execute("SELECT record_id FROM calls"))
        arrived = [arrival.record_id for arrival in self._arrivals if arrival.at < at]
        if missing := Counter(arrived) - written:
            yield f"called, and not written down: {sorted(missing)}"
        if arrived and left.waits < RATE.interval / 1e9:
            yield f"the first slot may open after {left.waits} s"
        submitted = [s for s in self._notes.submitted if s.answered is not None and s.answered < at]
        yield from (sentence for s in submitted for sentence in _unlike(s, rows.get(s.ingestion_id), at))
        left.engine.resume()
        for long in [row for row in rows.values() if len(row.ids) > _MOST_CALLED and not row.cancelled]:
            left.engine.cancel(long.sequence)
            long.cancelled = True
        yield from self._broken_by_calls(_drained(left), rows, arrived, at)
        with left.database.read() as connection:
            ended = {record_id for (record_id,) in connection.execute("SELECT record_id FROM outcomes")}
        if lost := {i for row in rows.values() if not row.cancelled for i in row.ids} - ended:
            yield f"without an outcome in the end: {sorted(lost)}"

    def _broken_by_calls(
        self, called: list[int], rows: dict[str, _Row], arrived: list[int], at: float
    ) -> Iterator[str]:
        """Yield what is wrong with the calls that are made of what is left."""
        rows = {key: row for key, row in rows.items() if len(row.ids) <= _MOST_CALLED}
        places = {i: (row.priority, row.sequence, n) for row in rows.values() for n, i in enumerate(row.ids)}
        if unknown := set(called) - places.keys():
            yield f"called, though not accepted: {sorted(unknown)}"
        order = [places[record_id] for record_id in called if record_id in places]
        if order != sorted(order):
            yield f"called in another order: {called}"
        if again := set(called) & (set(arrived) - set(arrived[-RATE.slot_size :])):
            yield f"called again, though a later slot was seen: {sorted(again)}"
        if again := {record_id for record_id in called if self._notes.shown.get(record_id, at) < at}:
            yield f"called again, though shown as completed: {sorted(again)}"
        if wrong := {i for row in rows.values() if row.cancelled for i in row.ids} & set(called) - set(arrived):
            yield f"called, though cancelled: {sorted(wrong)}"


def _unlike(submitted: Submitted, row: _Row | None, at: float) -> Iterator[str]:
    """Yield what is not as a client was told before the time of the power cut."""
    if row is None:
        yield f"lost: {submitted.ingestion_id}"
        return
    if row.ids != PackedIds.of(submitted.ids):
        yield f"other ids: {submitted.ingestion_id}"
    if submitted.cancelled is not None and submitted.cancelled < at and not row.cancelled:
        yield f"no more cancelled: {submitted.ingestion_id}"
    told = [asked for asked, answered, _ in submitted.priorities if answered is not None and answered < at]
    possible = {priority for asked, _, priority in submitted.priorities if max(told) <= asked < at}
    if _PRIORITIES[row.priority] not in possible:
        yield f"{_PRIORITIES[row.priority]}, and not one of {sorted(possible)}: {submitted.ingestion_id}"


def _drained(left: OnDisk) -> list[int]:
    """Call all that waits, and return the ids in the order of the calls."""
    return [record_id for ids in iter(left.run_slot_if_any, None) for record_id in ids]
