"""When an ingestion has to be completed, and what has put it off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an ingestion has to be completed, and whether it will be as things stand."""

    at: datetime
    holds: bool

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(datetime.fromisoformat(answer["at"]), bool(answer["holds"]))


@dataclass(frozen=True, slots=True)
class Slip:
    """One event that put an ingestion off: when it was, by how many slots and seconds, and the reason."""

    at: datetime
    slots: int
    seconds: float
    text: str

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            datetime.fromisoformat(answer["at"]),
            int(answer["slots"]),
            float(answer["seconds"]),
            str(answer["text"]),
        )
