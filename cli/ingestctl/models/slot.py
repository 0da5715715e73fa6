"""Slots: those to come, those that were opened, and the effect of one more submission."""

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct

from ingestctl.models.response import Priority, Response, Time


class ScheduledBatch(Struct, frozen=True):
    """A batch that waits for its slot."""

    batch_id: str
    ingestion_id: str
    priority: Priority
    ids: tuple[int, ...]


class Slot(Response, frozen=True):
    """A slot to come; `opens_at` is None while an operator has paused the dispatcher."""

    opens_at: Time | None
    ids: tuple[int, ...]
    batches: tuple[ScheduledBatch, ...]


class Schedule(Struct, frozen=True):
    """Slots to come, the next one first."""

    slots: tuple[Slot, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Decode the service's JSON; raises ValueError, TypeError or KeyError if it is something else."""
        return cls(tuple(map(Slot.parse, body["slots"])))


class PastSlot(Response, frozen=True):
    """A slot of the ledger with the ids that were called; `closed_at` is None until its last call has ended.

    `replica` is the process of the service that opened it, None where that is not known.
    """

    number: int
    opened_at: Time
    closed_at: Time | None
    ids: tuple[int, ...]
    replica: str | None = None


class Delay(Struct, frozen=True):
    """An ingestion that would complete later; times and `seconds` are None while they are not known."""

    ingestion_id: str
    priority: Priority
    completes_at: Time | None
    would_complete_at: Time | None
    seconds: float | None


class DryRun(Response, frozen=True):
    """Estimate of a submission: its times, its slots, and its effect on others.

    `position` is the number of slots that open before its first one, `delayed` the number of ingestions that it
    would delay, and `delays` has the most delayed of them. Times are None during an operator's pause.
    """

    starts_at: Time | None
    completes_at: Time | None
    slots: int
    position: int
    delayed: int
    delays: tuple[Delay, ...]
