"""The calls of a slot, made at the same time."""

from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue

from ingest_service.domain.ledger import Call
from ingest_service.spare_threads import SpareThreads


class ThreadedFanOut:
    """Fits the port `FanOut` with this thread and, for each place but the first, a spare one.

    The first call waits for no other thread. `call` must not raise. Where the system has no thread left, calls are
    made in this one, too.
    """

    def __init__(self, threads: SpareThreads) -> None:
        self._threads = threads

    def __call__(self, call: Callable[[int], Call], places: Sequence[int]) -> list[Call]:
        """Make the calls, block until all have ended."""
        # One for each: this thread, which waits for the first, is not woken by all the others.
        ended: list[SimpleQueue[Call]] = [SimpleQueue() for _ in places]

        def make(position: int) -> None:
            ended[position].put(call(places[position]))

        threadless = [position for position in range(1, len(places)) if not self._starts(make, position)]
        for position in [0, *threadless]:
            make(position)
        return [one.get() for one in ended]

    def _starts(self, make: Callable[[int], None], position: int) -> bool:
        try:
            self._threads.run(partial(make, position), f"call-{position}")
        except RuntimeError:
            return False
        return True
