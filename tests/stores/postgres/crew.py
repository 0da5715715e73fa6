"""Replicas of one database in this process, on the real clock with short times, and what is true of their work."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from threading import Event, Thread
from uuid import UUID

from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.dispatch.dispatcher import Dispatcher
from ingest_service.dispatch.fan_out import ThreadedFanOut
from ingest_service.dispatch.retries import RetryRules
from ingest_service.dispatch.under_way import UnderWay
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import RateLimit
from ingest_service.errors import StoreError
from ingest_service.spare_threads import SpareThreads
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.engine import PostgresEngine
from ingest_service.stores.postgres.records import PostgresRecords
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.rules import Rules
from ingest_service.stores.postgres.sight import SlotTimes
from tests.doubles import NotingObserver, NotingUpstream
from tests.engines.rig import submission_of
from tests.laws import most_in_work, most_starts_in_a_span
from tests.stores.postgres.ledger import lost, wrong_slots

MILLISECOND = NANOSECONDS // 1000
# The law is about the interval; the guard stands for the difference of the ways to the upstream.
INTERVAL, GUARD = 300 * MILLISECOND, 20 * MILLISECOND
RATE = RateLimit(slot_size=3, interval=INTERVAL + GUARD, linger=20 * MILLISECOND, longest_pause=3600 * NANOSECONDS)
GRANT, TIMEOUT, POLL = 300 * MILLISECOND, 500 * MILLISECOND, 100 * MILLISECOND
LATENCY = 50 * MILLISECOND
MOST_IDS = 1_000_000


class Member:
    """One replica: its engine, its records and its dispatcher."""

    def __init__(
        self, url: str, upstream: NotingUpstream, rate: RateLimit = RATE, most_ids: int = MOST_IDS
    ) -> None:
        clock, replica, self.observer = SystemClock(), Replica("replica"), NotingObserver()
        times = SlotTimes(GRANT, TIMEOUT, rate.interval)
        retry_rules = RetryRules(3, NANOSECONDS)
        rules = Rules(rate, retry_rules, times, most_ids, POLL)
        self.database = PostgresDatabase(url)
        self.engine = PostgresEngine(self.database, replica, rules, clock, self.observer, lambda _: None)
        self.records = PostgresRecords(self.database, replica.owner)
        self.given_up: list[str] = []
        under_way, give_up = UnderWay(retry_rules), self.given_up.append
        self.dispatcher = Dispatcher(
            self.engine, upstream, clock, ThreadedFanOut(SpareThreads()), self.observer, under_way, give_up
        )

    def start(self) -> None:
        self.records.start()
        self.engine.start()
        self.dispatcher.start()

    def stop(self) -> None:
        self.dispatcher.halt()
        self.records.stop()
        assert self.dispatcher.join(30)


@dataclass
class Load:
    """The submissions of some threads, of one id each: the ingestions they were answered with, and the errors."""

    accepted: list[UUID] = field(default_factory=list)
    errors: list[StoreError] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def submit(self, engine: PostgresEngine, chance: Random, between: float) -> None:
        """Submit until it is over."""
        while not self.over.wait(between):
            submission = submission_of([chance.randrange(2**31)], chance.choice(list(Priority)))
            try:
                answer = engine.admit(submission, None)
            except StoreError as error:
                self.errors.append(error)
            else:
                assert answer == submission.id
                self.accepted.append(answer)


class Crew:
    """Replicas that share one database and one upstream, which answers every call well."""

    def __init__(
        self, url: str, count: int = 3, rates: Sequence[RateLimit] = (), most_ids: int = MOST_IDS
    ) -> None:
        self.upstream = NotingUpstream(SystemClock(), lambda _: LATENCY)
        self.members = [Member(url, self.upstream, rate, most_ids) for rate in rates or [RATE] * count]
        self.load = Load()

    def check(self, url: str) -> None:
        """Assert the laws, and that nothing that was accepted is lost."""
        calls = self.upstream.calls
        assert most_starts_in_a_span(calls, INTERVAL) <= RATE.slot_size
        assert most_in_work(calls) <= RATE.slot_size
        assert lost(url, self.load.accepted) == set()
        assert wrong_slots(url) == []
        assert [member.given_up for member in self.members] == [[] for _ in self.members]

    def has_called_more_than(self, calls: int) -> Callable[[], bool]:
        return lambda: len(self.upstream.calls) > calls


@contextmanager
def at_work(crew: Crew, threads: int = 4, between: float = 0.02) -> Iterator[Crew]:
    """Let the replicas work under the load of threads; each rests for seconds between submissions."""
    for member in crew.members:
        member.start()
    workers = [
        Thread(target=crew.load.submit, args=[member.engine, Random(number), between])
        for number, member in enumerate(crew.members * threads)
    ]
    for worker in workers:
        worker.start()
    try:
        yield crew
    finally:
        crew.load.over.set()
        for worker in workers:
            worker.join(30)
        for member in crew.members:
            member.stop()


def slower(rate: RateLimit, interval: int) -> RateLimit:
    """Return the rate with another interval."""
    return replace(rate, interval=interval)
