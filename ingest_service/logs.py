"""The log: one line for each event, written by a thread of its own."""

import copy
import io
import logging
import os
import traceback
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TextIO

from ingest_service.loop import STDERR
from ingest_service.web.http.request_id import request_id

# Together they bound the memory of a log that is not read.
MOST_EVENTS = 5_000
LONGEST_TEXT = 4_000
# Seconds for writing what was taken when the process ends.
GRACE_SECONDS = 1.0
# Seconds between two pieces of the log, and the most events in a piece: a thread that woke up for each event would
# take turns from those that answer requests.
REST_SECONDS = 0.01
MOST_AT_ONCE = 100
# What is of these types never changes, and holds nothing else in memory.
_PLAIN = {str, int, float, bool, type(None)}


class RequestName(logging.Filter):
    """Passes every event, and adds the name of the request that its thread answers, if any."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name the request."""
        name = request_id.get()
        if name is not None:
            record.request_id = name
        return True


class EventQueue(logging.Handler):
    """Hands events over to the thread that writes them, from any thread; drops them while too many wait.

    Threads that wrote for themselves would wait for each other at every line, and answer few requests.
    """

    def __init__(self) -> None:
        super().__init__()
        # Its put may interrupt itself, in a signal handler too.
        self.events: SimpleQueue[logging.LogRecord | None] = SimpleQueue()
        self._dropping = count(1)
        self.dropped = 0
        self.addFilter(RequestName())

    def handle(self, record: logging.LogRecord) -> bool:
        """Filter an event and take it, without a lock: where memory runs out, one could stay taken for ever."""
        passes = bool(self.filter(record))
        if passes:
            self.emit(record)
        return passes

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event, or count it as dropped. Does not block."""
        if self.events.qsize() >= MOST_EVENTS:
            self.dropped = next(self._dropping)
            return
        try:
            self.events.put(record if _is_settled(record) else _settled(copy.copy(record)))
        except Exception:  # noqa: BLE001 - a bad message must not fail what it is about
            self.handleError(record)


def _is_settled(record: logging.LogRecord) -> bool:
    """Return whether the event can wait as it is, to be put into words by the thread that writes it."""
    args = record.args
    return isinstance(args, tuple) and _are_plain(args) and _are_plain((vars(record) | {"args": None}).values())


def _are_plain(values: Iterable[object]) -> bool:
    for value in values:
        kind = type(value)
        if kind not in _PLAIN or (kind is str and len(value) > LONGEST_TEXT):  # type: ignore[arg-type]
            return False
    return True


def _settled(record: logging.LogRecord) -> logging.LogRecord:
    """Return the event with texts that are bounded, and that hold nothing else in memory."""
    record.msg, record.args = record.getMessage(), None
    if record.exc_info:
        record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        record.exc_info = None
    for name, value in vars(record).items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            setattr(record, name, _cut(value))
    return record


def _cut(text: str) -> str:
    """Return both ends: a traceback ends with the error."""
    half = LONGEST_TEXT // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters … {text[-half:]}"


class Stderr(io.TextIOBase):
    """Standard error without a buffer: at its exit, Python would wait for a buffer that another thread holds."""

    def write(self, text: str) -> int:
        """Write all of it; blocks while it is not read. An error loses the text: nowhere to report it."""
        rest = text.encode(errors="backslashreplace")
        with suppress(OSError):
            while rest:
                rest = rest[os.write(STDERR, rest) :]
        return len(text)


class LogWriter:
    """The thread that writes events to a stream, and how many were dropped as soon as it can.

    No handler of `logging` writes: at the exit, that would wait for one that is in the middle of a line.
    """

    def __init__(self, taking: EventQueue, stream: TextIO | Stderr, formatter: logging.Formatter) -> None:
        self._taking = taking
        self._stream = stream
        self._formatter = formatter
        self._reported = 0
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, grace: float = GRACE_SECONDS) -> bool:
        """Write what was taken, for at most `grace` seconds; True if all was written."""
        self._stopping.set()
        self._taking.events.put(None)
        self._thread.join(grace)
        return not self._thread.is_alive()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            *records, last = self._take()
            goes_on = last is not None
            self._stream.write("".join(self._line(record) for record in (*records, last) if record is not None))
            self._report_dropped()
            self._stopping.wait(REST_SECONDS)

    def _take(self) -> list[logging.LogRecord | None]:
        """Wait for an event and return it with those behind it; the last one is None at the end."""
        taken = [self._taking.events.get()]
        with suppress(Empty):
            while taken[-1] is not None and len(taken) < MOST_AT_ONCE:
                taken.append(self._taking.events.get_nowait())
        return taken

    def _line(self, record: logging.LogRecord) -> str:
        try:
            line = self._formatter.format(record)
        except Exception as error:  # noqa: BLE001 - the next line may be a good one
            line = f"a line of {record.name} cannot be written: {error!r}"
        return f"{line}\n"

    def _report_dropped(self) -> None:
        dropped = self._taking.dropped - self._reported
        if dropped > 0:
            self._reported += dropped
            message = f"{dropped} log {'line was' if dropped == 1 else 'lines were'} dropped: the log was not read"
            record = logging.LogRecord(__name__, logging.WARNING, __file__, 0, message, None, None)
            self._stream.write(self._line(record))


def log_to(stream: TextIO | Stderr, formatter: logging.Formatter) -> tuple[EventQueue, LogWriter]:
    """Return what takes events, and the thread that writes them to a stream.

    It is to be started, and to be stopped once.
    """
    taking = EventQueue()
    return taking, LogWriter(taking, stream, formatter)
