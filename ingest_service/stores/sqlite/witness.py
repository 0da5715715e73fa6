"""The memory of the last slot that is kept beside the database."""

from typing import Protocol


class Witness(Protocol):
    """A memory of the last slot beside the database."""

    def record(self, slot_number: int, opened: int) -> None:
        """Write down that this slot was opened at this time (monotonic clock). Raises nothing."""

    def recorded(self) -> int | None:
        """Return the number of the last slot recorded, None if there never was one."""

    def lose(self, slots: int, found_at: int) -> None:
        """Keep the number of slots that were lost, and when that was found (wall clock). Raises nothing."""

    def lost(self) -> tuple[int, int]:
        """Return what was kept by `lose`, (0, 0) if nothing was."""

    def confirms(self, slot_number: int, opened: int) -> bool:
        """Return whether this slot, opened then, was the last one recorded."""
