"""When the entries of a backlog run, by arithmetic: the cost grows with the entries, not with their batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from ingest_service.backlog.packing import Packing
from ingest_service.dispatch.pacer import RateLimit
from ingest_service.domain.entry import Entry


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring slots in which neighbouring batches of one ingestion run, from the batch `first_batch` on.

    Slots are numbered from 0, the next one, and open `interval` apart from `first_opens` on. The first carries
    `in_first` of the batches, the others `in_others`, and the last batch runs in the last slot. There are `ids`
    in it: `first_size` in the first batch, `size` in the others, in the last one perhaps fewer.
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
        """When the last slot opens."""
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


class SimulatedQueue:
    """Entries in strict order, and those that join them later, when they are due."""

    def __init__(self, waiting: list[Entry], later: list[tuple[int, Entry]]) -> None:
        self._waiting = sorted(waiting, key=lambda e: (e.priority, e.sequence, e.first), reverse=True)
        self._joined: list[Entry] = []
        self._later = sorted(later, reverse=True)

    @property
    def due(self) -> int | None:
        """When the next entry joins."""
        return self._later[-1][0] if self._later else None

    def join_due(self, now: int) -> None:
        """Let those join that are due."""
        while self._later and self._later[-1][0] <= now:
            heappush(self._joined, self._later.pop()[1])

    def pop(self) -> Entry | None:
        """Remove and return the most urgent entry, None if none waits now."""
        if self._joined and (not self._waiting or self._joined[0] < self._waiting[-1]):
            return heappop(self._joined)
        return self._waiting.pop() if self._waiting else None

    def put_back(self, entry: Entry) -> None:
        """Let an entry wait again."""
        heappush(self._joined, entry)


class SlotGrid:
    """Slots an interval apart that are filled one after the other; the slot 0 has a number and opens at a time."""

    def __init__(self, pace: RateLimit, number: int, opens: int) -> None:
        self._pace = pace
        self._number = number
        self._opens = opens
        self._packing = Packing(pace.slot_size, -1, 0)

    def fresh(self) -> tuple[int, int]:
        """Return the number and the opening of the first slot that nothing was put into."""
        slots = self._packing.slot + 1
        return self._number + slots, self._opens + slots * self._pace.interval

    def place(self, entry: Entry, due: int | None) -> tuple[Run | None, Entry | None]:
        """Put batches of an entry into the slots that open before `due` (None: never).

        Return their run, and the rest of the entry; with a rest, the next batch goes into a fresh slot.
        """
        first_size, size = entry.next_size, entry.ingestion.batch_size
        first, in_first = self._first(first_size, size)
        whole, last_size = divmod(len(entry.positions) - first_size, size)
        batches = ids = 0
        for count, each in ((1, first_size), (whole, size), (min(last_size, 1), last_size)):
            fitting = self._packing.add_before(self._limit(due), count, each)
            batches, ids = batches + fitting, ids + fitting * each
            if fitting < count:
                break
        run = self._span(entry, batches, ids, first, in_first) if batches else None
        return run, entry.after(ids)

    def _first(self, first_size: int, size: int) -> tuple[int, int]:
        """Return the slot of the next batch, and how many batches of its entry fit into that slot."""
        packing = self._packing
        shares = first_size <= packing.room
        slot, room = (packing.slot, packing.room) if shares else (packing.slot + 1, packing.slot_size)
        return slot, 1 + (room - first_size) // size

    def _limit(self, due: int | None) -> int | None:
        return None if due is None else -((self._opens - due) // self._pace.interval)

    def _span(self, entry: Entry, batches: int, ids: int, first: int, in_first: int) -> Run:
        return Run(
            sequence=entry.sequence,
            first_batch=entry.first // entry.ingestion.batch_size,
            batches=batches,
            first_slot=self._number + first,
            last_slot=self._number + self._packing.slot,
            first_opens=self._opens + first * self._pace.interval,
            interval=self._pace.interval,
            in_first=in_first,
            in_others=self._pace.slot_size // entry.ingestion.batch_size,
            first_size=entry.next_size,
            size=entry.ingestion.batch_size,
            ids=ids,
        )


def runs_of(line: SimulatedQueue, pace: RateLimit, number: int, opens: int) -> Iterator[Run]:
    """Yield a run for every entry, or part of one, whose ids run in neighbouring slots.

    The next slot has this number and opens at `opens`, or when the first entry is due.
    """
    grid = SlotGrid(pace, number, opens)
    line.join_due(opens)
    while True:
        entry = line.pop()
        if entry is not None:
            run, rest = grid.place(entry, line.due)
            if run is not None:
                yield run
            if rest is not None:
                line.put_back(rest)
                line.join_due(grid.fresh()[1])
        elif line.due is not None:
            number, opens = grid.fresh()
            opens = max(opens, line.due)
            grid = SlotGrid(pace, number, opens)
            line.join_due(opens)
        else:
            return
