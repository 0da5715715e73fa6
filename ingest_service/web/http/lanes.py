"""Threads for requests of different kinds: none of these keeps another from being answered."""

import logging
from queue import SimpleQueue
from threading import Thread
from typing import Any

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.web.http.bodies import LARGE_BYTES
from ingest_service.web.http.path_normalizer import normalized
from ingest_service.web.http.responses import HTML

log = logging.getLogger(__name__)

THREADS = {
    # They also bound how many submissions share one commit. With 32 of them an opening slot waits three times as
    # long for those that are at work already; with 8 a twentieth fewer are answered.
    "usual": 16,
    # What is read from the database: more threads would only take turns more often.
    "reading": 2,
    # Bodies that are parsed one at a time: each may take a hundred megabytes.
    "large": 1,
    # Results, since one may have many megabytes, and the later pieces of other large answers.
    "answers": 2,
    # What is computed from all that waits: more threads would only keep the dispatcher from its turn.
    "computing": 2,
    # The whole ledger, for a minute where it is long.
    "auditing": 1,
    # Health and readiness.
    "probes": 2,
}
# Read from all that waits, or from a day of slots.
_COMPUTED = {
    *("/", "/board", "/board/plot", "/board/tables", "/board/ingestions"),
    *("/schedule", "/dispatcher", "/metrics"),
}


class Lane:
    """Threads that answer requests, in the order in which these came."""

    def __init__(self, name: str, threads: int) -> None:
        # None ends a thread.
        self._channels: SimpleQueue[Any] = SimpleQueue()
        self._ending = False
        self._threads = [Thread(target=self._run, name=f"{name}-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def add(self, channel: Any) -> None:
        """Let a thread answer the first request of a connection. Any thread; does not block."""
        self._channels.put(channel)

    def end(self) -> None:
        """Answer what is begun, and close the connections of all that waits."""
        self._ending = True
        for _ in self._threads:
            self._channels.put(None)

    def join(self, clock: Clock, until: int) -> bool:
        """Wait until its threads have ended, or a time of the monotonic clock; return whether they have."""
        for thread in self._threads:
            thread.join(max(0, until - clock.now()) / NANOSECONDS)
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while (channel := self._channels.get()) is not None:
            try:
                channel.cancel() if self._ending else channel.service()
            except MemoryError:
                # It ends the process, see `exit_with_thread`.
                raise
            except BaseException:
                # It would be open for ever: a connection that a thread works on is not closed for being silent.
                channel.cancel()
                log.exception("a request could not be answered")


class Lanes:
    """Fits the task dispatcher of waitress, with threads for each kind of requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lanes = {name: Lane(name, threads) for name, threads in THREADS.items()}

    def add_task(self, channel: Any) -> None:
        """Let a thread answer the first request of a connection. Any thread; does not block."""
        name = "answers" if channel.goes_on else lane_of(channel.requests[0])
        self._lanes[name].add(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:  # noqa: ARG002 - of waitress
        """End the threads; those that are at work get `timeout` seconds to end. Always cancels what waits."""
        lanes, until = self._lanes.values(), self._clock.now() + timeout * NANOSECONDS
        for lane in lanes:
            lane.end()
        ended = [lane.join(self._clock, until) for lane in lanes]
        return all(ended)


def lane_of(request: Any) -> str:
    """Return the kind of a request that is there whole, or that is refused."""
    if request.error:
        return "usual"
    if request.body_bytes_received > LARGE_BYTES:
        return "large"
    return _lane_of_path(request.command, normalized(request.path), request)


def _lane_of_path(method: str, path: str, request: Any) -> str:
    if path in ("/health", "/ready"):
        return "probes"
    if path == "/audit":
        return "auditing"
    if path.endswith("/results"):
        return "answers"
    if path == "/ingest":
        return "computing" if "dry_run" in request.query or _has_deadline(request.body_rcv) else "usual"
    if path.startswith(("/ingestions/", "/board/ingestions/")) or (path == "/ingestions" and _is_search(request)):
        return "computing"
    if path.startswith("/status/"):
        return "reading"
    return "computing" if method in ("GET", "HEAD") and path in _COMPUTED else "usual"


def _is_search(request: Any) -> bool:
    """Return whether a list may be a search through all of history, or is a page, which has expected ends."""
    return "failed" in request.query or HTML in request.headers.get("ACCEPT", "")


def _has_deadline(body: Any) -> bool:
    """Return whether a body, which is not large, has a deadline: it is compared with the schedule."""
    return body is not None and b'"deadline"' in body.getbuf().get()
