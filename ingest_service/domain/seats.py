"""The places in slots that were taken, and what came of each call."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ingest_service.domain.ledger import SlotRecord
from ingest_service.domain.model import Priority


class Fate(StrEnum):
    """The result of one call. One that goes AGAIN failed in a way that may pass, or its slot was lost.

    It stays so where the ingestion is cancelled before the next call.
    """

    CALLING = "calling"
    DONE = "done"
    FAILED = "failed"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Seat:
    """The call of one id in a slot: `batch` is the number of its batch, `attempt` counts its calls from 1."""

    ingestion_id: UUID
    batch: int
    record_id: int
    priority: Priority
    attempt: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class SeatedSlot:
    """A slot of the ledger with its seats in order.

    `lag` is the nanoseconds from when the slot might have opened until the last of its calls started, None where
    that is not known.
    """

    slot: SlotRecord
    lag: int | None
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class MinuteTally:
    """The slots that opened in one minute, from `start` on (wall clock), and what came of their calls.

    `longest_lag` is as in SeatedSlot.
    """

    start: int
    first_slot: int
    slots: int
    ids: int
    done: int
    failed: int
    again: int
    longest_lag: int | None


@dataclass(frozen=True, slots=True)
class Fill:
    """Number of ids that some slots carried together."""

    slots: int
    ids: int
