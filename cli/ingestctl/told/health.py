"""What the service says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class Health(Told):
    """In one word how the service is, and its version, None if it does not say."""

    status: str
    version: str | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(str(answer["status"]), answer.get("version"), source=answer)
