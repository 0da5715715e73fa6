"""Doubles with behaviour: a clock that only moves when somebody waits, and an upstream that takes notes."""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from threading import Event

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Answer, Call, Slip, Slot, Verdict
from ingest_service.errors import StoreError
from ingest_service.stores.memory import MemoryStore


class NothingToCome(Exception):
    """Somebody waits without an end, and nothing will ever happen."""


class VirtualClock:
    """Fits the port `Clock`, for one thread: waiting runs what was planned for the time and then is over."""

    def __init__(self, now: int = 1_000 * NANOSECONDS, boot: str = "this boot") -> None:
        self.time = now
        self.boot_name = boot
        self.thread_lag = 0
        self.wall_offset = 0
        self._planned: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = count()

    def now(self) -> int:
        return self.time

    def wall(self) -> int:
        return 1_700_000_000 * NANOSECONDS + self.time + self.wall_offset

    def boot(self) -> str:
        return self.boot_name

    def at(self, time: int, action: Callable[[], object]) -> None:
        """Plan an action for when the clock comes to this time."""
        heapq.heappush(self._planned, (time, next(self._numbers), action))

    def forget_plans(self) -> None:
        """Let nothing happen that was planned."""
        self._planned.clear()

    def wait(self, bell: Event, until: int | None) -> None:
        while self._planned and self._comes_first(self._planned[0][0], bell, until):
            time, _, action = heapq.heappop(self._planned)
            self.time = max(self.time, time)
            action()
        if bell.is_set():
            return
        if until is None:
            raise NothingToCome
        self.time = max(self.time, until)

    def _comes_first(self, planned: int, bell: Event, until: int | None) -> bool:
        """Whether what is planned happens before the wait ends: all that happens in one moment does."""
        if bell.is_set():
            return planned <= self.time
        return until is None or planned <= until

    def fan_out(self, call: Callable[[int], Call], ids: Sequence[int]) -> list[Call]:
        """Fit the port `FanOut`: every call begins now, the clock ends where the longest call does.

        With a lag, each thread comes that much later to its call than the one before it.
        """
        begun, ended, calls = self.time, self.time, []
        for position, record_id in enumerate(ids):
            self.time = begun + position * self.thread_lag
            calls.append(call(record_id))
            ended = max(ended, self.time)
        self.time = ended
        return calls


class SlowDisk(MemoryStore):
    """A store on a disk that takes a second to write down a slot."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._virtual = clock

    def open_slot(self, slot: Slot) -> None:
        super().open_slot(slot)
        self._virtual.time += NANOSECONDS


class NotingObserver:
    """Fits the port `Observer`: keeps what it was told."""

    def __init__(self) -> None:
        self.slots: list[tuple[int, int]] = []
        self.answers: list[tuple[Answer, int]] = []
        self.retries: list[int] = []
        self.pauses: list[int] = []
        self.broken_deadlines = 0
        self.commits: list[tuple[int, int]] = []

    def slot_opened(self, ids: int, late: int) -> None:
        self.slots.append((ids, late))

    def call_ended(self, answer: Answer, duration: int) -> None:
        self.answers.append((answer, duration))

    def called_again(self, ids: int) -> None:
        self.retries.append(ids)

    def paused(self, duration: int) -> None:
        self.pauses.append(duration)

    def deadline_broken(self) -> None:
        self.broken_deadlines += 1

    def committed(self, writes: int, duration: int) -> None:
        self.commits.append((writes, duration))


def good(record_id: int, _: int) -> Answer:
    """Answer as an upstream in good health does."""
    return Answer(f'{{"id": {record_id}}}', status=200)


class MoodyStore(MemoryStore):
    """A store that refuses to write a few times, as one on a full disk does."""

    refusals = 0

    def open_slot(self, slot: Slot) -> None:
        self._refuse()
        super().open_slot(slot)

    def close_slot(self, slot: Slot, verdicts: Sequence[Verdict], started: int, paused_until: int | None) -> None:
        self._refuse()
        super().close_slot(slot, verdicts, started, paused_until)

    def prune(self, ended_before: int, keys_before: int, most: int) -> bool:
        self._refuse()
        return super().prune(ended_before, keys_before, most)

    def add_slips(self, slips: Mapping[int, Slip]) -> None:
        self._refuse()
        super().add_slips(slips)

    def _refuse(self) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            raise StoreError("the database could not be written: database or disk is full")


class NotingUpstream:
    """Fits the port `Fetcher`: takes as long as it was told for an id, notes (id, start, end) of every call.

    `answer` is asked with the id and the number of the call for it, from 1.
    """

    def __init__(
        self,
        clock: VirtualClock,
        latency: Callable[[int], int],
        answer: Callable[[int, int], Answer] = good,
    ) -> None:
        self._clock = clock
        self._latency = latency
        self.answer = answer
        self._numbers: Counter[int] = Counter()
        self.calls: list[tuple[int, int, int]] = []

    def fetch(self, record_id: int) -> Call:
        start = self._clock.now()
        self._clock.wait(Event(), start + self._latency(record_id))
        self.calls.append((record_id, start, self._clock.now()))
        self._numbers[record_id] += 1
        return Call(start, self.answer(record_id, self._numbers[record_id]))
