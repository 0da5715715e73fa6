"""The journal of the model."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from ingest_service.clock import Clock
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import LastSlot, LedgerSlot, Outcome, ReleaseState, Slot, Verdict
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.refusals import Refusals
from ingest_service.errors import KeyReused
from tests.stores.model.kept import Kept
from tests.stores.model.ledger import Ledger

LAST_SLOT = 2**62


class ModelJournal:
    """Fits the interface `Journal`, and keeps what the records of the model read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accepted = 0
        self._keys: dict[str, Kept] = {}
        self._paused_at: int | None = None
        self._paused_until = 0
        self.kept: dict[int, Kept] = {}
        self.ledger = Ledger()

    def add(self, submission: Submission, accepted: Callable[[int, Ingestion], None], key: str | None) -> UUID:
        known = None if key is None else self.resubmitted(submission, key)
        if known is not None:
            return known
        self._accepted += 1
        kept = Kept(self._accepted, Ingestion.of(submission), submission, self._clock.wall())
        self.kept[self._accepted] = kept
        if key is not None:
            self._keys[key] = kept
        accepted(kept.sequence, kept.ingestion)
        return submission.id

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        if key not in self._keys:
            return None
        before = self._keys[key].submission
        if _content(submission) != _content(before):
            raise KeyReused(key)
        return before.id

    def release_states(self, sequences: Collection[int]) -> dict[int, ReleaseState]:
        return {sequence: self.kept[sequence].release_state for sequence in sequences}

    def cancel(self, sequence: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        if sequence in self.kept:
            self.kept[sequence].cancel(outcomes, self._clock.wall())

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        if sequence in self.kept:
            self.kept[sequence].reprioritise(priority)

    def pause(self, at: int | None) -> None:
        self._paused_at = at

    def paused_at(self) -> int | None:
        return self._paused_at

    def paused_until(self) -> int:
        return self._paused_until

    def waiting(self, ready: int) -> Iterable[tuple[Entry, int]]:
        for kept in self.kept.values():
            for entry, due_at in kept.waiting(self.ledger.in_flight(kept.sequence)):
                yield replace(entry, ready=ready), due_at

    def last_slot(self) -> LastSlot | None:
        return self.ledger.last() or (LastSlot(0, "", None, trusted=False) if self.kept else None)

    def called(self, most_ids: int) -> Sequence[LedgerSlot]:
        return self.ledger.called(most_ids)

    def record_ids(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.kept[sequence].submission.ids[position] for position in positions)

    def open_slot(self, slot: Slot) -> None:
        self.ledger.open(slot)
        for batch in slot.batches:
            self.kept[batch.sequence].release(batch)

    def refused_slots(self) -> int:
        return self.ledger.refused_slots(LAST_SLOT)

    def refusals_before(self, slot: Slot, *, is_last: bool) -> Refusals:
        before = self.ledger.refused_before(slot)
        return Refusals(self.ledger.refused_slots(slot.number), before, is_last)

    def close_slot(
        self,
        slot: Slot,
        verdicts: Sequence[Verdict],
        started: int,
        lag: int,
        paused_until: int | None,
        refused_slots: int = 0,
    ) -> None:
        self.ledger.close(slot, started, lag, self._clock.wall(), refused_slots)
        self._paused_until = paused_until or self._paused_until
        for batch, own_verdicts in slot.by_batch(verdicts):
            self.kept[batch.sequence].close(batch, own_verdicts)

    def remove(self, kept: Kept) -> None:
        """Remove all that is known of an ingestion."""
        del self.kept[kept.sequence]
        self.ledger.remove_calls(kept.sequence)
        self._keys = {key: owner for key, owner in self._keys.items() if owner is not kept}

    def remove_keys(self, before: int) -> bool:
        """Remove keys that are older; return whether there were any."""
        old = [key for key, owner in self._keys.items() if owner.created_at < before]
        for key in old:
            del self._keys[key]
        return bool(old)


def _content(submission: Submission) -> tuple[Priority, int | None, PackedIds]:
    return submission.priority, submission.deadline, submission.ids
