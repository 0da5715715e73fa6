"""What the scheduler needs from the outside, for others to fit."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol
from uuid import UUID

from ingest_service.domain import Entry, Submission
from ingest_service.ledger import (
    Account,
    BatchAccount,
    Call,
    LastSlot,
    Outcome,
    Slot,
    SlotAccount,
    Verdict,
)
from ingest_service.packed_ids import PackedIds
from ingest_service.progress import Progress
from ingest_service.schedule import Outlook


class Fetcher(Protocol):
    """Calls the upstream."""

    def fetch(self, record_id: int) -> Call:
        """Call the upstream once for one id and block until it has answered; several threads call at once.

        What goes wrong with the call is in its answer, not raised.
        """


class SideBySide(Protocol):
    """Runs the calls of a slot at the same time."""

    def __call__(self, call: Callable[[int], Call], ids: Sequence[int]) -> list[Call]:
        """Run `call` for every id at once, block until all have ended, return them in the order of the ids."""


class Slots(Protocol):
    """The one seam that opens slots: whatever stands behind it waits, chooses and writes down."""

    def start(self) -> None:
        """Take up what was left waiting. Raises StoreError and SettingError."""

    def stop(self) -> None:
        """Let `open` return None from now on, at once. Any thread; may be called twice."""

    def join(self, entry: Entry) -> None:
        """Let an accepted ingestion join the backlog. Any thread; does not block."""

    def opens_in(self) -> int:
        """Return for how many nanoseconds no slot will open. Any thread; does not block."""

    def outlook(self) -> Outlook:
        """Return all that the schedule depends on, as it is now. Any thread; does not block."""

    def open(self) -> Slot | None:
        """Block until a slot may open, choose its batches, write it down and return it; None once stopped.

        The slot is durable when this returns: its calls count as made, whatever happens. Raises StoreError if
        it could not be written down; then nothing was released, and it may be asked again.
        """

    def close(self, slot: Slot, calls: Sequence[Call]) -> None:
        """Write down what came of the slot's calls (one for each id, in order); durable when this returns.

        Raises StoreError if it could not be written down; then it is to be asked again.
        """


class Store(Protocol):
    """Keeps ingestions, the ledger and the outcomes. Any thread; every method may block on the disk.

    Everything a method wrote is durable when it returns. Raises StoreError where the disk fails, StoreInUse
    where another process works on the same store, StoreStopped when it is not running.
    """

    def start(self) -> None:
        """Open the store, migrate it and keep every other process out."""

    def stop(self) -> None:
        """Finish what was asked and let go of the store. May be called twice; `start` opens it again."""

    @property
    def alive(self) -> bool:
        """Whether it can take an ingestion. Does not touch the disk."""

    def add(self, submission: Submission, accepted: Callable[[Entry], None]) -> None:
        """Keep a submission as a new ingestion; `accepted` gets its entry once it is durable.

        `accepted` is called before this returns, one call at a time and in the order of the sequences (which
        is the order of the created times), so it must not block.
        """

    def find(self, ingestion_id: UUID) -> Progress | None:
        """Return how far an ingestion has come, None if there is none with this id."""

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return outcomes with their positions, in the order of the ids: the first `limit` past `after`."""

    def failed_ids(self, ingestion_id: UUID) -> PackedIds:
        """Return the ids whose outcome is an error, in the order given."""

    def account(self, sequence: int) -> Account:
        """Return what the ledger tells of an ingestion."""

    def batch_accounts(self, progress: Progress, numbers: range) -> dict[int, BatchAccount]:
        """Return what the ledger tells of those of these batches that were released, by their numbers."""

    def slots(self, before: int, limit: int) -> list[SlotAccount]:
        """Return the last `limit` slots with a number below `before`, the latest first."""

    def waiting(self) -> Iterable[tuple[Entry, int]]:
        """Return what is to be released, with the time (wall clock) before which it may not be, 0 for none.

        That is what never was released, what is to be called again, and what was called in a slot that was
        never closed.
        """

    def paused_until(self) -> int:
        """Return when the last pause ends or ended (wall clock), 0 if there never was one."""

    def last_slot(self) -> LastSlot | None:
        """Return what the ledger proves of the last slot, None if there never was one."""

    def open_slot(self, slot: Slot) -> None:
        """Write down a slot and release its batches."""

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        """Keep the verdict on each id, in order, and when the last call of the slot started.

        A batch is finished when each of its ids has an outcome. A pause (wall clock) is kept, if there is one.
        """
