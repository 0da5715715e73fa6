"""An ingestion: its batches, how urgent it is, how far it has come, and when it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.deadline import Deadline, Slip
from ingestctl.told.source import Told
from ingestctl.told.why import Why


class Priority(StrEnum):
    """How urgent an ingestion is."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Status(StrEnum):
    """How far a batch, or a whole ingestion, has come."""

    YET_TO_START = "yet_to_start"
    TRIGGERED = "triggered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Batch:
    """A few ids that are released together."""

    batch_id: str
    ids: tuple[int, ...]
    status: Status

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read a batch of the service's JSON; raises KeyError, TypeError or ValueError if it is none."""
        return cls(str(answer["batch_id"]), tuple(map(int, answer["ids"])), Status(answer["status"]))


@dataclass(frozen=True, slots=True)
class IngestionStatus:
    """Where one ingestion stood when the service answered.

    `etag` names this state to the service, and `retry_after` is how many seconds it asks to be left alone;
    None where it did not say.
    """

    ingestion_id: str
    status: Status
    batches: tuple[Batch, ...]
    etag: str | None = None
    retry_after: int | None = None

    @property
    def completed(self) -> int:
        """How many batches are completed."""
        return sum(batch.status is Status.COMPLETED for batch in self.batches)

    @property
    def total(self) -> int:
        """How many batches there are."""
        return len(self.batches)

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        batches = tuple(map(Batch.parse, answer["batches"]))
        return cls(str(answer["ingestion_id"]), Status(answer["status"]), batches)


@dataclass(frozen=True, slots=True)
class Ingestion(Told):
    """One ingestion as a whole, and when it runs: times that lie ahead are expected, the others are facts.

    `batches` counts them by status, `ids` and `failed` count ids; None stands for what is not known. `slips` are
    what put it off, the latest first. `etag` and `retry_after` are as in IngestionStatus.
    """

    ingestion_id: str
    status: Status
    priority: Priority
    created_at: datetime | None
    ids: int
    batches: Mapping[Status, int]
    failed: int
    slots_used: int
    starts_at: datetime | None
    completes_at: datetime | None
    position: int | None
    why: Why | None
    deadline: Deadline | None = None
    slips: tuple[Slip, ...] = ()
    etag: str | None = None
    retry_after: int | None = None

    @property
    def completed(self) -> int:
        """How many batches are completed."""
        return self.batches[Status.COMPLETED]

    @property
    def total(self) -> int:
        """How many batches there are."""
        return sum(self.batches.values())

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        position, why, deadline = answer["position"], answer["why"], answer.get("deadline")
        return cls(
            ingestion_id=str(answer["ingestion_id"]),
            status=Status(answer["status"]),
            priority=Priority(answer["priority"]),
            created_at=moment.parse(answer["created_at"]),
            ids=int(answer["ids"]),
            batches=batch_counts(answer["batches"]),
            failed=int(answer["failed"]),
            slots_used=int(answer["slots_used"]),
            starts_at=moment.parse(answer["starts_at"]),
            completes_at=moment.parse(answer["completes_at"]),
            position=None if position is None else int(position),
            why=None if why is None else Why.parse(why),
            deadline=None if deadline is None else Deadline.parse(deadline),
            slips=tuple(map(Slip.parse, answer.get("slips", ()))),
            source=answer,
        )


def batch_counts(answer: Mapping[str, Any]) -> Mapping[Status, int]:
    """Read the counts of batches; the service counts the cancelled ones only where there are any."""
    counts = {Status.CANCELLED: 0, **answer}
    return {status: int(counts[status]) for status in Status}
