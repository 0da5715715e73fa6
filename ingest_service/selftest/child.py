"""The service as the self-test starts it: as ever, but for a wall clock that may be wrong.

`python -m ingest_service.selftest.child 86400` is a service whose wall clock is a day ahead.
"""

import sys

from ingest_service.clock import SystemClock
from ingest_service.config import nanoseconds
from ingest_service.process import Process


class WrongClock(SystemClock):
    """The clock of this machine with another time of day, `ahead` nanoseconds later."""

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead

    def wall(self) -> int:
        """Return the wrong time."""
        return super().wall() + self._ahead


def main() -> None:
    """Serve until a signal."""
    Process(WrongClock(nanoseconds(float(sys.argv[1])))).serve()


if __name__ == "__main__":
    main()
