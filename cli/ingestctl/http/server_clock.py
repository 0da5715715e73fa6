"""Clock of the service, as the dates of its answers show it."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ServerClock:
    """Time of the service, to within a second; that of this system as long as the two do not contradict.

    An answer was made in the second of its `Date` (RFC 9110 section 6.6.1) on the one clock, and between its
    request and its arrival on the other: these are bounds of the difference, and later answers narrow them.
    """

    def __init__(self, system: Callable[[], datetime] = _utc_now) -> None:
        self._system = system
        self._least, self._most = -math.inf, math.inf

    def now(self) -> datetime:
        """Return the time, corrected by the least difference that explains all answers."""
        return self._system() + timedelta(seconds=min(max(0.0, self._least), self._most))

    def learn(self, date: str | None, seconds: float) -> None:
        """Note the date of an answer that arrived just now, some seconds after its request was made."""
        if not (made := _time(date)):
            return
        least = (made - self._system()).total_seconds()
        most = least + seconds + 1
        if least > self._most or most < self._least:  # one of the clocks was set
            self._least, self._most = least, most
        else:
            self._least, self._most = max(self._least, least), min(self._most, most)


def _time(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date).replace(tzinfo=UTC) if date else None
    except ValueError:
        return None
