"""The costs of quotas: the forecast across the gaps that they make, the memory of what was called, and a slot.

Asked each time: when the last id runs, just after the most urgent id was taken. And the same without a quota.
The quota is 100,000 a day, and slots of one id have used all of it up: the most that there can be.
"""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.figure import Figure, show
from benchmarks.measure import medians, seconds
from benchmarks.schedule import RATE, filled, snapshot
from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import NANOSECONDS
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.domain.usage import CalledSlot, UsageLog

DAY = 86_400 * NANOSECONDS
A_DAY = Quota(100_000, DAY)
SECOND = replace(RATE, interval=NANOSECONDS, quotas=(A_DAY,))
MINUTE = replace(RATE, slot_size=100, interval=60 * NANOSECONDS, quotas=(A_DAY,))
ROUNDS = 5
# Milliseconds for a forecast.
AIM = 20
SLOTS = 300_000


def last(backlog: Backlog, rate: RateLimit) -> float:
    """Return the seconds until it is known when the last id runs, after the most urgent one was taken."""
    backlog.take(rate, now=0, probe=True)
    taken = replace(snapshot(backlog), rate=rate, usage=UsageLog(rate).usage)
    return seconds(lambda: [*taken.pieces()][-1].last_opens)


def forecasts() -> Iterator[Figure]:
    """Measure the end of all, of one long ingestion and of many short ones."""
    for ingestions, ids, limits, rate in (
        (1, 1_000_000, "100 a minute", MINUTE),
        (1, 1_000_000, "3 a second", SECOND),
        (100_000, 10, "100 a minute", MINUTE),
        (100_000, 10, "3 a second", SECOND),
        (100_000, 10, "3 a second, full slots", replace(SECOND, fills=True)),
    ):
        backlog = filled(ingestions, ids)
        last(backlog, rate)  # as after a start
        plain = replace(rate, quotas=())
        with_it, without = medians(ROUNDS, partial(last, backlog, rate), partial(last, backlog, plain))
        what = f"the end of {ingestions:,} of {ids:,} ids, {limits} and 100,000 a day"
        yield Figure(what, "", with_it * 1000, AIM, "ms", more_is_better=False)
        yield Figure(what, "the same without a quota", with_it / without)


def called() -> float:
    """Return the most megabytes that a quota needs while slots of one id are noted and leave."""
    tracemalloc.start()
    log = UsageLog(SECOND)
    for slot in range(SLOTS):
        log.note(CalledSlot(slot, 1))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def slots(rate: RateLimit) -> float:
    """Return the microseconds in which a slot is taken out of the backlog and noted."""
    backlog, log, count = filled(1, 100_000), UsageLog(rate), 20_000

    def take() -> None:
        for number in range(count):
            usage = log.usage if rate.quotas else None
            backlog.take(rate, number, usage=usage)
            log.note(CalledSlot(number, 3))
            log.close(number, 3)

    return seconds(take) / count * 1e6


def figures() -> Iterator[Figure]:
    """Measure forecasts, memory and slots."""
    yield from forecasts()
    yield Figure("a quota of 100,000 a day, slots of one id", "", called(), 2, "MB", more_is_better=False)
    with_it, without = medians(ROUNDS, lambda: slots(SECOND), lambda: slots(replace(SECOND, quotas=())))
    yield Figure("a slot in the backlog, with a quota", "", with_it, 50, "µs", more_is_better=False)
    yield Figure("a slot in the backlog, with a quota", "the same without one", with_it / without)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
