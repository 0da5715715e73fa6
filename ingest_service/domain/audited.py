"""The ledger as an audit reads it."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

Place = tuple[int, int]


class AuditedCall(NamedTuple):
    """A call in the ledger, of the id at `position` of an ingestion, in the batch of this number.

    `is_first` is False where the id was called before. `priority` is None where the ingestion is gone, or has not
    always had the same one.
    """

    sequence: int
    position: int
    record_id: int
    is_first: bool
    batch: int | None
    priority: int | None

    @property
    def place(self) -> Place | None:
        """Place of its ingestion in the order, None where that is not known."""
        return None if self.priority is None else (self.priority, self.sequence)


@dataclass(frozen=True, slots=True)
class AuditedSlot:
    """A slot in the ledger. The times of the engine, `opening` and `closing`, are as its link covers them.

    `link` is None where an older program opened it, `closed_at` where it was never closed. `is_thinned`: calls of
    it were removed with history. `fates` has a letter for each call (see domain/chain), None where there was no
    close with outcomes.
    """

    number: int
    opened_at: int
    closed_at: int | None
    replica: str | None
    lag: int | None
    fates: str | None
    opening: str
    closing: str | None
    calls_hash: bytes | None
    link: bytes | None
    is_thinned: bool
    calls: tuple[AuditedCall, ...] = ()

    @property
    def made(self) -> int:
        """Number of its calls without those that were not made: they came too late, or the slot was taken back."""
        if (self.closing or "").startswith("w uncalled"):
            return 0
        return len(self.calls) - (self.fates or "").count("u")


class RemovedRun(NamedTuple):
    """Neighbouring slots that were removed with history: the link before the first, and that of the last."""

    first: int
    last: int
    before: bytes
    link: bytes


@dataclass(frozen=True, slots=True)
class SlotPage:
    """Slots that follow each other, the runs that were removed among them, and the calls of missing slots."""

    slots: tuple[AuditedSlot, ...]
    removed: tuple[RemovedRun, ...]
    homeless: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AuditedIngestion:
    """An ingestion: how many outcomes it must have, None while it is not over, and how many it has."""

    sequence: int
    id: UUID
    expected: int | None
    outcomes: int


@dataclass(frozen=True, slots=True)
class AuditedOutcome:
    """An outcome that says how often its id was called, and how often the ledger says so: from `least` to `most`.

    They differ where slots of an older program do not say whether a call was made.
    """

    ingestion_id: UUID
    record_id: int
    attempts: int
    least: int
    most: int
