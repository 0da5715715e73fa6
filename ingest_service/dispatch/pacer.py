"""The pace of the slots."""

# Each new lag counts an eighth, so that a single late slot does not move every forecast.
_LAG_WEIGHT = 8


class Pacer:
    """Keeps slots at least `interval` nanoseconds apart, start to start, and out of a pause.

    The next start counts from the last actual one: a late slot moves the following ones. A fixed grid would
    open a slot too early after every late one. Any thread may read it; it changes only under the lock of
    DispatchState (`changing`).
    """

    def __init__(self, interval: int, first_start: int) -> None:
        self._interval = interval
        self._next_start = first_start
        self._paused_until = 0
        self._lag = 0
        self._took = 0

    @property
    def took(self) -> int:
        """Duration of the calls of the last slot, 0 before the first."""
        return self._took

    @property
    def lag(self) -> int:
        """Delay from when a slot may open until its last call starts, as the last few slots had it."""
        return self._lag

    @property
    def paused_until(self) -> int:
        """End of the last pause, 0 if there never was one."""
        return self._paused_until

    @property
    def next_start(self) -> int:
        """The earliest time, on the monotonic clock, at which a slot may open."""
        return self._next_start

    def started(self, at: int) -> None:
        """Count the interval from this start, unless a later one is known."""
        self._next_start = max(self._next_start, at + self._interval)

    def note(self, lag: int, took: int) -> None:
        """Take note of a slot: waking up, the commit and the threads took `lag`, then the calls `took`."""
        self._lag += (lag - self._lag) // _LAG_WEIGHT
        self._took = took

    def pause(self, until: int) -> None:
        """Open no slot before this time, as the upstream asks."""
        self._paused_until = max(self._paused_until, until)
        self.hold(until)

    def hold(self, until: int) -> None:
        """Open no slot before this time."""
        self._next_start = max(self._next_start, until)
