"""The embedded way to open slots: a pacer, a backlog in memory and a store of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from ingest_service.backlog import Backlog
from ingest_service.clock import Clock
from ingest_service.domain import Entry
from ingest_service.errors import SettingError
from ingest_service.ledger import Call, Slot
from ingest_service.pacer import Pacer, first_start
from ingest_service.ports import Store


@dataclass(frozen=True, slots=True)
class Pace:
    """How much may start and how often: ids in a slot, and nanoseconds.

    `interval` is the least time between two slot starts. `linger` is how long an idle dispatcher waits after
    an arrival, so that submissions made together are ordered and packed together.
    """

    slot_size: int
    interval: int
    linger: int


class EmbeddedSlots:
    """Fits the port `Slots` for one process: waits on the clock, chooses from the backlog, writes to the store.

    `open` and `close` belong to the dispatcher thread; `join` and `stop` are for any thread.
    """

    def __init__(self, store: Store, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._backlog = Backlog()
        self._bell = Event()
        self._stopped = False
        self._number = 0
        self._pacer = Pacer(pace.interval, 0)

    def start(self) -> None:
        """Load the backlog and count the first interval from what the ledger proves. The store must run.

        Raises SettingError where a waiting batch is larger than a slot, for it could never be released.
        """
        last = self._store.last_slot()
        boot, now = self._clock.boot(), self._clock.now()
        self._number = last.number if last else 0
        self._pacer = Pacer(self._pace.interval, first_start(last, boot, now, self._pace.interval))
        self._backlog = Backlog()
        self._stopped = False
        for entry in self._store.waiting():
            self._require_fit(entry)
            self._backlog.put(entry, now)

    def stop(self) -> None:
        """Wake the dispatcher; `open` returns None from now on."""
        self._stopped = True
        self._bell.set()

    def join(self, entry: Entry) -> None:
        """Let an entry wait. It wakes the dispatcher only if none waited: no other can open a slot earlier."""
        if self._backlog.put(entry, self._clock.now()):
            self._bell.set()

    def open(self) -> Slot | None:
        """Wait first and choose then, so that whatever arrives during the wait takes its place in the order."""
        return self._open() if self._wait() else None

    def close(self, slot: Slot, calls: Sequence[Call]) -> None:
        """Keep the outcomes, and pace the next slot from the last of the calls that really started."""
        started = max(call.started for call in calls)
        self._pacer.started(started)
        self._store.close_slot(slot, [call.outcome for call in calls], started)

    def _wait(self) -> bool:
        while True:
            self._bell.clear()
            if self._stopped:
                return False
            due = self._due()
            if due is not None and self._clock.now() >= due:
                return True
            self._clock.wait(self._bell, due)

    def _due(self) -> int | None:
        arrived = self._backlog.longest_waiting()
        return None if arrived is None else max(self._pacer.next_start, arrived + self._pace.linger)

    def _open(self) -> Slot:
        batches = self._backlog.take(self._pace.slot_size)
        self._number += 1
        slot = Slot(self._number, self._clock.boot(), self._clock.now(), self._clock.wall(), batches)
        self._store.open_slot(slot)
        return slot

    def _require_fit(self, entry: Entry) -> None:
        size = entry.ingestion.batch_size
        if entry.next_size > self._pace.slot_size:
            raise SettingError(
                f"INGEST_BATCH_SIZE={self._pace.slot_size} is not allowed: ingestion {entry.ingestion.id} waits "
                f"in batches of {size}; allowed is {size} or more until it is done"
            )
