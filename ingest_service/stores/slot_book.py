"""The ledger of the memory store."""

from collections.abc import Iterable
from dataclasses import replace

from ingest_service.domain.ledger import BatchHistory, LastSlot, LedgerSummary, Slot, SlotRecord


class SlotBook:
    """The slots in order, with when the last call of each started and when it was closed."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []
        self._started: dict[int, int] = {}
        self._closed_at: dict[int, int] = {}

    def open(self, slot: Slot) -> None:
        """Write down a slot."""
        self._slots.append(slot)

    def close(self, slot: Slot, started: int, closed_at: int) -> None:
        """Write down the end of a slot."""
        self._started[slot.number] = started
        self._closed_at[slot.number] = closed_at

    def last(self) -> LastSlot | None:
        """Return the last slot; a memory is never a copy."""
        if not self._slots:
            return None
        last = self._slots[-1]
        return LastSlot(last.number, last.boot, self._started.get(last.number), trusted=True)

    def account(self, sequence: int, failed: int) -> LedgerSummary:
        """Return what is told of an ingestion of which so many ids have failed."""
        used = self._with(sequence)
        closed = [self._closed_at[slot.number] for slot in used if slot.number in self._closed_at]
        started_at = min((slot.opened_at for slot in used), default=None)
        return LedgerSummary(failed, len(used), started_at, max(closed, default=None))

    def batch_histories(self, sequence: int, numbers: Iterable[int]) -> dict[int, BatchHistory]:
        """Return what is told of some batches."""
        told = {}
        for number in numbers:
            used = [slot for slot in self._with(sequence) if number in _numbers(slot, sequence)]
            if used:
                ended_at = self._closed_at.get(used[-1].number)
                told[number] = BatchHistory(number, len(used), used[0].opened_at, ended_at)
        return told

    def page(self, before: int, limit: int) -> list[SlotRecord]:
        """Return a page, the latest first."""
        page = [slot for slot in reversed(self._slots) if slot.number < before][:limit]
        return [self._told(slot) for slot in page]

    def in_flight(self, sequence: int) -> set[int]:
        """Return the positions of the ids whose last call was in a slot that was never closed."""
        last: dict[int, Slot] = {}
        for slot in self._with(sequence):
            for batch in slot.batches:
                if batch.sequence == sequence:
                    last.update(dict.fromkeys(batch.positions, slot))
        return {position for position, slot in last.items() if slot.number not in self._closed_at}

    def prune(self, sequence: int) -> None:
        """Remove the calls of an ingestion."""
        self._slots = [
            replace(slot, batches=tuple(batch for batch in slot.batches if batch.sequence != sequence))
            for slot in self._slots
        ]

    def forget_empty(self) -> bool:
        """Remove the slots that have no calls left, but never the last one; return whether there were any."""
        left = [slot for slot in self._slots if slot.batches or slot is self._slots[-1]]
        fewer = len(left) < len(self._slots)
        self._slots = left
        return fewer

    def _with(self, sequence: int) -> list[Slot]:
        return [slot for slot in self._slots if _numbers(slot, sequence)]

    def _told(self, slot: Slot) -> SlotRecord:
        calls = ((batch.ingestion.id, batch.number, record) for batch in slot.batches for record in batch.ids)
        return SlotRecord(slot.number, slot.opened_at, self._closed_at.get(slot.number), tuple(calls))


def _numbers(slot: Slot, sequence: int) -> set[int]:
    return {batch.number for batch in slot.batches if batch.sequence == sequence}
