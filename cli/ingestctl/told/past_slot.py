"""A slot that was opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class PastSlot(Told):
    """A slot of the ledger: when it opened, when its last call ended (None: not yet), and the ids it called."""

    number: int
    opened_at: datetime | None
    closed_at: datetime | None
    ids: tuple[int, ...]

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            int(answer["number"]),
            moment.parse(answer["opened_at"]),
            moment.parse(answer["closed_at"]),
            tuple(map(int, answer["ids"])),
            source=answer,
        )
