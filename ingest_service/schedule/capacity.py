"""The time at which the backlog will have room."""

from ingest_service.errors import BacklogFull
from ingest_service.schedule.snapshot import ScheduleSnapshot


def backlog_full(snapshot: ScheduleSnapshot, count: int, missing: int) -> BacklogFull:
    """Return the error for a submission of `count` ids while room for `missing` of them is missing."""
    room = max(0, count - missing)
    if snapshot.paused_at is not None:
        return BacklogFull(room, None, None)
    opens = opens_after(snapshot, missing)
    return BacklogFull(room, snapshot.at(opens), max(0, opens - snapshot.now))


def opens_after(snapshot: ScheduleSnapshot, count: int) -> int:
    """Return the opening of the slot by which `count` ids have been released.

    If fewer wait, the others are on their way to the disk, and go last. The cost grows with the blocks of the
    backlog.
    """
    rate = snapshot.rate
    released, piece = 0, None
    for piece in snapshot.pieces():
        if released + piece.ids >= count:
            return piece.opens_after(count - released)
        released += piece.ids
    last = snapshot.next_start - rate.interval if piece is None else piece.last_opens
    return last - (released - count) // rate.slot_size * rate.interval
