"""When the backlog will have room."""

from ingest_service.errors import BacklogFull
from ingest_service.schedule import Outlook


def backlog_full(outlook: Outlook, room: int, count: int) -> BacklogFull:
    """Return the error for a submission of `count` ids while there is room for fewer: `room`.

    Uses the outlook up.
    """
    opens = opens_after(outlook, count - room)
    if opens is None or outlook.paused_at is not None:
        return BacklogFull(room, None, None)
    return BacklogFull(room, outlook.at(opens), max(0, opens - outlook.now))


def opens_after(outlook: Outlook, count: int) -> int | None:
    """Return when the slot opens by which so many ids have been released; None if fewer wait.

    The cost grows with the ingestions that wait, not with their ids. Uses the outlook up.
    """
    released = 0
    for span in outlook.all_spans():
        if released + span.ids >= count:
            return span.opens(span.batch_of(count - released))
        released += span.ids
    return None
