"""All connections of a process: idle and slow ones are closed, first of all where there are many."""

import logging
from collections.abc import Mapping
from typing import Any

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.web.http.channel import Channel

log = logging.getLogger(__name__)

BETWEEN_CHECKS = NANOSECONDS
# Room for connections that arrive before the idle ones are closed, but no more than half of all.
RESERVE = 64
# Large answers that wait for their readers; each holds some hundred kilobytes, and its ids.
MOST_PARKED = 32
# Beyond that a reader is cut off that has taken nothing for this long.
PARKED_STALLED = 5 * NANOSECONDS


class Connections:
    """Closes connections by what they have done lately. Belongs to the loop of the server, but for `parked`.

    `sockets` has all that the loop watches; `limit` is the most connections, `keepalive` the nanoseconds that one
    may be idle.
    """

    def __init__(self, sockets: Mapping[int, Any], limit: int, keepalive: int, clock: Clock) -> None:
        self._sockets = sockets
        self._reserve = min(RESERVE, limit // 2)
        self._most = limit - self._reserve
        self._keepalive = keepalive
        self._clock = clock
        self._next_check = clock.now()
        self._closed = 0

    def check(self) -> None:
        """Close the silent ones, once a second at most."""
        now = self._clock.now()
        if now < self._next_check:
            return
        self._next_check = now + BETWEEN_CHECKS
        for channel in self._channels():
            channel.check(now, self._keepalive)
        if self._closed:
            log.warning("closed %d idle or slow connections to make room for others", self._closed)
            self._closed = 0

    def make_room(self) -> None:
        """Close those that have been idle the longest, or else are the slowest, where the limit is near."""
        if len(self._sockets) < self._most:
            return
        waiting = [channel for channel in self._channels() if not (channel.is_working or channel.will_close)]
        waiting.sort(key=lambda channel: (not channel.is_idle, channel.moved))
        closed = waiting[: max(1, self._reserve // 2)]
        for channel in closed:
            channel.will_close = True
        self._closed += len(closed)

    def parked(self, newest: Channel) -> None:
        """Cut off the reader that is the slowest where many answers are parked. Any thread."""
        parked = [channel for channel in self._channels() if channel.parked and channel is not newest]
        if len(parked) < MOST_PARKED:
            return
        slowest = min(parked, key=lambda channel: channel.moved)
        if self._clock.now() - slowest.moved > PARKED_STALLED or len(parked) >= 4 * MOST_PARKED:
            slowest.will_close = True

    def _channels(self) -> list[Channel]:
        return [one for one in list(self._sockets.values()) if isinstance(one, Channel)]
