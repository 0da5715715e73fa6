"""Polling of several things until all of them have ended."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic

from ingestctl.errors import NoAnswerError, TimedOutError, UnreachableError
from ingestctl.render.snapshot import Snapshot, State

POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
OUTAGE_SECONDS = 60.0

Fetch = Callable[[State | None], State]


def poll(
    fetches: Sequence[Fetch[State]],
    timeout: float | None = None,
    wait: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Snapshot[State]]:
    """Fetch again and again, and yield every snapshot until all has ended; blocks in `wait` between.

    Each fetch gets the state before, asks the service, and may raise the errors of the client. It is repeated
    when `retry_after` is over, but not more often than every POLL_SECONDS, and at least every
    LONGEST_PAUSE_SECONDS, because a cancellation cannot be foreseen.
    A service that gives no answer after its first one has OUTAGE_SECONDS to return, then UnreachableError is
    raised. Every other error is raised at once. TimedOutError is raised `timeout` seconds (None: never) after the
    beginning, or as soon as the request that is then in flight has ended.
    """
    end = math.inf if timeout is None else now() + timeout
    poller = _Poller(fetches, now)
    yield poller.snapshot
    while not poller.snapshot.ended:
        if now() >= end:
            raise TimedOutError(f"Not completed within {timeout:g} s; what was submitted goes on.")
        moment = min(end, poller.due)
        wait(max(0.0, moment - now()))
        poller.run_once(math.inf if moment == end else moment)
        yield poller.snapshot


class _Poll(Generic[State]):
    """One thing, its last state, and the time from which it may have changed."""

    def __init__(self, fetch: Fetch[State]) -> None:
        self._fetch = fetch
        self.state = fetch(None)
        self.due = 0.0

    def run(self) -> None:
        self.state = self._fetch(self.state)


class _Poller(Generic[State]):
    """Several polls, and the outage while the service gives no answer."""

    def __init__(self, fetches: Sequence[Fetch[State]], now: Callable[[], float]) -> None:
        self._now = now
        self._polls = [_Poll(fetch) for fetch in fetches]
        self._outage: NoAnswerError | None = None
        self._pause(self._polls)

    @property
    def snapshot(self) -> Snapshot[State]:
        return Snapshot(tuple(poll.state for poll in self._polls), self._outage)

    @property
    def due(self) -> float:
        return min(poll.due for poll in self._open())

    def run_once(self, moment: float) -> None:
        """Run all polls that are due at this moment."""
        due = [poll for poll in self._open() if poll.due <= moment]
        try:
            for poll in due:
                poll.run()
        except NoAnswerError as error:
            self._survive(error)
        else:
            self._outage = None
            self._pause(due)

    def _open(self) -> list[_Poll[State]]:
        return [poll for poll in self._polls if not poll.state.ended]

    def _pause(self, polls: Sequence[_Poll[State]]) -> None:
        self._answered = self._now()
        for poll in polls:
            poll.due = self._answered + _pause_seconds(poll.state.retry_after)

    def _survive(self, error: NoAnswerError) -> None:
        """Ask nothing before the service may be back; raises UnreachableError if it is away for too long."""
        if self._now() - self._answered > OUTAGE_SECONDS:
            raise UnreachableError(f"Gave up after {OUTAGE_SECONDS:g} s. {error}") from error
        self._outage = error
        back = self._now() + _pause_seconds(error.retry_after)
        for poll in self._polls:
            poll.due = max(poll.due, back)


def _pause_seconds(retry_after: float | None) -> float:
    return min(max(retry_after or 0, POLL_SECONDS), LONGEST_PAUSE_SECONDS)
