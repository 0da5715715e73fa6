"""The rule by which batches fill slots, for the dispatcher and for the schedule alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch
from ingest_service.domain.rate import RateLimit

# Batches, and the size of each.
Group = tuple[int, int]


class EntrySource(Protocol):
    """Entries in strict order that batches are cut off."""

    def head(self) -> Entry | None:
        """Return the most urgent entry, None if there is none. It stays."""

    def cut(self, count: int) -> Batch:
        """Remove and return the first `count` ids of the most urgent entry, which are of one batch."""


@dataclass(slots=True)
class Packing:
    """Slots that are filled one after the other, in strict order: with whole batches, or with single ids.

    `slot` is the number of the slot that is being filled, from 0; `room` is the number of ids that still fit.
    """

    slot_size: int
    fills: bool
    slot: int
    room: int

    @classmethod
    def fresh(cls, rate: RateLimit) -> "Packing":
        """Begin with an empty slot."""
        return cls(rate.slot_size, rate.fills, 0, rate.slot_size)

    def add(self, batches: int, size: int) -> None:
        """Add batches of `size` ids each: a batch goes into the slot if it fits, else into a new one.

        A slot that was left behind stays as it is: nothing overtakes to fill a hole. The cost does not depend on
        the number of batches.
        """
        units, size = self._units(batches, size)
        if units == 0:
            return
        here = min(units, self.room // size)
        self.room -= here * size
        if here < units:
            each = self.slot_size // size
            whole, last = divmod(units - here - 1, each)
            self.slot += whole + 1
            self.room = self.slot_size - (last + 1) * size

    def add_before(self, limit: int | None, batches: int, size: int) -> int:
        """Add batches of `size` ids each, all into slots before `limit` (None: no limit).

        Return the number of ids added, which are whole batches unless slots are filled with single ids. If they
        do not all fit there, no later id goes into those slots either: nothing overtakes.
        """
        if limit is None or batches == 0:
            self.add(batches, size)
            return batches * size
        units, unit = self._units(batches, size)
        room = self.room // unit + (limit - 1 - self.slot) * (self.slot_size // unit)
        fitting = min(units, room)
        self.add(fitting, unit)
        if fitting < units:
            self.room = 0
        return fitting * unit

    def _units(self, batches: int, size: int) -> tuple[int, int]:
        """Return the number and the size of what is never split: batches, or single ids."""
        return (batches * size, 1) if self.fills else (batches, size)


def groups(first_size: int, size: int, count: int) -> tuple[Group, Group, Group]:
    """Return the batches of `count` ids: the first, maybe the rest of a batch, whole ones, the last."""
    whole, last_size = divmod(count - first_size, size)
    return (1, first_size), (whole, size), (min(last_size, 1), last_size)


@lru_cache(maxsize=4096)
def after_entry(slot_size: int, fills: bool, room: int, first_size: int, size: int, count: int) -> tuple[int, int]:
    """Return how many slots are begun for an entry, and the room in the last one; for its sizes see `groups`.

    Most entries are of few sizes, so it is remembered.
    """
    packing = Packing(slot_size, fills, 0, room)
    for batches, each in groups(first_size, size, count):
        packing.add(batches, each)
    return packing.slot, packing.room


def next_slot(source: EntrySource, rate: RateLimit, probe: bool) -> tuple[Batch, ...]:
    """Cut off what the next slot carries, in strict order.

    It is whole batches up to the first that does not fit, or where slots are filled, the next ids: the last batch
    may be split then. A probe carries the single most urgent id; the rest of its batch stays.
    """
    return (source.cut(1),) if probe else tuple(_fill(source, rate))


def ids_in_next_slot(entries: Iterable[Entry], rate: RateLimit, probe: bool) -> int:
    """Return how many ids the next slot carries, of entries in strict order: some. Nothing is cut off.

    The cost grows with the entries in that slot.
    """
    if probe:
        return 1
    packing = Packing.fresh(rate)
    ids = 0
    for entry in entries:
        for batches, size in entry.batch_sizes():
            added = packing.add_before(1, batches, size)
            ids += added
            if added < batches * size:
                return ids
    return ids


def _fill(source: EntrySource, rate: RateLimit) -> Iterator[Batch]:
    room = rate.slot_size
    while (entry := source.head()) is not None and (count := rate.fitting(entry.next_size, room)):
        room -= count
        yield source.cut(count)
