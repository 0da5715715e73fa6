"""Waits that outlive a process: a time of the boot clock, a time of day, and a length."""

from dataclasses import dataclass

from ingest_service.clock import Clock


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait until `until` on the monotonic clock of `boot`, which is `until_wall` on the wall clock as it was.

    What a database of a former version did not keep is None.
    """

    until_wall: int
    boot: str | None
    until: int | None
    length: int | None

    def end(self, clock: Clock) -> int:
        """Return the end on the wall clock as it runs now.

        Setting the wall clock changes nothing within one boot; across boots, a wait is never longer than it was.
        """
        # The wall clock is read first: a delay between the two then only makes the wait longer.
        wall = clock.wall()
        is_same_boot = self.until is not None and self.boot and self.boot == clock.boot()
        left = self.until - clock.now() if self.until is not None and is_same_boot else self.until_wall - wall
        return wall + (left if self.length is None else min(left, self.length))


def pause_until(until_wall: int, boot: str, clock: Clock) -> Wait:
    """Return a wait until this time of the wall clock as it runs now."""
    length = until_wall - clock.wall()
    return Wait(until_wall, boot, clock.now() + length, length)
