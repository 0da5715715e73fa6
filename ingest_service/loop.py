"""A supervised daemon thread that does one thing again and again."""

import logging
import os
import select
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from threading import Event, ExceptHookArgs, Thread
from typing import NoReturn

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.errors import StoreStopped

log = logging.getLogger(__name__)

PAUSE_AFTER_ERROR = 1 * NANOSECONDS
# After this many errors in a row, about a minute, only a new process may help.
MOST_ERRORS = 60
# EX_SOFTWARE of sysexits.h: an internal error.
EXIT_STATUS = 70
STDERR = 2
# What CPython says of an exception in its own code around `Thread.run` (thread_run in _threadmodule.c).
_OF_A_THREAD = "Exception ignored in thread started by"
SAYING_SECONDS = 1.0


def exit_process(reason: str, status: int = EXIT_STATUS) -> NoReturn:
    """End this process at once; with EXIT_STATUS, its supervisor starts a new one. Any thread.

    Everything that was answered is durable, so nothing has to be put away.
    """
    try:
        say(f"{reason}; the process ends")
    finally:
        os._exit(status)


def exit_with_thread(ended: ExceptHookArgs) -> None:
    """End this process with a thread that an exception has ended, as `threading.excepthook`."""
    if issubclass(ended.exc_type, SystemExit):
        return
    try:
        name = ended.thread.name if ended.thread else "unknown"
        exit_process(f"the thread {name!r} has ended: {ended.exc_value!r}")
    finally:
        # There may be no memory for the sentence.
        os._exit(EXIT_STATUS)


def exit_with_unbegun_thread(unraisable: "sys.UnraisableHookArgs") -> None:
    """End this process with a thread that could not begin, as `sys.unraisablehook`; of all else it tells as ever.

    Where memory runs out before `Thread.run` or behind it, Python asks this hook and not `threading.excepthook`.
    What started the thread takes it for begun, and would wait for it without an end.
    """
    if not (unraisable.err_msg or "").startswith(_OF_A_THREAD):
        sys.__unraisablehook__(unraisable)
        return
    try:
        exit_process(f"a thread could not begin: {unraisable.exc_value!r}")
    finally:
        os._exit(EXIT_STATUS)


def say(sentence: str) -> None:
    """Write a line to standard error, past the log, unless that is not read within SAYING_SECONDS. Any thread."""
    with suppress(OSError, ValueError):
        if _is_read():
            os.write(STDERR, f"ingest_service: {sentence}\n".encode())


def _is_read() -> bool:
    try:
        _, writable, _ = select.select([], [STDERR], [], SAYING_SECONDS)
    except OSError:
        # Windows tells this of sockets only.
        return True
    return bool(writable)


class Loop(ABC):
    """Runs `run_once` until that returns False. Constructing starts nothing; all may be called twice.

    An unexpected error is logged with its traceback, and the loop goes on after a pause. After MOST_ERRORS in a
    row it calls `give_up`, which ends the process: no thread dies in silence. So it does at once where memory runs
    out, which may leave locks taken anywhere.
    """

    name: str

    def __init__(self, clock: Clock, give_up: Callable[[str], None] = exit_process) -> None:
        self._clock = clock
        self._give_up = give_up
        self._thread: Thread | None = None
        self._halted = Event()
        self._errors = 0

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def ended(self) -> bool:
        """True once the thread was started and runs no longer."""
        return self._thread is not None and not self.alive

    @property
    def failing(self) -> bool:
        """True if the last round failed unexpectedly."""
        return self._errors > 0

    @property
    def trouble(self) -> str | None:
        """Sentence about why the loop does not do its work at present, None while it does."""
        if not self.alive:
            return f"the {self.name} does not run; the log says why"
        return f"the {self.name} failed unexpectedly and tries again; the log says why" if self.failing else None

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if not self.alive:
            self._halted.clear()
            self._errors = 0
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self, grace: float | None) -> bool:
        """Begin no further round and wait `grace` seconds for the one that runs; True if it has ended."""
        self.halt()
        return self.join(grace)

    def join(self, grace: float | None = None) -> bool:
        """Wait `grace` seconds (None: for ever) for the thread to end by itself; True if it has."""
        if self._thread is not None:
            self._thread.join(grace)
        return not self.alive

    def halt(self) -> None:
        """Let the thread end soon. Any thread; does not block. Subclasses wake their own waits, too."""
        self._halted.set()

    @abstractmethod
    def run_once(self) -> bool:
        """Do it once; False once halted."""

    def _run(self) -> None:
        try:
            while self.run_supervised():
                pass
        except StoreStopped:
            log.warning("the store was closed before the %s had ended", self.name)

    def run_supervised(self) -> bool:
        """Do it once, and pause after an unexpected error; False once halted. Raises StoreStopped."""
        try:
            more = self.run_once()
        except StoreStopped:
            raise
        except MemoryError:
            self._give_up(f"the {self.name} has no memory left")
            return False
        except Exception:
            self._errors += 1
            log.exception("the %s failed unexpectedly, %d times in a row", self.name, self._errors)
            return self._survive()
        self._errors = 0
        return more

    def _survive(self) -> bool:
        """Pause after an error, or give up; False once halted."""
        if self._errors >= MOST_ERRORS:
            self._give_up(f"the {self.name} failed {self._errors} times in a row")
            return False
        self._clock.wait(self._halted, self._clock.now() + PAUSE_AFTER_ERROR)
        return not self._halted.is_set()
