"""The openings of slots."""

from typing import NamedTuple, Protocol


class Openings(Protocol):
    """The openings of the slots to come, by their numbers; 0 is the next slot to open."""

    @property
    def interval(self) -> int:
        """Least time between two openings."""

    @property
    def is_even(self) -> bool:
        """True if neighbouring slots are always an interval apart."""

    def of(self, slot: int) -> int:
        """Return when this slot opens. It is one that was planned."""


class EvenOpenings(NamedTuple):
    """Slots an interval apart: one has this number and opens then. Fits the port `Openings`."""

    number: int
    opens: int
    interval: int

    @property
    def is_even(self) -> bool:
        """True."""
        return True

    def of(self, slot: int) -> int:
        """Return when this slot opens."""
        return self.opens + (slot - self.number) * self.interval
