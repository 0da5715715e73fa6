"""Runs of neighbouring slots, by arithmetic: the cost grows with the entries, not with their batches."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest_service.backlog.packing import Packing
from ingest_service.domain.entry import Entry
from ingest_service.domain.rate import RateLimit
from ingest_service.schedule.simulated_queue import SimulatedQueue


@dataclass(frozen=True, slots=True)
class Run:
    """Batches of one ingestion that run in slots without a gap: `batches` of them, beginning with `first_batch`.

    Slots are numbered from 0, the next slot to open. The run goes from `first_slot`, which opens at `first_opens`,
    to `last_slot`; two neighbouring slots open `interval` apart. The first slot carries up to `in_first` of the
    batches, each other slot up to `in_others`; the last batch always runs in the last slot. The run has `ids` ids:
    `first_size` in the first batch, `size` in each other one, except that the last may be smaller.
    """

    sequence: int
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

    def batch_of(self, count: int) -> int:
        """Return the number of the batch with which `count` ids of the run have been released."""
        return self.first_batch + -(-max(0, count - self.first_size) // self.size)


class SlotGrid:
    """Slots an interval apart that are filled one after the other; the slot 0 has a number and opens at a time."""

    def __init__(self, rate: RateLimit, number: int, opens: int) -> None:
        self._rate = rate
        self._number = number
        self._opens = opens
        self._packing = Packing(rate.slot_size, rate.fills, -1, 0)

    def fresh(self) -> tuple[int, int]:
        """Return the number and the opening of the first slot that nothing was put into."""
        slots = self._packing.slot + 1
        return self._number + slots, self._opens + slots * self._rate.interval

    def place(self, entry: Entry, due: int | None) -> tuple[Run | None, Entry | None]:
        """Put batches of an entry into the slots that open before `due` (None: into as many as it needs).

        Return their run, and the rest of the entry. If there is a rest, the next batch goes into a fresh slot.
        """
        first_size, size = entry.next_size, entry.ingestion.batch_size
        first, in_first = self._first(first_size, size)
        whole, last_size = divmod(len(entry.positions) - first_size, size)
        batches = ids = 0
        for count, each in ((1, first_size), (whole, size), (min(last_size, 1), last_size)):
            added = self._packing.add_before(self._limit(due), count, each)
            batches, ids = batches + added // max(each, 1), ids + added
            if added < count * each:
                break
        run = self._run(entry, batches, ids, first, in_first) if batches else None
        return run, entry.after(ids)

    def _first(self, first_size: int, size: int) -> tuple[int, int]:
        """Return the slot of the next batch, and how many batches of its entry fit into that slot."""
        packing = self._packing
        shares = first_size <= packing.room
        slot, room = (packing.slot, packing.room) if shares else (packing.slot + 1, packing.slot_size)
        return slot, 1 + (room - first_size) // size

    def _limit(self, due: int | None) -> int | None:
        return None if due is None else -((self._opens - due) // self._rate.interval)

    def _run(self, entry: Entry, batches: int, ids: int, first: int, in_first: int) -> Run:
        return Run(
            sequence=entry.sequence,
            first_batch=entry.first // entry.ingestion.batch_size,
            batches=batches,
            first_slot=self._number + first,
            last_slot=self._number + self._packing.slot,
            first_opens=self._opens + first * self._rate.interval,
            interval=self._rate.interval,
            in_first=in_first,
            in_others=self._rate.slot_size // entry.ingestion.batch_size,
            first_size=entry.next_size,
            size=entry.ingestion.batch_size,
            ids=ids,
        )


def runs_of(queue: SimulatedQueue, rate: RateLimit, number: int, opens: int) -> Iterator[Run]:
    """Yield a run for every entry, or part of one, whose ids are called in neighbouring slots.

    The next slot has this number and opens at `opens`, or when the first entry joins. Empties the queue.
    """
    grid = SlotGrid(rate, number, opens)
    queue.join_ready(opens)
    while True:
        entry = queue.pop()
        if entry is not None:
            run, rest = grid.place(entry, queue.next_join)
            if run is not None:
                yield run
            if rest is not None:
                queue.put_back(rest)
                queue.join_ready(grid.fresh()[1])
        elif queue.next_join is not None:
            number, opens = grid.fresh()
            opens = max(opens, queue.next_join)
            grid = SlotGrid(rate, number, opens)
            queue.join_ready(opens)
        else:
            return
