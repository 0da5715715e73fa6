"""Ingestions of a run, and when their batches started as far as polling can show it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from ingestctl.models import IngestionStatus, Priority, Status
from ingestctl.verify.asking import Reply

_RANKS = {priority: rank for rank, priority in enumerate(Priority)}
_MOST_IDS_SHOWN = 6


def status_in(reply: Reply) -> IngestionStatus | None:
    """Return the status that an answer has, None if it is anything else."""
    with suppress(ValueError):
        if reply.status == HTTPStatus.OK:
            return IngestionStatus.parse(reply.body)
    return None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A status of an ingestion, true at some moment between the two times."""

    asked: float
    answered: float
    status: IngestionStatus

    def waits(self, number: int) -> bool:
        """Return whether a batch had not started; one that is not listed has not."""
        batches = self.status.batches
        return number >= len(batches) or batches[number].status is Status.YET_TO_START


@dataclass(frozen=True, slots=True)
class Span:
    """A batch that started between the times `after` and `before`, which is None if it was never seen to start."""

    owner: "Watched"
    number: int
    ids: tuple[int, ...]
    after: float
    before: float | None

    def __str__(self) -> str:
        return f"{list(self.ids)} of {self.owner.priority}"


@dataclass(eq=False)
class Watched:
    """An accepted ingestion; `strange` are the answers about it that are not a status."""

    ids: Sequence[int]
    priority: Priority
    ingestion_id: str
    sent: float
    accepted: float
    sightings: list[Sighting] = field(default_factory=list)
    strange: list[Reply] = field(default_factory=list)

    def __str__(self) -> str:
        few = len(self.ids) <= _MOST_IDS_SHOWN
        return f"{self.priority} {list(self.ids) if few else f'with {len(self.ids)} ids'}"

    @property
    def rank(self) -> int:
        """Rank of the priority, the most urgent is 0."""
        return _RANKS[self.priority]

    def see(self, reply: Reply) -> None:
        """Take in an answer about its status; one that is missing says nothing."""
        if status := status_in(reply):
            self.sightings.append(Sighting(reply.asked, reply.answered, status))
        elif not reply.is_missing:
            self.strange.append(reply)

    def spans(self) -> list[Span]:
        """Return every batch that was ever listed."""
        listed = max((sighting.status for sighting in self.sightings), key=lambda one: one.total, default=None)
        return [self._span(number, batch.ids) for number, batch in enumerate(listed.batches if listed else ())]

    @property
    def all_started(self) -> bool:
        """True if no batch that is listed waits."""
        return bool(self.sightings) and not any(map(self.sightings[-1].waits, range(self.total)))

    @property
    def is_completed(self) -> bool:
        """True if the ingestion and every batch that is listed is completed."""
        if not self.sightings:
            return False
        last = self.sightings[-1].status
        return last.status is Status.COMPLETED and last.completed == last.total

    @property
    def total(self) -> int:
        """Number of batches at the last look."""
        return self.sightings[-1].status.total if self.sightings else 0

    @property
    def started(self) -> int:
        """Number of batches that had started at the last look."""
        return sum(not self.sightings[-1].waits(number) for number in range(self.total))

    def _span(self, number: int, ids: tuple[int, ...]) -> Span:
        after = self.sent
        for sighting in self.sightings:
            if not sighting.waits(number):
                return Span(self, number, ids, after, sighting.answered)
            after = sighting.asked
        return Span(self, number, ids, after, None)
