"""Following what changes until it has ended."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic

from ingestctl.errors import AwayError, TimedOutError, UnreachableError
from ingestctl.render.snapshot import Snapshot, State

POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
PATIENCE_SECONDS = 60.0

Look = Callable[[State | None], State]


def follow(
    looks: Sequence[Look[State]],
    timeout: float | None = None,
    wait: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Snapshot[State]]:
    """Look again and again, and yield every snapshot until all has ended; blocks in `wait` between.

    Each look gets what it saw before and asks the service, which may raise the errors of the client. It is
    repeated when `retry_after` is over, but not more often than every POLL_SECONDS, and at least every
    LONGEST_PAUSE_SECONDS, for nobody foresees that somebody cancels.
    A service that goes away after its first answer has PATIENCE_SECONDS to come back, then UnreachableError
    is raised. Every other error is raised at once. TimedOutError is raised `timeout` seconds (None: never)
    after the beginning, or as soon as the request that is then in flight has ended.
    """
    end = math.inf if timeout is None else now() + timeout
    watcher = _Watcher(looks, now)
    yield watcher.snapshot
    while not watcher.snapshot.ended:
        if now() >= end:
            raise TimedOutError(f"Not completed within {timeout:g} s; what was submitted goes on.")
        moment = min(end, watcher.due)
        wait(max(0.0, moment - now()))
        watcher.look(math.inf if moment == end else moment)
        yield watcher.snapshot


class _Eye(Generic[State]):
    """Looks at one thing; there is nothing new to see before it is due."""

    def __init__(self, look: Look[State]) -> None:
        self._look = look
        self.state = look(None)
        self.due = 0.0

    def look(self) -> None:
        self.state = self._look(self.state)


class _Watcher(Generic[State]):
    """Looks at several things in rounds, and bears it when the service is away."""

    def __init__(self, looks: Sequence[Look[State]], now: Callable[[], float]) -> None:
        self._now = now
        self._eyes = [_Eye(look) for look in looks]
        self._away: AwayError | None = None
        self._rest(self._eyes)

    @property
    def snapshot(self) -> Snapshot[State]:
        return Snapshot(tuple(eye.state for eye in self._eyes), self._away)

    @property
    def due(self) -> float:
        return min(eye.due for eye in self._open())

    def look(self, moment: float) -> None:
        """Look at all that is due at this moment."""
        due = [eye for eye in self._open() if eye.due <= moment]
        try:
            for eye in due:
                eye.look()
        except AwayError as error:
            self._bear(error)
        else:
            self._away = None
            self._rest(due)

    def _open(self) -> list[_Eye[State]]:
        return [eye for eye in self._eyes if not eye.state.ended]

    def _rest(self, looked: Sequence[_Eye[State]]) -> None:
        self._answered = self._now()
        for eye in looked:
            eye.due = self._answered + _pause(eye.state.retry_after)

    def _bear(self, error: AwayError) -> None:
        if self._now() - self._answered > PATIENCE_SECONDS:
            raise UnreachableError(f"Gave up after {PATIENCE_SECONDS:g} s. {error}") from error
        self._away = error
        back = self._now() + _pause(error.retry_after)
        for eye in self._eyes:
            eye.due = max(eye.due, back)


def _pause(asked: float | None) -> float:
    return min(max(asked or 0, POLL_SECONDS), LONGEST_PAUSE_SECONDS)
