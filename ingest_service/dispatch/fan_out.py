"""Threads that make the calls of a slot at the same time."""

from collections.abc import Callable, Sequence
from threading import Thread

from ingest_service.domain.ledger import Call


def in_threads(
    call: Callable[[int], Call], places: Sequence[int], new_thread: Callable[..., Thread] = Thread
) -> list[Call]:
    """Fit the port `FanOut` with a daemon thread for each place, so that a hanging call cannot hold up an exit.

    `call` must not raise. Where the system has no thread left, the call is made in this one.
    """
    calls: dict[int, Call] = {}

    def keep(position: int) -> None:
        calls[position] = call(places[position])

    threads = [new_thread(target=keep, args=[p], name=f"call-{p}", daemon=True) for p in range(len(places))]
    threadless = [position for position, thread in enumerate(threads) if not _started(thread)]
    for position in threadless:
        keep(position)
    for position, thread in enumerate(threads):
        if position not in threadless:
            thread.join()
    return [calls[position] for position in range(len(places))]


def _started(thread: Thread) -> bool:
    try:
        thread.start()
    except RuntimeError:
        return False
    return True
