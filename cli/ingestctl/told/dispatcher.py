"""What the dispatcher of the service does, and what waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.ingestion import Priority
from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits with one priority."""

    ingestions: int
    batches: int
    ids: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(int(answer["ingestions"]), int(answer["batches"]), int(answer["ids"]))


@dataclass(frozen=True, slots=True)
class Dispatcher(Told):
    """Whether an operator paused it, until when the upstream did, when it goes on, and what waits."""

    state: str
    paused_at: datetime | None
    upstream_paused_until: datetime | None
    probing: bool
    next_slot_at: datetime | None
    backlog: Mapping[Priority, Load]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            str(answer["state"]),
            moment.parse(answer["paused_at"]),
            moment.parse(answer["upstream_paused_until"]),
            bool(answer["probing"]),
            moment.parse(answer["next_slot_at"]),
            {priority: Load.parse(answer["backlog"][priority]) for priority in Priority},
            source=answer,
        )
