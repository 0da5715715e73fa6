"""A page of the batches of an ingestion, with their times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.ingestion import Status
from ingestctl.told.source import Told

LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class TimedBatch(Told):
    """A batch, its number in the ingestion (from 0), and when it runs.

    As long as it waits, `started_at` is the expected time; None stands for everything that is not known.
    """

    batch_id: str
    number: int
    ids: tuple[int, ...]
    status: Status
    attempts: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read a batch of the service's JSON; raises KeyError, TypeError or ValueError if it is none."""
        return cls(
            str(answer["batch_id"]),
            int(answer["number"]),
            tuple(map(int, answer["ids"])),
            Status(answer["status"]),
            int(answer["attempts"]),
            moment.parse(answer["started_at"]),
            moment.parse(answer["finished_at"]),
            source=answer,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Neighbouring batches, and the number after which the next page begins, None on the last."""

    batches: tuple[TimedBatch, ...]
    next_after: int | None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        after = answer["next_after"]
        return cls(tuple(map(TimedBatch.parse, answer["batches"])), None if after is None else int(after))
