"""Accepted deadlines that can no longer be met."""

import logging
from collections.abc import Mapping

from ingest_service.domain.model import Ingestion
from ingest_service.ports.observer import Observer
from ingest_service.schedule.snapshot import ScheduleSnapshot

log = logging.getLogger(__name__)


class Deadlines:
    """Logs and counts each deadline that breaks, once. One thread."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._broken: set[int] = set()
        self._next: int | None = None

    @property
    def next(self) -> int | None:
        """Time at which the next deadline passes that held so far (monotonic), None without one."""
        return self._next

    def watch(self, snapshot: ScheduleSnapshot, ends: Mapping[int, int]) -> None:
        """Look at all that waits; `ends` are the openings of the last slots, by the sequence of the ingestion."""
        late = snapshot.took + snapshot.wall_offset
        promised = {entry.sequence: entry.ingestion for entry in snapshot.waiting}
        dues = {sequence: one.deadline for sequence, one in promised.items() if one.deadline is not None}
        broken = {sequence for sequence, due in dues.items() if ends.get(sequence, 0) + late > due}
        for sequence in broken - self._broken:
            self._report(promised[sequence])
        self._broken = broken
        kept = [due for sequence, due in dues.items() if sequence not in broken]
        self._next = min(kept) - snapshot.wall_offset + 1 if kept else None

    def _report(self, ingestion: Ingestion) -> None:
        self._observer.deadline_broken()
        log.warning(
            "the deadline of ingestion %s can no longer be met",
            ingestion.id,
            extra={"ingestion_id": str(ingestion.id)},
        )
