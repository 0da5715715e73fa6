"""What the ledger records: slots, the calls made in them, and what came of each id."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from ingest_service.domain import Batch


@dataclass(frozen=True, slots=True)
class Slot:
    """One opening of the rate limit and the batches that start in it.

    `opened` is nanoseconds on the monotonic clock of the boot named `boot`; `opened_at` is the wall clock.
    """

    number: int
    boot: str
    opened: int
    opened_at: int
    batches: tuple[Batch, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids to call, in order."""
        return tuple(chain.from_iterable(batch.ids for batch in self.batches))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one id: a result (JSON), or the sentence of an error."""

    record_id: int
    result: Any = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One upstream call: when it started (nanoseconds, monotonic) and what came of it."""

    started: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class LastSlot:
    """What the ledger proves of the last slot.

    `started` is when the last of its calls started, or None while the slot is open: then nobody knows.
    `trusted` says that the ledger is the one this machine wrote last, not a copy or a restored backup.
    """

    number: int
    boot: str
    started: int | None
    trusted: bool
