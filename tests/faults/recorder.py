"""An upstream in a process of its own, which notes when the kernel received each call."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from ingest_service.upstreams.fake import FakeUpstream

SLOT = 3


class Recorder:
    """The upstream in the other process, for one thread."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url: str = pipe.recv()

    def arrivals(self) -> list[tuple[int, int]]:
        """Return the id and the time (nanoseconds, monotonic) of every call so far, in the order of the times."""
        self._pipe.send("arrivals")
        arrivals: list[tuple[int, int]] = self._pipe.recv()
        return arrivals


@contextmanager
def recorder(interval_seconds: float) -> Iterator[Recorder]:
    """Run an upstream that allows a slot in any interval, and refuses what is more."""
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=[its, interval_seconds])
    process.start()
    try:
        yield Recorder(ours)
    finally:
        ours.send(None)
        process.join()


def _serve(pipe: Connection, interval_seconds: float) -> None:
    with FakeUpstream(SLOT, interval_seconds) as upstream:
        pipe.send(upstream.url)
        while pipe.recv() is not None:
            pipe.send(
                sorted(((one.record_id, one.started_ns) for one in upstream.arrivals), key=lambda one: one[1])
            )
