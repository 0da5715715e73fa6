"""The slots to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.ingestion import Priority
from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class ScheduledBatch:
    """A batch that waits for its slot."""

    batch_id: str
    ingestion_id: str
    priority: Priority
    ids: tuple[int, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            str(answer["batch_id"]),
            str(answer["ingestion_id"]),
            Priority(answer["priority"]),
            tuple(map(int, answer["ids"])),
        )


@dataclass(frozen=True, slots=True)
class Slot(Told):
    """One opening of the rate limit; `opens_at` is None while an operator has paused the dispatcher."""

    opens_at: datetime | None
    ids: tuple[int, ...]
    batches: tuple[ScheduledBatch, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            moment.parse(answer["opens_at"]),
            tuple(map(int, answer["ids"])),
            tuple(map(ScheduledBatch.parse, answer["batches"])),
            source=answer,
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slots to come, the next one first."""

    slots: tuple[Slot, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(tuple(map(Slot.parse, answer["slots"])))
