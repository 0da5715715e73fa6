"""The notes of the upstream and of the clients of a day, in the order in which everything happened.

They name no ingestion by its id, which is never the same twice: a client counts its submissions, from 0. Times are
nanoseconds of the virtual clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.rate import RateLimit


class Reply(Enum):
    """A client's knowledge of what it asked: it was done, it was not, or it may have been."""

    DONE = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class Submitted:
    """A submission, or one that is sent again with its key; `ingestion` counts the ingestions that were named."""

    name: int
    ids: tuple[int, ...]
    priority: Priority
    reply: Reply
    ingestion: int | None = None


@dataclass(frozen=True)
class Changed:
    """An ingestion was to get a priority, or to be cancelled (None)."""

    name: int
    priority: Priority | None
    reply: Reply


@dataclass(frozen=True)
class Switched:
    """An operator paused or resumed."""

    pauses: bool
    reply: Reply


@dataclass(frozen=True)
class Looked:
    """A client read the status of an ingestion, and the outcomes: by their ids, (result, error)."""

    name: int
    status: Status
    batches: tuple[Status, ...]
    outcomes: tuple[tuple[int, str | None, str | None], ...]


@dataclass
class Called:
    """A call as the upstream had it. No answer: the service was killed before it came."""

    record_id: int
    at: int
    ended: int | None = None
    answer: Answer | None = None

    @property
    def is_conclusive(self) -> bool:
        """True if the id is not to be called again after this answer."""
        return self.answer is not None and not (self.answer.retryable or self.answer.refused)


@dataclass(frozen=True)
class Killed:
    """The service was killed; `boots`: with the machine."""

    at: int
    boots: bool = False


@dataclass(frozen=True)
class Started:
    """The service was started again."""

    at: int


Note = Submitted | Changed | Switched | Looked | Called | Killed | Started


@dataclass(frozen=True)
class Slot:
    """Calls that were made at once; `place` is that of the first one among the notes."""

    place: int
    calls: tuple[Called, ...]

    @property
    def at(self) -> int:
        """Start of its first call."""
        return self.calls[0].at


@dataclass
class Notes:
    """All notes of a day, and the rules that the service was to keep.

    A batch has `batch_size` ids. An id is called `max_attempts` times at most, and waits for the `backoff` after
    its first call that failed, twice as long after the next one.
    """

    rate: RateLimit
    batch_size: int
    max_attempts: int
    backoff: int
    all: list[Note] = field(default_factory=list)

    @property
    def limits(self) -> list[tuple[int, int]]:
        """The limits, each a number of ids in a window of time."""
        return [(limit.ids, limit.window + self.rate.guard) for limit in self.rate.limits]

    def add(self, note: Note) -> None:
        """Add a note."""
        self.all.append(note)

    def calls(self) -> list[Called]:
        """Return the calls, in order."""
        return [note for note in self.all if isinstance(note, Called)]

    def places(self, kind: type[Note]) -> list[int]:
        """Return the places of the notes of a kind."""
        return [place for place, note in enumerate(self.all) if isinstance(note, kind)]

    def slots(self) -> list[Slot]:
        """Return the slots: calls are of one slot if they start much closer than an interval."""
        groups: list[tuple[int, list[Called]]] = []
        for place, note in enumerate(self.all):
            if not isinstance(note, Called):
                continue
            if groups and note.at - groups[-1][1][-1].at < self.rate.interval // 2:
                groups[-1][1].append(note)
            else:
                groups.append((place, [note]))
        return [Slot(place, tuple(calls)) for place, calls in groups]

    def submissions(self) -> Iterator[tuple[int, Submitted]]:
        """Yield the submissions that were or may have been accepted, with their places among the notes."""
        for place, note in enumerate(self.all):
            if isinstance(note, Submitted) and note.reply is not Reply.REFUSED:
                yield place, note
