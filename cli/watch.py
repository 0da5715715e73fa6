"""Following an ingestion until it is completed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cli.client import Client
from cli.errors import AwayError, UnreachableError
from cli.ingestion import IngestionStatus, Status

POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What a watcher knows at one moment: the last status, and why the service gives no answer now."""

    status: IngestionStatus
    away: AwayError | None = None


def follow(
    client: Client,
    ingestion_id: str,
    wait: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Sight]:
    """Ask again and again, and yield every sight until the ingestion is completed; blocks in `wait` between.

    A service that goes away after its first answer has PATIENCE_SECONDS to come back, then UnreachableError
    is raised. Every other error of the client is raised at once.
    """
    sight = Sight(client.status(ingestion_id))
    answered = now()
    yield sight
    while sight.status.status is not Status.COMPLETED:
        wait(_pause(sight))
        try:
            sight = Sight(client.status(ingestion_id, known=sight.status))
            answered = now()
        except AwayError as error:
            if now() - answered > PATIENCE_SECONDS:
                raise UnreachableError(f"Gave up after {PATIENCE_SECONDS:g} s. {error}") from error
            sight = replace(sight, away=error)
        yield sight


def _pause(sight: Sight) -> float:
    asked = (sight.away or sight.status).retry_after or 0
    return min(max(asked, POLL_SECONDS), LONGEST_PAUSE_SECONDS)
