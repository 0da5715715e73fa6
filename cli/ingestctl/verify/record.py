"""Everything that one run saw of a service."""

from dataclasses import dataclass, field

from ingestctl.verify.asking import Reply
from ingestctl.verify.timing import INTERVAL_SECONDS
from ingestctl.verify.watched import Sighting, Span, Watched
from ingestctl.verify.wrong_requests import WrongRequest

BATCH_SIZE = 3


@dataclass(frozen=True, slots=True)
class ClientSeen:
    """One of many clients at a time: the id that it submitted, and what it was answered.

    `ingestion_id` and `status` are None if it was not accepted.
    """

    record_id: int
    submitted: Reply
    ingestion_id: str | None
    status: Reply | None


@dataclass(frozen=True, slots=True)
class Restart:
    """A restart at a time of the client, and the status of each ingestion after it.

    `begun` is an ingestion with batches that had started before.
    """

    at: float
    again: list[tuple[Watched, Reply]]
    begun: Watched | None


@dataclass
class Record:
    """Observations in the order of their names; what was not reached is empty.

    `example` are the two ingestions of the specification's example, the first one on a queue that should be empty.
    """

    interval: float = INTERVAL_SECONDS
    replies: list[Reply] = field(default_factory=list)
    wrong: list[tuple[WrongRequest, Reply]] = field(default_factory=list)
    unknown: list[Reply] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    example: list[Watched] = field(default_factory=list)
    hundred: list[Watched] = field(default_factory=list)
    urgent: list[Watched] = field(default_factory=list)
    clients: list[ClientSeen] = field(default_factory=list)
    restart: Restart | None = None
    restart_failure: str | None = None

    @property
    def watched(self) -> list[Watched]:
        """All ingestions that were watched, in the order of their submissions."""
        return [*self.example, *self.hundred, *self.urgent]

    @property
    def sightings(self) -> list[Sighting]:
        """All statuses that were read."""
        return [sighting for one in self.watched for sighting in one.sightings]

    @property
    def spans(self) -> list[Span]:
        """All batches that were watched."""
        return [span for one in self.watched for span in one.spans()]

    @property
    def first_wait(self) -> float | None:
        """Seconds until the first batch was seen to have started, None if it never was."""
        first = self.example[0].spans()[:1] if self.example else []
        return first[0].before - self.example[0].accepted if first and first[0].before else None

    @property
    def is_busy(self) -> bool:
        """True if the first batch waited for longer than one slot: other work was in the queue."""
        return self.first_wait is None or self.first_wait > 1.5 * self.interval + 1
