"""Doubles with behaviour: a clock that moves only while a thread waits, a database in memory, an upstream."""

import heapq
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from threading import Event, RLock
from typing import Any, TypeVar

from ingest_service.clock import NANOSECONDS, Clock, has_passed
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call, Slot, Verdict
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.stores.sqlite.journal import SqliteJournal
from ingest_service.stores.sqlite.schema import migrate

T = TypeVar("T")


class NothingScheduled(Exception):
    """A wait has no end: nothing is planned that could end it."""


class VirtualClock:
    """Fits the port `Clock`, for one thread: waiting runs what was planned for the time and then is over."""

    def __init__(self, now: int = 1_000 * NANOSECONDS, boot: str = "this boot") -> None:
        self.time = now
        self.boot_name = boot
        self.thread_lag = 0
        self.wall_offset = 0
        self.suspended = 0
        self._planned: list[tuple[int, int, Callable[[], object]]] = []
        self._numbers = count()

    def now(self) -> int:
        return self.time

    def wall(self) -> int:
        return 1_700_000_000 * NANOSECONDS + self.time + self.wall_offset

    def boot(self) -> str:
        return self.boot_name

    def fence(self) -> int:
        return self.time + self.suspended

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
            raise NothingScheduled
        self.time = max(self.time, until)

    def _comes_first(self, planned: int, bell: Event, until: int | None) -> bool:
        """Return whether the planned action comes before the end of the wait: all actions of one moment do."""
        if bell.is_set():
            return planned <= self.time
        return until is None or planned <= until

    def fan_out(self, call: Callable[[int], Call], places: Sequence[int]) -> list[Call]:
        """Fit the port `FanOut`: every call begins now, the clock ends where the longest call does.

        With a lag, each thread comes that much later to its call than the one before it.
        """
        begun, ended, calls = self.time, self.time, []
        for position, place in enumerate(places):
            self.time = begun + position * self.thread_lag
            calls.append(call(place))
            ended = max(ended, self.time)
        self.time = ended
        return calls


@cache
def empty_database() -> bytes:
    """Return the image of a database with all tables and no rows."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    image = connection.serialize()
    connection.close()
    return image


class UnthreadedDatabase:
    """Fits the interfaces `Database` and `Witness`: SQLite in memory, written by the thread that asks.

    Its rows outlive `stop` and `start`, so that tests can crash around it.
    """

    damage: str | None = None

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.deserialize(empty_database())
        self._lock = RLock()
        self._alive = False
        self.witnessed: tuple[int, int] | None = None
        self.loss = (0, 0)

    def __del__(self) -> None:
        self._connection.close()

    def start(self) -> None:
        self._alive = True

    def stop(self) -> None:
        self._alive = False

    @property
    def alive(self) -> bool:
        return self._alive

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if not self._alive:
                raise StoreStopped
            yield self._connection

    def read_row(self, statement: str, parameters: Sequence[object]) -> Any:
        with self.read() as connection:
            return next(iter(connection.execute(statement, parameters).fetchall()), None)

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        with self.read() as connection:
            try:
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    result = statements(connection)
            except sqlite3.Error as error:
                raise StoreError(f"the database could not be written: {error}") from error
            if afterwards is not None:
                afterwards(result)
        return result

    def probe(self) -> None:
        if not self._alive:
            raise StoreStopped

    def record(self, slot_number: int, opened: int) -> None:
        self.witnessed = (slot_number, opened)

    def recorded(self) -> int | None:
        return self.witnessed and self.witnessed[0]

    def lose(self, slots: int, found_at: int) -> None:
        self.loss = (slots, found_at)

    def lost(self) -> tuple[int, int]:
        return self.loss

    def confirms(self, slot_number: int, opened: int) -> bool:
        return self.witnessed == (slot_number, opened)


class SlowDisk(UnthreadedDatabase):
    """A disk that takes a second to write down a slot."""

    clock: VirtualClock

    def record(self, slot_number: int, opened: int) -> None:
        super().record(slot_number, opened)
        self.clock.time += NANOSECONDS


class NotingObserver:
    """Fits the port `Observer`: keeps what it was given."""

    def __init__(self) -> None:
        self.slots: list[tuple[int, int]] = []
        self.answers: list[tuple[Answer, int]] = []
        self.retries: list[int] = []
        self.slots_lost = 0
        self.uncalled: list[int] = []
        self.pauses: list[int] = []
        self.broken_deadlines = 0
        self.damaged = 0
        self.commits: list[tuple[int, int]] = []
        self.gate_waits: list[int] = []

    def slot_opened(self, ids: int, late: int) -> None:
        self.slots.append((ids, late))

    def call_ended(self, answer: Answer, duration: int) -> None:
        self.answers.append((answer, duration))

    def called_again(self, ids: int) -> None:
        self.retries.append(ids)

    def slot_lost(self) -> None:
        self.slots_lost += 1

    def grant_ran_out(self, ids: int) -> None:
        self.uncalled.append(ids)

    def paused(self, duration: int) -> None:
        self.pauses.append(duration)

    def deadline_broken(self) -> None:
        self.broken_deadlines += 1

    def damage_found(self) -> None:
        self.damaged += 1

    def gate_waited(self, duration: int) -> None:
        self.gate_waits.append(duration)

    def committed(self, writes: int, duration: int) -> None:
        self.commits.append((writes, duration))


def good(record_id: int, _: int) -> Answer:
    """Answer as an upstream in good health does."""
    return Answer(f'{{"id": {record_id}}}', status=200)


FULL = "the database could not be written: database or disk is full"


class FlakyJournal(SqliteJournal):
    """A journal that refuses to write down the next slots, as one on a full disk does."""

    refusals = 0

    def open_slot(self, slot: Slot) -> None:
        self._refuse()
        super().open_slot(slot)

    def close_slot(
        self,
        slot: Slot,
        verdicts: Sequence[Verdict],
        started: int,
        lag: int,
        paused_until: int | None,
        refused_slots: int = 0,
    ) -> None:
        self._refuse()
        super().close_slot(slot, verdicts, started, lag, paused_until, refused_slots)

    def _refuse(self) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            raise StoreError(FULL)


class FlakyDatabase(UnthreadedDatabase):
    """A database that refuses the next writes, as one on a full disk does."""

    refusals = 0

    def write(
        self, statements: Callable[[sqlite3.Connection], T], afterwards: Callable[[T], None] | None = None
    ) -> T:
        if self.refusals > 0:
            self.refusals -= 1
            raise StoreError(FULL)
        return super().write(statements, afterwards)


class NotingUpstream:
    """Fits the port `Fetcher`: takes as long as it was set to for an id, notes (id, start, end) of every call.

    `answer` is asked with the id and the number of the call for it, from 1.
    """

    def __init__(
        self,
        clock: Clock,
        latency: Callable[[int], int],
        answer: Callable[[int, int], Answer] = good,
    ) -> None:
        self._clock = clock
        self._latency = latency
        self.answer = answer
        self._numbers: Counter[int] = Counter()
        self.calls: list[tuple[int, int, int]] = []

    def fetch(self, record_id: int, until: int | None) -> Call:
        if has_passed(self._clock, until):
            return NOT_CALLED
        start = self._clock.now()
        self._clock.wait(Event(), start + self._latency(record_id))
        self.calls.append((record_id, start, self._clock.now()))
        self._numbers[record_id] += 1
        return Call(start, self.answer(record_id, self._numbers[record_id]))
