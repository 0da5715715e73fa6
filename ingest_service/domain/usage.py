"""The ids that were called lately, as quotas count them."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ingest_service.domain.long_list import PART, LongList
from ingest_service.domain.rate import Quota, RateLimit

# Before anything else.
_EVER = -(2**63)


@dataclass(frozen=True, slots=True)
class CalledSlot:
    """A slot that was opened: `ids` of it were called, the last of them at `started` at the latest (monotonic)."""

    started: int
    ids: int


def each_before_the_next(times: Sequence[int]) -> Sequence[int]:
    """Return the latest times of things that came in this order: none is later than one that follows."""
    return list(accumulate(reversed(times), min))[::-1]


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """The state of a limit: `used` of its ids started within the last window.

    The first of them leaves the window at `frees`, None if there is none.
    """

    limit: Quota
    used: int
    frees: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """Slots that were opened lately, at one moment. Immutable; taking one copies nothing.

    A slot leaves a window once the `guard` has passed, too, since the last of its calls started. `starts` ascend,
    and `sums` count the ids up to and with each slot, from `first` up to `stop`; behind them is the `last` slot.
    The cost of each question grows with the logarithm of the slots.
    """

    rate: RateLimit
    starts: LongList
    sums: LongList
    first: int
    stop: int
    last: CalledSlot

    def free_at(self, ids: int) -> int:
        """Return the time from which on a slot with this number of ids fits into all quotas."""
        return max((self._free_at(quota, ids) for quota in self.rate.quotas), default=_EVER)

    def holds_until(self, ids: int, now: int) -> tuple[Quota, int] | None:
        """Return the quota that a slot with these ids waits for the longest, and until when; None for none."""
        times = [(self._free_at(quota, ids), quota) for quota in self.rate.quotas]
        time, quota = max(times, key=lambda pair: pair[0], default=(_EVER, None))
        return None if quota is None or time <= now else (quota, time)

    def room(self, now: int) -> int:
        """Return the most ids that a slot which opens now may have, by quotas; there must be one."""
        return max(0, min(quota.ids - self._used(quota, now)[0] for quota in self.rate.quotas))

    def uses(self, now: int) -> tuple[QuotaUse, ...]:
        """Return the state of every limit."""
        return tuple(QuotaUse(limit, *self._used(limit, now)) for limit in self.rate.limits)

    def noted(self) -> "tuple[array[int], array[int]]":
        """Return the last starts of the slots, and the ids up to and with each, where they count."""
        before = self.sums[self.first - 1] if self.first else 0
        starts = array("q", [_EVER]) + self.starts.between(self.first, self.stop)
        sums = array("q", [before]) + self.sums.between(self.first, self.stop)
        starts.append(self.last.started)
        sums.append(self._total)
        return starts, sums

    @property
    def _total(self) -> int:
        return self._closed + self.last.ids

    @property
    def _closed(self) -> int:
        """Number of ids up to the slot before the last one."""
        return self.sums[self.stop - 1] if self.stop else 0

    def _free_at(self, quota: Quota, ids: int) -> int:
        """Return when the last slot has left the window that must have left it."""
        leave = self._total + ids - quota.ids
        if leave > self._closed:
            return self.last.started + quota.window + self.rate.guard
        place = bisect_left(self.sums, leave, self.first, self.stop)
        before = self.sums[self.first - 1] if self.first else 0
        return _EVER if leave <= before else self.starts[place] + quota.window + self.rate.guard

    def _used(self, quota: Quota, now: int) -> tuple[int, int | None]:
        """Return the number of ids in the window before a time, and when the first of them leaves it."""
        length = quota.window + self.rate.guard
        place = bisect_right(self.starts, now - length, self.first, self.stop)
        started = self.starts[place] if place < self.stop else self.last.started
        if started + length <= now or self._total == 0:
            return 0, None
        return self._total - (self.sums[place - 1] if place else 0), started + length


class UsageLog:
    """Notes the slots as they open and close. One thread at a time; any thread may take `usage`."""

    def __init__(self, rate: RateLimit, slots: Iterable[CalledSlot] = ()) -> None:
        """Begin with slots that were opened before, in their order."""
        self._most = max((quota.ids for quota in rate.quotas), default=0)
        self.usage = Usage(rate, LongList(), LongList(), 0, 0, CalledSlot(_EVER // 2, 0))
        for slot in slots:
            self.note(slot)

    def note(self, slot: CalledSlot) -> None:
        """Note a slot that is opened now, or was after all others."""
        usage, last = self.usage, self.usage.last
        if last.ids:
            usage.starts.append(last.started)
            usage.sums.append(usage._total)
        self._take(usage.starts, usage.sums, usage.first, CalledSlot(max(slot.started, last.started), slot.ids))

    def close(self, started: int, ids: int) -> None:
        """Note when the last call of the last slot started, and how many were made."""
        usage = self.usage
        before = usage.starts[usage.stop - 1] if usage.stop else started
        self._take(usage.starts, usage.sums, usage.first, CalledSlot(max(before, started), ids))

    def _take(self, starts: LongList, sums: LongList, first: int, last: CalledSlot) -> None:
        stop = len(sums)
        total = (sums[stop - 1] if stop else 0) + last.ids
        while first < stop and total - sums[first] >= self._most:
            first += 1
        # The sum before the first one is needed, too.
        parts = max(0, first - 1) // PART
        if parts:
            starts, sums = starts.behind(parts), sums.behind(parts)
            first, stop = first - parts * PART, stop - parts * PART
        self.usage = Usage(self.usage.rate, starts, sums, first, stop, last)
