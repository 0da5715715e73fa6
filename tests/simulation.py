"""The whole scheduler on the virtual clock."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import groupby
from typing import Protocol
from uuid import UUID

from ingest_service.clock import NANOSECONDS
from ingest_service.dispatch.dispatcher import Dispatcher
from ingest_service.dispatch.retries import RetryRules
from ingest_service.dispatch.under_way import UnderWay
from ingest_service.domain.ledger import Answer, Outcome, Slot
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import RateLimit
from ingest_service.service import Service
from ingest_service.slippage.slips import Slips
from tests.doubles import NothingScheduled, NotingObserver, NotingUpstream, good
from tests.engines.places import EmbeddedPlace, Place
from tests.engines.wiring import RATE, LongestBackoff, Wiring

SECOND = NANOSECONDS
FIVE_SECONDS = RATE
FIVE_ATTEMPTS = RetryRules(max_attempts=5, backoff=5 * SECOND, random=LongestBackoff())


class Simulate(Protocol):
    """Builds a simulation with these settings (see Simulation), over the place of the test."""

    def __call__(
        self,
        rate: RateLimit = ...,
        latency: Callable[[int], int] = ...,
        answer: Callable[[int, int], Answer] = ...,
        retry_rules: RetryRules = ...,
        most_ids: int = ...,
    ) -> "Simulation":
        """Build it, started."""


class Simulation:
    """A service whose dispatcher is driven by the test; times are nanoseconds since the simulation began."""

    def __init__(
        self,
        rate: RateLimit = FIVE_SECONDS,
        latency: Callable[[int], int] = lambda _: SECOND,
        answer: Callable[[int, int], Answer] = good,
        retry_rules: RetryRules = FIVE_ATTEMPTS,
        most_ids: int = 10_000_000,
        place: Place | None = None,
        batch_size: int | None = None,
    ) -> None:
        self.rate = rate
        self.batch_size = batch_size or rate.slot_size
        self.retry_rules = retry_rules
        self.most_ids = most_ids
        self.place = place or EmbeddedPlace()
        self.clock = self.place.clock
        self.began = self.place.began
        self.upstream = NotingUpstream(self.clock, latency, answer)
        self.start()
        self.clock.time = self.began

    def start(self) -> None:
        """Start, or start again after a crash: only the place and the upstream remember anything."""
        self.observer = NotingObserver()
        wiring = Wiring(self.clock, self.rate, self.retry_rules, self.most_ids, self.observer)
        self.causes = wiring.causes
        self.records, self.engine = self.place.build(wiring)
        self.slips = Slips(self.records, self.engine.snapshot, wiring.causes, self.clock, 0, self.observer)
        self.records.start()
        self.engine.start()
        self.given_up: list[str] = []
        self.dispatcher = Dispatcher(
            self.engine,
            self.upstream,
            self.clock,
            self.clock.fan_out,
            self.observer,
            UnderWay(self.retry_rules),
            self.given_up.append,
        )
        self.service = Service(self.records, self.engine, self.dispatcher, [], self.batch_size)

    def submit(self, ids: Iterable[int], priority: str = "MEDIUM") -> UUID:
        return self.service.submit(ids, Priority[priority])

    def submit_at(self, time: int, ids: Iterable[int], priority: str = "MEDIUM") -> None:
        wanted = list(ids)
        self.clock.at(self.began + time, lambda: self.submit(wanted, priority))

    def write_down_slips(self) -> None:
        """Write down the slips so far; what caused them is known from a look at what waits.

        A dispatcher that waits takes one every now and then.
        """
        self.engine.snapshot()
        self.slips.run_once()

    def run(self) -> None:
        """Run slots until nothing waits and nothing is planned."""
        try:
            while self.dispatcher.run_once():
                pass
        except NothingScheduled:
            return

    def run_slot(self) -> None:
        """Run one slot, if anything is to come."""
        with suppress(NothingScheduled):
            self.dispatcher.run_once()

    def finish(self, slot: Slot) -> None:
        """Call the ids of a slot and close it."""
        calls = self.clock.fan_out(lambda record_id: self.upstream.fetch(record_id, slot.until), slot.ids)
        self.engine.close(slot, calls)

    def forget_arrivals(self) -> None:
        """Let nothing more arrive than has."""
        self.clock.forget_plans()

    def slots_opened(self) -> list[tuple[int, list[int]]]:
        """Return (opened, ids) of every slot, also those before a crash, as they were written down."""
        offset = self.clock.wall() - self.clock.now()
        slots = reversed(self.records.slots(before=2**62, limit=100_000))
        return [(slot.opened_at - offset, [record_id for *_, record_id in slot.calls]) for slot in slots]

    def slots_seen(self) -> list[tuple[int, list[int]]]:
        """Return (start, ids) of every slot as the upstream saw them."""
        calls = [(start - self.began, record_id) for record_id, start, _ in self.upstream.calls]
        return [(start, [i for _, i in group]) for start, group in groupby(calls, key=lambda call: call[0])]

    def outcomes(self, ingestion_id: UUID) -> list[Outcome]:
        return [outcome for _, outcome in self.records.outcomes(ingestion_id, -1, 1_000_000) or []]
