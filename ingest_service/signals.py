"""The signals that ask this process to stop."""

import signal
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread
from types import FrameType
from typing import NoReturn

from ingest_service.clock import Clock
from ingest_service.loop import exit_process

# SIGHUP comes when the terminal is closed, and on Windows SIGBREAK.
_NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
STOPPING = tuple(signal.Signals[name] for name in _NAMES if hasattr(signal, name))
# That of a process which SIGTERM has killed, as shells report it.
EXIT_STATUS = 128 + signal.SIGTERM


def exit_as_killed(reason: str) -> NoReturn:
    """End this process at once, with EXIT_STATUS. Any thread."""
    exit_process(reason, EXIT_STATUS)


class StopSignals:
    """The first signal asks this process to stop; later ones change nothing. Constructing installs nothing.

    `on_stop` is called in a thread of its own: a handler interrupts the main thread anywhere, even where that
    holds a lock that `on_stop` needs. The main thread gets SystemExit. `give_up` ends a process that has not ended
    by itself `grace` (nanoseconds) after the signal, with EXIT_STATUS.
    """

    def __init__(
        self,
        on_stop: Callable[[str], None],
        grace: int,
        clock: Clock,
        give_up: Callable[[str], None] = exit_as_killed,
    ) -> None:
        self._on_stop = on_stop
        self._give_up = give_up
        self._grace = grace
        self._clock = clock
        # Its `put` may interrupt itself, unlike Event.set.
        self._asked: SimpleQueue[int] = SimpleQueue()
        self._stopping = False
        self._until: int | None = None

    def install(self) -> None:
        """Handle the signals, but for those that the caller of this process wants to be ignored. Main thread."""
        for signum in STOPPING:
            if signal.getsignal(signum) is not signal.SIG_IGN:
                signal.signal(signum, self._take)

    def watch(self) -> None:
        """Start the thread that calls `on_stop`."""
        Thread(target=self._run, name="signals", daemon=True).start()

    def ignore(self) -> None:
        """Let every further signal change nothing: the process stops anyway."""
        self._stopping = True

    def left(self) -> int:
        """Return the nanoseconds that are left to stop in: the grace, less what has passed since the signal."""
        return self._grace if self._until is None else max(0, self._until - self._clock.now())

    def _take(self, signum: int, _: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            self._until = self._clock.now() + self._grace
            self._asked.put(signum)
            raise SystemExit(0)

    def _run(self) -> None:
        self._on_stop(signal.Signals(self._asked.get()).name)
        while self.left() > 0:
            self._clock.wait(Event(), self._until)
        self._give_up("it did not stop in time")
