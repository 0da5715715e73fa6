"""The rule by which batches fill slots, for the dispatcher and for the schedule alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Batch


class EntrySource(Protocol):
    """Entries in strict order that batches are cut off."""

    def head(self) -> Entry | None:
        """Return the most urgent entry, None if there is none. It stays."""

    def cut(self, count: int) -> Batch:
        """Remove and return the first `count` ids of the most urgent entry, which are of one batch."""


@dataclass(slots=True)
class Packing:
    """Slots that are filled one after the other, in strict order and with whole batches.

    `slot` is the number of the slot that is being filled, from 0; `room` is the number of ids that still fit.
    """

    slot_size: int
    slot: int
    room: int

    @classmethod
    def fresh(cls, slot_size: int) -> "Packing":
        """Begin with an empty slot."""
        return cls(slot_size, 0, slot_size)

    def add(self, batches: int, size: int) -> None:
        """Add batches of `size` ids each: a batch goes into the slot if it fits, else into a new one.

        A slot that was left behind stays as it is: nothing overtakes to fill a hole. The cost does not depend on
        the number of batches.
        """
        if batches == 0:
            return
        here = min(batches, self.room // size)
        self.room -= here * size
        if here < batches:
            each = self.slot_size // size
            whole, last = divmod(batches - here - 1, each)
            self.slot += whole + 1
            self.room = self.slot_size - (last + 1) * size

    def add_before(self, limit: int | None, batches: int, size: int) -> int:
        """Add batches of `size` ids each, all into slots before `limit` (None: no limit); return the number added.

        If they do not all fit there, no later batch goes into those slots either: nothing overtakes.
        """
        if limit is None or batches == 0:
            self.add(batches, size)
            return batches
        room = self.room // size + (limit - 1 - self.slot) * (self.slot_size // size)
        fitting = min(batches, room)
        self.add(fitting, size)
        if fitting < batches:
            self.room = 0
        return fitting


def next_slot(source: EntrySource, slot_size: int, probe: bool) -> tuple[Batch, ...]:
    """Cut off what the next slot carries: whole batches in strict order, up to the first that does not fit.

    A probe carries the single most urgent id; the rest of its batch stays.
    """
    return (source.cut(1),) if probe else tuple(_fill(source, slot_size))


def _fill(source: EntrySource, slot_size: int) -> Iterator[Batch]:
    packing = Packing.fresh(slot_size)
    while (entry := source.head()) is not None:
        size = entry.next_size
        packing.add(1, size)
        if packing.slot > 0:
            return
        yield source.cut(size)
