"""The right of way of the dispatcher: others rest for a moment while a slot opens or is closed."""

from threading import Event

from ingest_service.clock import NANOSECONDS, Clock

# What was begun before a slot may open has mostly ended by then, or waits for something itself.
_AHEAD = 6 * NANOSECONDS // 1000
# The dispatcher may be held up itself, by the disk or by the store: then the others go on.
_LONGEST = 20 * NANOSECONDS // 1000


class RightOfWay:
    """Lets other threads rest while the dispatcher needs the interpreter: each of them may keep it for a while.

    `expect`, `claim` and `release` belong to the dispatcher and the calls of its slots, `give` to all others.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # When it begins, and what rings when it is over: a bell of its own, so that a thread that rests for one
        # claim does not go on to rest for the next.
        self._claimed: tuple[int, Event] | None = None

    def expect(self, due: int | None) -> None:
        """Claim it for when a slot may open, a little ahead; until then let the others go on. None: not known."""
        self.release()
        if due is not None:
            self._claimed = due - _AHEAD, Event()

    def claim(self) -> None:
        """Claim it from now on."""
        self._claimed = self._clock.now(), Event()

    def release(self) -> None:
        """Let the others go on."""
        claimed, self._claimed = self._claimed, None
        if claimed is not None:
            claimed[1].set()

    def give(self) -> None:
        """Block while the dispatcher has the right of way, but not for longer than _AHEAD and _LONGEST."""
        claimed = self._claimed
        if claimed is None:
            return
        begins, released = claimed
        now, ends = self._clock.now(), begins + _AHEAD + _LONGEST
        if begins <= now < ends:
            self._clock.wait(released, ends)
