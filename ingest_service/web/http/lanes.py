"""Threads for requests of different kinds: none of these keeps another from being answered."""

from typing import Any

from waitress.task import ThreadedTaskDispatcher

from ingest_service.web.http.bodies import LARGE_BYTES

# They also bound how many submissions share one commit; more of them only make the slowest answers slower.
THREADS = 32
# Large bodies are parsed one at a time: each may take a hundred megabytes.
LARGE_THREADS = 1
# Results, of which one may have many megabytes, and what is behind the first pieces of other large answers.
ANSWER_THREADS = 2
RESULTS = "/results"
PROBE_THREADS = 2
PROBES = ("/health", "/ready")


class Lanes:
    """Fits the task dispatcher of waitress: threads for large bodies, large answers, probes, and all else."""

    def __init__(self) -> None:
        self._usual = _dispatcher(THREADS)
        self._large = _dispatcher(LARGE_THREADS)
        self._answers = _dispatcher(ANSWER_THREADS)
        self._probes = _dispatcher(PROBE_THREADS)

    def add_task(self, channel: Any) -> None:
        """Let a thread answer the first request of a connection. Any thread; does not block."""
        lane = self._answers if channel.goes_on else self._lane(channel.requests[0])
        lane.add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:
        """End the threads."""
        others = (self._large, self._answers, self._probes)
        for lane in others:
            lane.set_thread_count(0)
        ended = [self._usual.shutdown(cancel_pending, timeout)]
        ended += [lane.shutdown(cancel_pending, timeout=1) for lane in others]
        return all(ended)

    def _lane(self, request: Any) -> ThreadedTaskDispatcher:
        if request.error:
            return self._usual
        if request.body_bytes_received > LARGE_BYTES:
            return self._large
        path = request.path.rstrip("/")
        if path.endswith(RESULTS):
            return self._answers
        return self._probes if path in PROBES else self._usual


def _dispatcher(threads: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return dispatcher
