"""The time at which the waiting ids of an ingestion run, and the reasons why not earlier."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ingest_service.backlog.queue_depth import depth_before
from ingest_service.domain.entry import Place
from ingest_service.domain.model import Priority
from ingest_service.schedule.runs import Run
from ingest_service.schedule.snapshot import Held, ScheduleSnapshot


@dataclass(frozen=True, slots=True)
class Estimate:
    """The slots to come for an ingestion; times are of the wall clock, None while an operator's pause lasts.

    `position` counts the slots that open before its next one, at `next_at`; the calls of the last one end at
    `ends_at`. `ahead` counts, for each priority, the ingestions and the batches that go first.
    The operator's pause lasts since `paused_at`, the upstream's until `paused_until`. `held` is the quota that the
    next slot of all waits for.
    """

    position: int
    next_at: int | None
    ends_at: int | None
    ahead: Mapping[Priority, tuple[int, int]]
    paused_at: int | None
    paused_until: int | None
    runs: tuple[Run, ...]
    wall_offset: int
    held: Held | None = None

    def starts_at(self, batch: int) -> int | None:
        """Return the opening of the next slot of a batch, None if it does not wait or the time is unknown."""
        if self.paused_at is not None:
            return None
        for run in self.runs:
            if batch in run.batches:
                return run.opens(batch) + self.wall_offset
        return None


def estimate(snapshot: ScheduleSnapshot, priority: Priority, sequence: int) -> Estimate | None:
    """Return the estimate of the ingestion at this place in the order, None if nothing of it waits.

    The cost grows with the blocks of the backlog.
    """
    runs = tuple(snapshot.runs((priority, sequence)))
    if not runs:
        return None
    last = max(run.last_opens for run in runs)
    return Estimate(
        position=runs[0].first_slot,
        next_at=snapshot.at(runs[0].first_opens),
        ends_at=snapshot.at(last + snapshot.took),
        ahead=_ahead(snapshot, (priority, sequence)),
        paused_at=snapshot.paused_at,
        paused_until=snapshot.upstream_paused_until,
        runs=runs,
        wall_offset=snapshot.wall_offset,
        held=snapshot.held(),
    )


def expected_ends(snapshot: ScheduleSnapshot, places: Collection[Place]) -> dict[int, int | None]:
    """Return the ends (wall clock) of what waits of the ingestions at these places, by their sequences.

    They are None while an operator's pause lasts. The cost grows with the blocks of the backlog.
    """
    if not places:
        return {}
    pieces, last = list(snapshot.pieces(max(places))), dict[int, int]()
    for place in places:
        openings = [run.last_opens for piece in pieces for run in piece.runs(place)]
        if openings:
            last[place[1]] = max(openings)
    return {sequence: snapshot.at(opens + snapshot.took) for sequence, opens in last.items()}


def _ahead(snapshot: ScheduleSnapshot, place: Place) -> dict[Priority, tuple[int, int]]:
    depths = depth_before(snapshot.waiting.now, place)
    return {priority: (depth.ingestions, depth.batches) for priority, depth in depths.items() if depth.ingestions}
