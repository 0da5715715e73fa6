"""The values the service answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


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

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        batches = tuple(map(Batch.parse, answer["batches"]))
        return cls(str(answer["ingestion_id"]), Status(answer["status"]), batches)
