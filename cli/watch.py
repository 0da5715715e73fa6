"""Following an ingestion until it is completed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from cli.errors import AwayError, UnreachableError
from cli.ingestion import Status

POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
PATIENCE_SECONDS = 60.0


class Progress(Protocol):
    """What a look at an ingestion must tell."""

    @property
    def status(self) -> Status:
        """How far it has come."""

    @property
    def retry_after(self) -> int | None:
        """How many seconds the service asks to be left alone, None if it did not say."""


Seen = TypeVar("Seen", bound=Progress)


@dataclass(frozen=True, slots=True)
class Sight(Generic[Seen]):
    """What a watcher knows at one moment: what was seen last, and why the service gives no answer now."""

    seen: Seen
    away: AwayError | None = None


def follow(
    look: Callable[[Seen | None], Seen],
    wait: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Sight[Seen]]:
    """Look again and again, and yield every sight until the ingestion is completed; blocks in `wait` between.

    `look` gets what was seen before and asks the service, which may raise the errors of the client.
    A service that goes away after its first answer has PATIENCE_SECONDS to come back, then UnreachableError
    is raised. Every other error is raised at once.
    """
    sight = Sight(look(None))
    answered = now()
    yield sight
    while sight.seen.status is not Status.COMPLETED:
        wait(_pause(sight))
        try:
            sight = Sight(look(sight.seen))
            answered = now()
        except AwayError as error:
            if now() - answered > PATIENCE_SECONDS:
                raise UnreachableError(f"Gave up after {PATIENCE_SECONDS:g} s. {error}") from error
            sight = replace(sight, away=error)
        yield sight


def _pause(sight: Sight[Seen]) -> float:
    asked = (sight.away or sight.seen).retry_after or 0
    return min(max(asked, POLL_SECONDS), LONGEST_PAUSE_SECONDS)
