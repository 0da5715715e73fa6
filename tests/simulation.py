"""The whole scheduler on the virtual clock."""

from collections.abc import Callable, Iterable
from itertools import groupby
from uuid import UUID

from ingest_service.clock import NANOSECONDS
from ingest_service.dispatcher import Dispatcher
from ingest_service.domain import Priority
from ingest_service.ports import Store
from ingest_service.service import Service
from ingest_service.slots import EmbeddedSlots, Pace
from ingest_service.stores.memory import MemoryStore
from tests.doubles import NothingToCome, NotingUpstream, VirtualClock

SECOND = NANOSECONDS
FIVE_SECONDS = Pace(slot_size=3, interval=5 * SECOND, linger=SECOND // 5)


class Simulation:
    """A service whose dispatcher is driven by the test; times are nanoseconds since the simulation began."""

    def __init__(self, pace: Pace = FIVE_SECONDS, latency: Callable[[int], int] = lambda _: SECOND) -> None:
        self.pace = pace
        self.clock = VirtualClock()
        self.began = self.clock.now()
        self.upstream = NotingUpstream(self.clock, latency)
        self.store: Store = MemoryStore(self.clock)
        self.store.start()
        self.start()

    def start(self) -> None:
        """Start, or start again after a crash: only the store and the upstream remember anything."""
        self.slots = EmbeddedSlots(self.store, self.clock, self.pace)
        self.slots.start()
        self.dispatcher = Dispatcher(self.slots, self.upstream, self.clock, self.clock.side_by_side)
        self.service = Service(self.store, self.slots, self.dispatcher, self.pace.slot_size)

    def submit(self, ids: Iterable[int], priority: str = "MEDIUM") -> UUID:
        return self.service.submit(ids, Priority[priority])

    def submit_at(self, time: int, ids: Iterable[int], priority: str = "MEDIUM") -> None:
        wanted = list(ids)
        self.clock.at(self.began + time, lambda: self.submit(wanted, priority))

    def run(self) -> None:
        """Run slots until nothing waits and nothing is planned."""
        try:
            while self.dispatcher.run_once():
                pass
        except NothingToCome:
            return

    def slots_seen(self) -> list[tuple[int, list[int]]]:
        """Return (start, ids) of every slot as the upstream saw them."""
        calls = [(start - self.began, record_id) for record_id, start, _ in self.upstream.calls]
        return [(start, [i for _, i in group]) for start, group in groupby(calls, key=lambda call: call[0])]
