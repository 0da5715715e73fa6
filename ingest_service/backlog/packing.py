"""The rule by which batches fill slots, for the dispatcher and for the schedule alike."""

from dataclasses import dataclass


@dataclass(slots=True)
class Packing:
    """Slots that are filled one after the other, in strict order and with whole batches.

    `slot` is the number of the slot that is being filled, from 0; `room` is how many ids still fit into it.
    """

    slot_size: int
    slot: int
    room: int

    @classmethod
    def fresh(cls, slot_size: int) -> "Packing":
        """Begin with an empty slot."""
        return cls(slot_size, 0, slot_size)

    def add(self, batches: int, size: int) -> None:
        """Let so many batches of `size` ids come next: each goes into the slot if it fits, else into a new one.

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
        """Add so many batches, but none to the slot `limit` or behind it; return how many were added.

        If that is not all of them, nothing else goes into the slot before the limit either.
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
