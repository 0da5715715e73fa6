"""The openings of slots that keep quotas, too."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, cycle, islice
from operator import attrgetter
from typing import NamedTuple

from ingest_service.domain.block import Repeated
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import Usage

# Before anything else.
_EVER = -(2**63)
_FIRST = attrgetter("first")


class _Lag(NamedTuple):
    """A slot opens `time` after the one that is `slots` before it, or later."""

    slots: int
    time: int


class _Part(NamedTuple):
    """Slots from the number `first` on; their openings are noted from `start` to `stop`.

    Those behind repeat the last `beat.slots` of these, each time `beat.time` later.
    """

    first: int
    start: int
    stop: int
    beat: _Lag


class Timeline:
    """The openings of slots by their numbers, from 0 on. Not for several threads.

    Slots are noted one by one as long as what they carry may still change; then sizes follow. A slot opens an
    interval after the one before, and once enough ids have left each window for its own to fit. Nothing but the
    sizes decides, so once a pattern of sizes has been repeated for a window, openings repeat as well: the cost of
    many slots is that of the slots of a window.
    """

    is_even = False

    def __init__(self, rate: RateLimit, usage: Usage) -> None:
        self.interval = rate.interval
        self._windows = [(quota.ids, quota.window + usage.rate.guard) for quota in rate.quotas]
        self._most = max(quota.ids for quota in rate.quotas)
        # The last call of a slot to come starts this much after the slot opens.
        self._lag = rate.guard - usage.rate.guard
        # What was called and what will be: the last start of each slot, and the ids up to and with it.
        self._starts, self._sums = usage.noted()
        self._openings = array("q")
        self._parts: list[_Part] = []
        self._begun = 0
        self._first = 0
        self.follow((), 0)

    def free_at(self, ids: int) -> int:
        """Return the time from which on the next slot fits into all quotas if it has this number of ids."""
        total = self._sums[-1] + ids
        return max(self._starts[bisect_left(self._sums, total - most)] + window for most, window in self._windows)

    def note(self, opens: int, ids: int) -> None:
        """Note the next slot."""
        self._openings.append(opens)
        self._starts.append(opens + self._lag)
        self._sums.append(self._sums[-1] + ids)

    def follow(self, sizes: Iterable[Repeated], earliest: int) -> None:
        """Let slots of these sizes follow, the first of them not before `earliest`."""
        self._sizes, self._next = iter(sizes), earliest

    def of(self, slot: int) -> int:
        """Return when this slot opens. It is one that was noted or follows."""
        while slot >= self._first + len(self._openings) - self._begun:
            times, pattern = next(self._sizes)
            self._add(times, pattern)
        if slot >= self._first:
            return self._openings[self._begun + slot - self._first]
        part = self._parts[bisect_right(self._parts, slot, key=_FIRST) - 1]
        return self._within(part, slot)

    def _within(self, part: _Part, slot: int) -> int:
        place = part.start + slot - part.first
        if place < part.stop:
            return self._openings[place]
        rounds, place = divmod(place - part.stop, part.beat.slots)
        return self._openings[part.stop - part.beat.slots + place] + (rounds + 1) * part.beat.time

    def _add(self, times: int, pattern: tuple[int, ...]) -> None:
        """Add slots of these sizes, `times` in all."""
        if times == 1:
            self._step(len(pattern), pattern, _Lag(len(pattern), 0), 1)
            return
        free = self._add_free(times, pattern) * len(pattern)
        lags = self._lags(pattern)
        # The one that forbids most decides in the long run.
        slowest = max(lags, key=lambda lag: lag.time / lag.slots)
        sight = max(most // sum(pattern) + 1 for most, _ in self._windows) * len(pattern)
        others = [lag.slots for lag in lags if lag != slowest]
        if len(lags) <= len(self._windows):
            # A window that the pattern does not fill bounds each of its slots by another lag.
            others.append(sight)
        slots = times * len(pattern) - free
        done = self._step(slots, pattern, slowest, max(others, default=1), free)
        if done < slots:
            self._repeat(slots - done, pattern[done % len(pattern) :] + pattern[: done % len(pattern)], slowest)

    def _add_free(self, times: int, pattern: tuple[int, ...]) -> int:
        """Add those that no quota holds up whatever leaves it meanwhile; return how many times they came."""
        total, ids = self._sums[-1], sum(pattern)
        gone = (self._sums[bisect_right(self._starts, self._next - window) - 1] for _, window in self._windows)
        room = min(left + most - total for left, (most, _) in zip(gone, self._windows, strict=True))
        free = max(0, min(times, room // ids))
        if free:
            opens = range(self._next, self._next + free * len(pattern) * self.interval, self.interval)
            self._openings.extend(opens)
            self._starts.extend(range(opens.start + self._lag, opens.stop + self._lag, self.interval))
            self._sums.extend(_sums(total, pattern, free * len(pattern)))
            self._next = opens.stop
        return free

    def _lags(self, pattern: tuple[int, ...]) -> list[_Lag]:
        """Return how slots of a pattern bound each other, where that is the same for each of them."""
        size, ids = len(pattern), sum(pattern)
        lags = [_Lag(size, size * self.interval)]
        for most, window in self._windows:
            if size == 1 or most % ids == 0:
                lags.append(_Lag(most // ids * size, window + self._lag))
        return lags

    def _step(self, slots: int, pattern: tuple[int, ...], beat: _Lag, others: int, before: int = 0) -> int:
        """Add slots one by one, until they repeat; return how many there were. `before` is how many came earlier.

        A slot opens at the latest of what bounds it. Where the last `others` slots opened `beat.time` after those
        `beat.slots` before them, and nothing that bounds one of these reaches back before the pattern, so
        does the next one, and each one after it.
        """
        starts, sums, openings, lag, interval = self._starts, self._sums, self._openings, self._lag, self.interval
        noted, opens, total, alike = len(openings), self._next, sums[-1], 0
        windows = [[most, window, bisect_left(sums, total - most)] for most, window in self._windows]
        for done, ids in enumerate(islice(cycle(pattern), slots), before):
            total += ids
            for quota in windows:
                most, window, gone = quota
                while sums[gone] < total - most:
                    gone += 1
                quota[2] = gone
                opens = max(opens, starts[gone] + window)
            openings.append(opens)
            starts.append(opens + lag)
            sums.append(total)
            is_alike = done >= beat.slots and openings[-1 - beat.slots] + beat.time == opens
            alike = alike + 1 if is_alike else 0
            opens += interval
            if alike >= others:
                break
        self._next = opens
        return len(openings) - noted

    def _repeat(self, slots: int, pattern: tuple[int, ...], beat: _Lag) -> None:
        """Add slots that repeat the last ones; they have the sizes of a pattern again and again."""
        stop = len(self._openings)
        self._parts.append(_Part(self._first, self._begun, stop, beat))
        self._first, self._begun = self._first + stop - self._begun + slots, stop
        seen = min(slots, (self._most // sum(pattern) + 2) * len(pattern))
        phase = (slots - seen) % len(pattern)
        sizes = pattern[phase:] + pattern[:phase]
        if seen < slots:
            # Only the differences of sums count.
            self._starts, self._sums = array("q", [_EVER]), array("q", [0])
        self._sums.extend(_sums(self._sums[-1], sizes, seen))
        noted = self._openings[stop - beat.slots : stop]
        place = slots - seen
        while place < slots:
            times, first = divmod(place, beat.slots)
            later = (times + 1) * beat.time + self._lag
            part = noted[first : first + slots - place]
            self._starts.extend([opens + later for opens in part])
            place += len(part)
        self._next = self._starts[-1] - self._lag + self.interval


def _sums(total: int, pattern: tuple[int, ...], slots: int) -> Iterable[int]:
    """Return the ids up to and with each of the slots whose sizes are a pattern again and again."""
    if len(pattern) == 1:
        return range(total + pattern[0], total + pattern[0] * slots + 1, pattern[0])
    return islice(accumulate(cycle(pattern), initial=total), 1, slots + 1)
