"""An ingestion as it stands in a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ingestctl.told import moment
from ingestctl.told.ingestion import Priority, Status, batch_counts
from ingestctl.told.source import Told


@dataclass(frozen=True, slots=True)
class ListedIngestion(Told):
    """One ingestion in short; `batches` counts them by status, `ids` and `failed` count ids."""

    ingestion_id: str
    status: Status
    priority: Priority
    created_at: datetime | None
    ids: int
    batches: Mapping[Status, int]
    failed: int
    deadline: datetime | None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Read it from the service's JSON; raises KeyError, TypeError or ValueError if it is something else."""
        return cls(
            ingestion_id=str(answer["ingestion_id"]),
            status=Status(answer["status"]),
            priority=Priority(answer["priority"]),
            created_at=moment.parse(answer["created_at"]),
            ids=int(answer["ids"]),
            batches=batch_counts(answer["batches"]),
            failed=int(answer["failed"]),
            deadline=moment.parse(answer["deadline"]),
            source=answer,
        )
