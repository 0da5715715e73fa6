"""Deadlines that were accepted and can no longer be met."""

import logging
from collections.abc import Mapping

from ingest_service.domain.model import Ingestion
from ingest_service.ports.engine import Observer
from ingest_service.schedule.snapshot import ScheduleSnapshot

log = logging.getLogger(__name__)


class Deadlines:
    """Tells, once, of each deadline that breaks. One thread."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._broken: set[int] = set()
        self._next: int | None = None

    @property
    def next(self) -> int | None:
        """When the next deadline passes that held so far (monotonic), None without one."""
        return self._next

    def watch(self, snapshot: ScheduleSnapshot, ends: Mapping[int, int]) -> None:
        """Look at those that wait; `ends` is when the last slot of each opens, by its sequence."""
        late = snapshot.took + snapshot.wall_offset
        promised = {entry.sequence: entry.ingestion for entry in snapshot.backlog.entries()}
        dues = {sequence: one.deadline for sequence, one in promised.items() if one.deadline is not None}
        broken = {sequence for sequence, due in dues.items() if ends.get(sequence, 0) + late > due}
        for sequence in broken - self._broken:
            self._tell(promised[sequence])
        self._broken = broken
        kept = [due for sequence, due in dues.items() if sequence not in broken]
        self._next = min(kept) - snapshot.wall_offset + 1 if kept else None

    def _tell(self, ingestion: Ingestion) -> None:
        self._observer.deadline_broken()
        log.warning(
            "the deadline of ingestion %s can no longer be met",
            ingestion.id,
            extra={"ingestion_id": str(ingestion.id)},
        )
