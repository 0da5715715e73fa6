"""Runs of neighbouring slots, by arithmetic: the cost does not grow with their batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.backlog.packing import Packing, groups
from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import Ingestion
from ingest_service.domain.rate import RateLimit


@dataclass(frozen=True, slots=True)
class Run:
    """Batches of one ingestion that run in slots without a gap: `batches` of them, beginning with `first_batch`.

    Slots are numbered from 0, the next slot to open. The run goes from `first_slot`, which opens at `first_opens`,
    to `last_slot`; two neighbouring slots open `interval` apart. The first slot carries up to `in_first` of the
    batches, each other slot up to `in_others`; the last batch always runs in the last slot. The run has `ids` ids:
    `first_size` in the first batch, `size` in each other one, except that the last may be smaller.
    """

    sequence: int
    ingestion: Ingestion
    first_batch: int
    batches: int
    first_slot: int
    last_slot: int
    first_opens: int
    interval: int
    in_first: int
    in_others: int
    first_size: int
    size: int
    ids: int

    @property
    def place(self) -> Place:
        """Place of the ingestion in the order."""
        return self.ingestion.priority, self.sequence

    def runs(self, place: Place) -> "Sequence[Run]":
        """Return the run if it is of the ingestion at this place."""
        return [self] if self.place == place else []

    @property
    def last_opens(self) -> int:
        """Opening of the last slot."""
        return self.first_opens + (self.last_slot - self.first_slot) * self.interval

    def opens(self, batch: int) -> int:
        """Return when the slot opens in which this batch of the run runs."""
        place = batch - self.first_batch
        if place == self.batches - 1:
            return self.last_opens
        slots = 0 if place < self.in_first else 1 + (place - self.in_first) // self.in_others
        return self.first_opens + slots * self.interval

    def opens_after(self, count: int) -> int:
        """Return when the slot opens by which `count` ids of the run have been released."""
        return self.opens(self.first_batch + -(-max(0, count - self.first_size) // self.size))


class SlotGrid:
    """Slots an interval apart that are filled one after the other; the slot 0 has a number and opens at a time."""

    def __init__(self, rate: RateLimit, number: int, opens: int, slot: int = -1, room: int = 0) -> None:
        self.rate = rate
        self.number = number
        self.opens = opens
        self.packing = Packing(rate.slot_size, rate.fills, slot, room)

    def at(self, slot: int, room: int) -> "SlotGrid":
        """Return the same slots, with this room left in one of them, and none in those before it."""
        return SlotGrid(self.rate, self.number, self.opens, slot, room)

    def fresh(self) -> tuple[int, int]:
        """Return the number and the opening of the first slot that nothing was put into."""
        slots = self.packing.slot + 1
        return self.number + slots, self.opens + slots * self.rate.interval

    def limit(self, due: int | None) -> int | None:
        """Return the first slot that opens at this time or later, None for no time."""
        return None if due is None else -((self.opens - due) // self.rate.interval)

    def place(self, entry: Entry, due: int | None) -> tuple[Run | None, Entry | None]:
        """Put batches of an entry into the slots that open before `due` (None: into as many as it needs).

        Return their run, and the rest of the entry. If there is a rest, the next batch goes into a fresh slot.
        """
        first_size, size = entry.next_size, entry.ingestion.batch_size
        first, in_first = self._first(first_size, size)
        batches = ids = 0
        for count, each in groups(first_size, size, len(entry.positions)):
            added = self.packing.add_before(self.limit(due), count, each)
            batches, ids = batches + added // max(each, 1), ids + added
            if added < count * each:
                break
        run = self._run(entry, batches, ids, first, in_first) if batches else None
        return run, entry.after(ids)

    def _first(self, first_size: int, size: int) -> tuple[int, int]:
        """Return the slot of the next batch, and how many batches of its entry fit into that slot."""
        packing = self.packing
        shares = first_size <= packing.room
        slot, room = (packing.slot, packing.room) if shares else (packing.slot + 1, packing.slot_size)
        return slot, 1 + (room - first_size) // size

    def _run(self, entry: Entry, batches: int, ids: int, first: int, in_first: int) -> Run:
        return Run(
            sequence=entry.sequence,
            ingestion=entry.ingestion,
            first_batch=entry.first // entry.ingestion.batch_size,
            batches=batches,
            first_slot=self.number + first,
            last_slot=self.number + self.packing.slot,
            first_opens=self.opens + first * self.rate.interval,
            interval=self.rate.interval,
            in_first=in_first,
            in_others=self.rate.slot_size // entry.ingestion.batch_size,
            first_size=entry.next_size,
            size=entry.ingestion.batch_size,
            ids=ids,
        )
