"""When the next slot may open."""

from ingest_service.ledger import LastSlot


class Pacer:
    """Keeps slots at least `interval` nanoseconds apart, start to start, and out of a pause.

    The next start counts from the last actual one: a late slot moves the following ones. A fixed grid would
    open a slot too early after every late one. Only the dispatcher thread uses it.
    """

    def __init__(self, interval: int, first_start: int) -> None:
        self._interval = interval
        self._next_start = first_start

    @property
    def next_start(self) -> int:
        """The earliest time, on the monotonic clock, at which a slot may open."""
        return self._next_start

    def started(self, at: int) -> None:
        """Count the interval from this start, unless a later one is known."""
        self.pause(at + self._interval)

    def pause(self, until: int) -> None:
        """Open no slot before this time."""
        self._next_start = max(self._next_start, until)


def first_start(last: LastSlot | None, boot: str, now: int, interval: int) -> int:
    """Return when the first slot may open after a start of the service at `now` in the boot `boot`.

    One interval after the last call in the ledger where that is proven: same boot, the ledger this machine
    wrote last, and a slot that was closed, since nobody knows when the calls of an open one started. In any
    doubt one whole interval from now. An empty ledger has nothing to wait for.
    """
    if last is None:
        return now
    if last.started is None or not last.trusted or not boot or last.boot != boot or last.started > now:
        return now + interval
    return last.started + interval
