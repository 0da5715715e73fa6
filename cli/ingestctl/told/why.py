"""Why an ingestion has to wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment


@dataclass(frozen=True, slots=True)
class Ahead:
    """What goes first with one priority."""

    priority: str
    ingestions: int
    batches: int


@dataclass(frozen=True, slots=True)
class Why:
    """What goes before an ingestion, until when the upstream wants a pause, and when the next batch runs.

    While an operator has paused the dispatcher nobody knows when that is.
    """

    ahead: tuple[Ahead, ...]
    paused_until: datetime | None
    next_at: datetime | None
    paused_by_operator: bool = False

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            tuple(Ahead(str(p), int(n["ingestions"]), int(n["batches"])) for p, n in answer["ahead"].items()),
            moment.parse(answer["paused_until"]),
            moment.parse(answer["next_at"]),
            bool(answer.get("paused_by_operator")),
        )
