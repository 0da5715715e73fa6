"""The slots of a record: which call was made in which slot, by the stamps of the ledger.

A slot is stamped before its batches are chosen and before its first call, and the next one only after its last
call has ended or its process was killed. So the slot of a call is the last one that was opened before the call,
however long the machine took for either.
"""

from bisect import bisect_right
from itertools import pairwise

from tests.processes.record import Record


class Slots:
    """The slots of a record, numbered from 0."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._opened = [opened for opened, _ in record.ledger]

    def number_of(self, at: int) -> int:
        """Return the number of the slot that was opened last before this time."""
        return bisect_right(self._opened, at) - 1

    def opened(self, number: int) -> int:
        """Return when the slot was opened, before its batches were chosen."""
        return self._opened[number]

    def is_closed(self, number: int) -> bool:
        """Return whether the outcomes of the slot were written down, by the process that opened it."""
        return self._record.ledger[number][1] is not None

    def unclosed(self) -> list[int]:
        """Return the slots that were not closed although their process opened another one."""
        lives = [bisect_right(self._record.kills, opened) for opened in self._opened]
        return [
            number
            for number, (life, next_life) in enumerate(pairwise(lives))
            if life == next_life and not self.is_closed(number)
        ]
