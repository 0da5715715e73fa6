"""Runs of neighbouring slots, by arithmetic: the cost does not grow with their batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.backlog.packing import Packing, groups
from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import Ingestion
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.openings import Openings


@dataclass(frozen=True, slots=True)
class Run:
    """Ids of one ingestion that run in neighbouring slots: `ids` of them, in the order of the positions.

    Slots are numbered from 0, the next slot to open. The run goes from `first_slot` to `last_slot`. The first slot
    carries up to `in_first` of the ids, each other slot up to `in_others`; the last batch always ends in the last
    slot. Positions count from `first`; where ids of one batch are called again, there may be gaps between them.
    """

    sequence: int
    ingestion: Ingestion
    first: int
    ids: int
    first_slot: int
    last_slot: int
    openings: Openings
    in_first: int
    in_others: int

    @property
    def place(self) -> Place:
        """Place of the ingestion in the order."""
        return self.ingestion.priority, self.sequence

    @property
    def batches(self) -> range:
        """Numbers of the batches, which may be there in part."""
        size = self.ingestion.batch_size
        return range(self.first // size, (self.first + self.ids - 1) // size + 1)

    def runs(self, place: Place) -> "Sequence[Run]":
        """Return the run if it is of the ingestion at this place."""
        return [self] if self.place == place else []

    @property
    def first_opens(self) -> int:
        """Opening of the first slot."""
        return self.openings.of(self.first_slot)

    @property
    def last_opens(self) -> int:
        """Opening of the last slot."""
        return self.openings.of(self.last_slot)

    def opens(self, batch: int) -> int:
        """Return when the slot opens in which this batch of the run begins."""
        return self._opens(max(0, batch * self.ingestion.batch_size - self.first))

    def opens_after(self, count: int) -> int:
        """Return when the slot opens by which `count` ids of the run have been released."""
        return self._opens(max(0, count - 1))

    def _opens(self, number: int) -> int:
        """Return when the slot opens that carries the id with this number in the run."""
        slots = 0 if number < self.in_first else 1 + (number - self.in_first) // self.in_others
        return self.openings.of(min(self.first_slot + slots, self.last_slot))


class SlotGrid:
    """Slots that are filled one after the other; the slot 0 has a number."""

    def __init__(self, rate: RateLimit, number: int, openings: Openings, slot: int = -1, room: int = 0) -> None:
        self.rate = rate
        self.number = number
        self.openings = openings
        self.packing = Packing(rate.slot_size, rate.fills, slot, room)

    def at(self, slot: int, room: int) -> "SlotGrid":
        """Return the same slots, with this room left in one of them, and none in those before it."""
        return SlotGrid(self.rate, self.number, self.openings, slot, room)

    def opens(self, slot: int) -> int:
        """Return when a slot opens."""
        return self.openings.of(self.number + slot)

    def fresh(self) -> tuple[int, int]:
        """Return the number and the opening of the first slot that nothing was put into; slots are even."""
        slot = self.packing.slot + 1
        return self.number + slot, self.opens(slot)

    def limit(self, due: int | None) -> int | None:
        """Return the first slot that opens at this time or later, None for no time; slots are even."""
        return None if due is None else -((self.opens(0) - due) // self.rate.interval)

    def place(self, entry: Entry, due: int | None) -> tuple[Run | None, Entry | None]:
        """Put batches of an entry into the slots that open before `due` (None: into as many as it needs).

        Return their run, and the rest of the entry. If there is a rest, the next batch goes into a fresh slot.
        """
        first_size, size = entry.next_size, entry.ingestion.batch_size
        first, in_first = self._first(first_size, size)
        ids = 0
        for count, each in groups(first_size, size, len(entry.positions)):
            added = self.packing.add_before(self.limit(due), count, each)
            ids += added
            if added < count * each:
                break
        return self._run(entry, ids, first, in_first) if ids else None, entry.after(ids)

    def _first(self, first_size: int, size: int) -> tuple[int, int]:
        """Return the slot of the next id, and how many ids of its entry fit into that slot."""
        packing = self.packing
        shares = self.rate.fitting(first_size, packing.room) > 0
        slot, room = (packing.slot, packing.room) if shares else (packing.slot + 1, packing.slot_size)
        return slot, room if packing.fills else first_size + (room - first_size) // size * size

    def _run(self, entry: Entry, ids: int, first: int, in_first: int) -> Run:
        size, slot_size = entry.ingestion.batch_size, self.rate.slot_size
        return Run(
            sequence=entry.sequence,
            ingestion=entry.ingestion,
            first=entry.first,
            ids=ids,
            first_slot=self.number + first,
            last_slot=self.number + self.packing.slot,
            openings=self.openings,
            in_first=in_first,
            in_others=slot_size if self.rate.fills else slot_size // size * size,
        )
