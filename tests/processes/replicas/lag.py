"""A measure of how late the machine gives a thread the processor."""

import time
from threading import Event, Thread
from typing import Self

from tests.processes.replicas.spans import Span, overlap

_TICK = 20_000_000


class LagMeter:
    """A thread that sleeps, again and again, and notes how late it wakes."""

    def __init__(self) -> None:
        # (when it should have woken, when it did)
        self._late: list[Span] = []
        self._closing = Event()
        self._thread = Thread(target=self._run, name="lag")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    def within(self, span: Span) -> int:
        """Return by how much it was late in a span, all in all."""
        return sum(late[1] - late[0] for late in self._late if overlap(span, late))

    def _run(self) -> None:
        due = time.monotonic_ns() + _TICK
        while not self._closing.wait(max(0, due - time.monotonic_ns()) / 1e9):
            now = time.monotonic_ns()
            self._late.append((due, now))
            due = now + _TICK
