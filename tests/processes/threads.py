"""Threads of a test that work side by side, until they are to end."""

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Self


class Threads:
    """Runs each job in a thread of its own inside of a block; a job ends once `_closing` is set."""

    def __init__(self, jobs: Iterable[Callable[[], None]]) -> None:
        self._closing = Event()
        self._threads = [Thread(target=job) for job in jobs]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let all jobs end. Blocks until the last one has ended. May be called twice."""
        self._closing.set()
        for thread in self._threads:
            thread.join()
