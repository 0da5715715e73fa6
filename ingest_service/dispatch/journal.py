"""Interface of the durable journal of the embedded engine."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol
from uuid import UUID

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import LastSlot, LedgerSlot, Outcome, ReleaseState, Slot, Verdict
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.refusals import Refusals


class Journal(Protocol):
    """Writes down everything the engine decides, and reads it again at a start. Any thread; blocks on the disk.

    A write is durable when the method returns. Raises StoreError where the disk fails; then nothing was kept,
    unless the error says that this is not certain.
    """

    def add(self, submission: Submission, accepted: Callable[[int, Ingestion], None], key: str | None) -> UUID:
        """Keep a submission as a new ingestion and return its id; `accepted` gets its sequence once it is durable.

        `accepted` is called before this returns, one call at a time and in the order of the sequences (which is
        the order of the created times), so it must not block. With an idempotency key that came before, nothing
        is kept and the id of the ingestion that came with it is returned; KeyReused is raised if that one had
        other ids, another priority or another deadline.
        """

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        """Return the id of the ingestion that came with this key, None for a new key. Raises KeyReused."""

    def release_states(self, sequences: Collection[int]) -> dict[int, ReleaseState]:
        """Return the states of ingestions, which may have changed while some of their ids were being called."""

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Let nothing more of an ingestion be released, and keep outcomes of ids at these positions.

        A batch without a released id is cancelled. May be asked twice.
        """

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Keep another priority of an ingestion."""

    def pause(self, at: int | None) -> None:
        """Keep the time of an operator's pause (wall clock), None for no pause."""

    def paused_at(self) -> int | None:
        """Return the time of an operator's pause (wall clock), None without one."""

    def paused_until(self) -> int:
        """Return the end of the last pause that the upstream asked for (wall clock as it runs now), 0 if none."""

    def waiting(self, ready: int) -> Iterable[tuple[Entry, int]]:
        """Return what is to be released, with the time (wall clock as it runs now) before which it may not be.

        The time is 0 for what may be released at once; `ready` (monotonic) is that of the entries.

        It never was released, or is to be called again, or was called in a slot that was never closed.
        """

    def last_slot(self) -> LastSlot | None:
        """Return what the ledger proves of the last slot, None if there never was one.

        Slot 0, not trusted, stands for a ledger that may have lost every slot it knew.
        """

    def refused_slots(self) -> int:
        """Return how many slots in a row, up to the last one that was closed, the upstream refused."""

    def refusals_before(self, slot: Slot, *, is_last: bool) -> Refusals:
        """Return what is known of refusals before this slot, which is open; `is_last`: nothing waits besides."""

    def called(self, most_ids: int) -> Sequence[LedgerSlot]:
        """Return the last slots in their order, as many as have this number of ids together."""

    def record_ids(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        """Return the ids of an ingestion at these positions. Raises IdsDamaged if they are not those accepted.

        What was read last is kept, so that reading it again does not touch the store.
        """

    def open_slot(self, slot: Slot) -> None:
        """Write down a slot and release its batches."""

    def close_slot(
        self,
        slot: Slot,
        verdicts: Sequence[Verdict],
        started: int,
        lag: int,
        paused_until: int | None,
        refused_slots: int = 0,
    ) -> None:
        """Keep the verdict on each id, in order, and when the last call of the slot started, with its lag.

        A batch is finished when each of its ids has an outcome. A pause (wall clock) is kept, if there is one, and
        how many slots in a row were refused with this one.
        """
