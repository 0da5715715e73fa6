"""What would become of a submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.ingestion import Priority
from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class Delay:
    """How much later another ingestion would complete; times are None while nobody knows them."""

    ingestion_id: str
    priority: Priority
    completes_at: datetime | None
    would_complete_at: datetime | None
    seconds: float

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            str(answer["ingestion_id"]),
            Priority(answer["priority"]),
            moment.parse(answer["completes_at"]),
            moment.parse(answer["would_complete_at"]),
            float(answer["seconds"] or 0),
        )


@dataclass(frozen=True, slots=True)
class Trial(Told):
    """When a submission would run, in how many slots, and whom it would delay: the most delayed of `delayed`.

    Times are None while an operator has paused the dispatcher.
    """

    starts_at: datetime | None
    completes_at: datetime | None
    slots: int
    position: int
    delayed: int
    delays: tuple[Delay, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            moment.parse(answer["starts_at"]),
            moment.parse(answer["completes_at"]),
            int(answer["slots"]),
            int(answer["position"]),
            int(answer["delayed"]),
            tuple(map(Delay.parse, answer["delays"])),
            source=answer,
        )
