"""The ledger of the model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from ingest_service.domain.ledger import BatchHistory, LastSlot, LedgerSlot, LedgerSummary, Slot, SlotRecord
from ingest_service.domain.model import Batch


@dataclass(frozen=True)
class Written:
    """A slot as it was opened, its calls (batch, record id), and the end of it."""

    slot: Slot
    calls: tuple[tuple[Batch, int], ...]
    started: int | None = None
    closed_at: int | None = None
    lag: int | None = None
    refusals: int = 0

    def batches(self, sequence: int) -> Iterator[Batch]:
        """Yield the batches of an ingestion that were called in it."""
        return (batch for batch in dict(self.calls) if batch.sequence == sequence)

    def places(self) -> Iterator[tuple[Batch, int, int]]:
        """Yield the batch, the position and the record id of each call, in order."""
        for batch, calls in groupby(self.calls, key=itemgetter(0)):
            for position, (_, record_id) in zip(batch.positions, calls, strict=True):
                yield batch, position, record_id

    @property
    def record(self) -> SlotRecord:
        calls = tuple((batch.ingestion.id, batch.number, record_id) for batch, record_id in self.calls)
        return SlotRecord(self.slot.number, self.slot.opened_at, self.closed_at, calls)


class Ledger:
    """The slots in order."""

    def __init__(self) -> None:
        self._slots: list[Written] = []

    def open(self, slot: Slot) -> None:
        calls = tuple((batch, record_id) for batch, ids in slot.by_batch(slot.ids) for record_id in ids)
        self._slots.append(Written(slot, calls))

    def close(self, slot: Slot, started: int, lag: int, closed_at: int, refusals: int) -> None:
        end = {"started": started, "lag": lag, "closed_at": closed_at, "refusals": refusals}
        self._slots = [
            replace(one, **end) if one.slot.number == slot.number else one  # type: ignore[arg-type]
            for one in self._slots
        ]

    def refused_slots(self, before: int) -> int:
        """Return the refusals of the last slot below a number that was closed."""
        closed = [one for one in self._slots if one.closed_at is not None and one.slot.number < before]
        return closed[-1].refusals if closed else 0

    def refused_before(self, slot: Slot) -> frozenset[tuple[int, int]]:
        """Return the places of a slot that were called in an earlier one with refusals."""
        earlier = {
            (batch.sequence, position)
            for one in self._slots
            if one.refusals and one.closed_at is not None and one.slot.number < slot.number
            for batch, position, _ in one.places()
        }
        own = {(batch.sequence, position) for batch in slot.batches for position in batch.positions}
        return frozenset(own & earlier)

    def last(self) -> LastSlot | None:
        """Return the last slot; a memory is never a copy."""
        for last in self._slots[-1:]:
            return LastSlot(last.slot.number, last.slot.boot, last.started, trusted=True)
        return None

    def called(self, most_ids: int) -> list[LedgerSlot]:
        """Return the last slots in their order, as many as have `most_ids` ids."""
        found: list[LedgerSlot] = []
        for one in reversed(self._slots):
            if sum(slot.ids for slot in found) >= most_ids:
                break
            slot = one.slot
            found.append(LedgerSlot(slot.boot, slot.opened, slot.opened_at, one.started, len(one.calls)))
        return found[::-1]

    def summary(self, sequence: int, failed: int) -> LedgerSummary:
        used = self._used(sequence)
        closed = [one.closed_at for one in used if one.closed_at is not None]
        started_at = min((one.slot.opened_at for one in used), default=None)
        return LedgerSummary(failed, len(used), started_at, max(closed, default=None))

    def histories(self, sequence: int, numbers: Iterable[int]) -> dict[int, BatchHistory]:
        found = {}
        for number in numbers:
            used = [one for one in self._slots if number in {batch.number for batch in one.batches(sequence)}]
            calls = Counter(
                at
                for one in used
                for batch in one.batches(sequence)
                for at in batch.positions
                if batch.number == number
            )
            if used:
                found[number] = BatchHistory(
                    number, max(calls.values()), used[0].slot.opened_at, used[-1].closed_at
                )
        return found

    def positions(self, sequence: int) -> list[int]:
        """Return the position of every call of an ingestion."""
        return [at for one in self._slots for batch in one.batches(sequence) for at in batch.positions]

    @property
    def slots(self) -> Sequence[Written]:
        """All slots, the earliest first."""
        return self._slots

    def page(self, before: int, limit: int) -> list[SlotRecord]:
        return [one.record for one in reversed(self._slots) if one.slot.number < before][:limit]

    def in_flight(self, sequence: int) -> set[int]:
        """Return the positions of the ids whose last call was in a slot that was never closed."""
        last = {
            position: one for one in self._slots for batch in one.batches(sequence) for position in batch.positions
        }
        return {position for position, one in last.items() if one.closed_at is None}

    def remove_calls(self, sequence: int) -> None:
        self._slots = [
            replace(one, calls=tuple(call for call in one.calls if call[0].sequence != sequence))
            for one in self._slots
        ]

    def remove_empty(self) -> bool:
        """Remove the slots that have no calls left, but never the last one; return whether there were any."""
        before = len(self._slots)
        self._slots = [one for one in self._slots if one.calls or one is self._slots[-1]]
        return len(self._slots) < before

    def _used(self, sequence: int) -> list[Written]:
        return [one for one in self._slots if any(one.batches(sequence))]
