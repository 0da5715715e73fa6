"""When the backlog will have room."""

from ingest_service.errors import BacklogFull
from ingest_service.schedule.snapshot import Outlook


def backlog_full(outlook: Outlook, count: int, missing: int) -> BacklogFull:
    """Return the error for a submission of `count` ids while room for so many of them is missing.

    Uses the outlook up.
    """
    room = max(0, count - missing)
    if outlook.paused_at is not None:
        return BacklogFull(room, None, None)
    opens = opens_after(outlook, missing)
    return BacklogFull(room, outlook.at(opens), max(0, opens - outlook.now))


def opens_after(outlook: Outlook, count: int) -> int:
    """Return when the slot opens by which so many ids have been released.

    If fewer wait, the others are on their way to the disk, and go last. The cost grows with the ingestions that
    wait, not with their ids. Uses the outlook up.
    """
    pace = outlook.pace
    released, last = 0, outlook.next_start - pace.interval
    for span in outlook.all_spans():
        if released + span.ids >= count:
            return span.opens(span.batch_of(count - released))
        released, last = released + span.ids, max(last, span.last_opens)
    return last - (released - count) // pace.slot_size * pace.interval
