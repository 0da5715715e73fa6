"""What came of one id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class Result(Told):
    """The upstream's JSON for one id, or, if it failed in the end, the `error`.

    Then `attempts` and `last_status` are known, too, except for the status of a call that was never answered.
    """

    id: int
    result: Any
    error: str | None = None
    attempts: int | None = None
    last_status: int | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        if "error" not in answer:
            return cls(int(answer["id"]), answer["result"], source=answer)
        return cls(
            int(answer["id"]),
            None,
            str(answer["error"]),
            int(answer["attempts"]),
            answer["last_status"],
            source=answer,
        )
