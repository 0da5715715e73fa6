"""Following what changes until it has ended."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic

from ingestctl.errors import NoAnswerError, TimedOutError, UnreachableError
from ingestctl.render.snapshot import Snapshot, State

POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
PATIENCE_SECONDS = 60.0

Fetch = Callable[[State | None], State]


def poll(
    fetches: Sequence[Fetch[State]],
    timeout: float | None = None,
    wait: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Snapshot[State]]:
    """Fetch again and again, and yield every snapshot until all has ended; blocks in `wait` between.

    Each look gets what it saw before and asks the service, which may raise the errors of the client. It is
    repeated when `retry_after` is over, but not more often than every POLL_SECONDS, and at least every
    LONGEST_PAUSE_SECONDS, for nobody foresees that somebody cancels.
    A service that goes away after its first answer has PATIENCE_SECONDS to come back, then UnreachableError
    is raised. Every other error is raised at once. TimedOutError is raised `timeout` seconds (None: never)
    after the beginning, or as soon as the request that is then in flight has ended.
    """
    end = math.inf if timeout is None else now() + timeout
    watcher = _Watcher(fetches, now)
    yield watcher.snapshot
    while not watcher.snapshot.ended:
        if now() >= end:
            raise TimedOutError(f"Not completed within {timeout:g} s; what was submitted goes on.")
        moment = min(end, watcher.due)
        wait(max(0.0, moment - now()))
        watcher.fetch(math.inf if moment == end else moment)
        yield watcher.snapshot


class _Poll(Generic[State]):
    """Looks at one thing; there is nothing new to see before it is due."""

    def __init__(self, fetch: Fetch[State]) -> None:
        self._fetch = fetch
        self.state = fetch(None)
        self.due = 0.0

    def fetch(self) -> None:
        self.state = self._fetch(self.state)


class _Watcher(Generic[State]):
    """Looks at several things in rounds, and bears it when the service is away."""

    def __init__(self, fetches: Sequence[Fetch[State]], now: Callable[[], float]) -> None:
        self._now = now
        self._polls = [_Poll(fetch) for fetch in fetches]
        self._away: NoAnswerError | None = None
        self._rest(self._polls)

    @property
    def snapshot(self) -> Snapshot[State]:
        return Snapshot(tuple(poll.state for poll in self._polls), self._away)

    @property
    def due(self) -> float:
        return min(poll.due for poll in self._open())

    def fetch(self, moment: float) -> None:
        """Fetch at all that is due at this moment."""
        due = [poll for poll in self._open() if poll.due <= moment]
        try:
            for poll in due:
                poll.fetch()
        except NoAnswerError as error:
            self._bear(error)
        else:
            self._away = None
            self._rest(due)

    def _open(self) -> list[_Poll[State]]:
        return [poll for poll in self._polls if not poll.state.ended]

    def _rest(self, looked: Sequence[_Poll[State]]) -> None:
        self._answered = self._now()
        for poll in looked:
            poll.due = self._answered + _pause(poll.state.retry_after)

    def _bear(self, error: NoAnswerError) -> None:
        if self._now() - self._answered > PATIENCE_SECONDS:
            raise UnreachableError(f"Gave up after {PATIENCE_SECONDS:g} s. {error}") from error
        self._away = error
        back = self._now() + _pause(error.retry_after)
        for poll in self._polls:
            poll.due = max(poll.due, back)


def _pause(asked: float | None) -> float:
    return min(max(asked or 0, POLL_SECONDS), LONGEST_PAUSE_SECONDS)
