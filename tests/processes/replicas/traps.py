"""Moments at which a replica stops itself, because a test has asked for that."""

import signal
import threading
from enum import Enum


class Trap(Enum):
    """A moment in the life of a slot; its value is the signal that sets the trap.

    GRANTED: it is written down, and nothing of it was called. CHOSEN: it is chosen, the grant runs, nothing is
    written, and the gate is held between two round trips. PIPELINE: the gate is held, and the server waits for the
    rest of a pipeline.
    """

    GRANTED = signal.SIGUSR1
    CHOSEN = signal.SIGUSR2
    PIPELINE = signal.SIGHUP


class Traps:
    """The traps of this process. `install` belongs to the main thread, the rest to any."""

    def __init__(self) -> None:
        self._set = {trap: threading.Event() for trap in Trap}

    def install(self) -> None:
        """Set a trap whenever its signal comes."""
        for trap, is_set in self._set.items():
            signal.signal(trap.value, lambda *_, is_set=is_set: is_set.set())

    def wait(self, trap: Trap) -> None:
        """Block until the trap is set."""
        self._set[trap].wait()

    def step_on(self, trap: Trap) -> None:
        """Stop this process, if the trap is set, until it gets SIGCONT."""
        if self._set[trap].is_set():
            self._set[trap].clear()
            # Of this thread: it does nothing more, however long the others take to stop.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
