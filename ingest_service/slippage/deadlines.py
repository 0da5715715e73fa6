"""Accepted deadlines that can no longer be met."""

import logging
from collections.abc import Iterator

from ingest_service.domain.model import Ingestion
from ingest_service.ports.observer import Observer
from ingest_service.schedule.ends import Ends, Waiting
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

    def watch(self, snapshot: ScheduleSnapshot, ends: Ends) -> None:
        """Look at all that waits. The cost grows with the blocks, and with deadlines in those that end late."""
        late = snapshot.took + snapshot.wall_offset
        last_opens: dict[int, int] = {}
        promised: dict[int, tuple[Ingestion, int]] = {}
        # Without a deadline the ends are not computed: a start then has not to wait for them.
        promises = _promises(ends, late) if snapshot.waiting.has_deadlines else ()
        for one, due, opens in promises:
            promised[one.sequence] = one.ingestion, due
            last_opens[one.sequence] = max(opens, last_opens.get(one.sequence, opens))
        broken = {sequence for sequence, (_, due) in promised.items() if last_opens[sequence] + late > due}
        for sequence in broken - self._broken:
            self._report(promised[sequence][0])
        self._broken = broken
        kept = [due for sequence, (_, due) in promised.items() if sequence not in broken]
        to_come = min((due for due in kept if due >= snapshot.taken_at), default=None)
        self._next = None if to_come is None else to_come - snapshot.wall_offset + 1

    def _report(self, ingestion: Ingestion) -> None:
        self._observer.deadline_broken()
        log.warning(
            "the deadline of ingestion %s can no longer be met",
            ingestion.id,
            extra={"ingestion_id": str(ingestion.id)},
        )


def _promises(ends: Ends, late: int) -> Iterator[tuple[Waiting, int, int]]:
    """Yield what has a deadline, with that and the opening of its last slot.

    Of the entries of a leg that all end before the first deadline there, only the one with that comes.
    """
    for run in ends.runs.values():
        if run.ingestion.deadline is not None:
            yield run, run.ingestion.deadline, run.last_opens
    for leg in ends.legs_with_deadlines():
        dues = {number: due for number, due in leg.block.dues.items() if leg.start <= number < leg.stop}
        first = min(dues, key=dues.__getitem__, default=None)
        if first is not None and leg.last_opens + late <= dues[first]:
            is_whole = leg.block.entries[first].place not in ends.divided
            dues = {first: dues[first]} if is_whole else dues
        for number, due in dues.items():
            yield leg.block.entries[number], due, leg.opens_last(number)
