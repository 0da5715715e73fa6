"""The ids that came and those that were cancelled, in every store."""

from ingest_service.domain.flow import MinuteFlow
from ingest_service.domain.ledger import CANCELLED, Outcome, Retry
from ingest_service.ports.records import MinutesQuery
from tests.doubles import VirtualClock
from tests.simulation import SECOND
from tests.stores.steps import close, open_next, submit
from tests.stores.store import Store

MINUTE = 60 * SECOND


def flows(store: Store, since: int = 0) -> list[MinuteFlow]:
    return list(store.records.minutes(MinutesQuery(0, 10**9, since)).flows)


def test_nothing_came_to_an_empty_store(store: Store) -> None:
    assert flows(store) == []


def test_the_ids_of_each_minute_are_counted(store: Store, clock: VirtualClock) -> None:
    begin = clock.wall() // MINUTE * MINUTE
    submit(store, [1, 2, 3])
    submit(store, [4])
    clock.time += MINUTE
    submit(store, range(1, 1000))
    assert flows(store) == [MinuteFlow(begin, 4, 0), MinuteFlow(begin + MINUTE, 999, 0)]
    assert flows(store, begin + MINUTE) == [MinuteFlow(begin + MINUTE, 999, 0)]


def test_what_was_still_to_be_called_is_cancelled(store: Store, clock: VirtualClock) -> None:
    begin = clock.wall() // MINUTE * MINUTE
    entry = submit(store, range(1, 8))
    slot = open_next(store, 1, entry)
    close(store, slot, [Outcome(1, "{}"), Outcome(2, None, "HTTP 404", 1, 404), Retry(1, 50, 70)])
    clock.time += MINUTE
    store.journal.cancel(entry.sequence, [(2, Outcome(3, error=CANCELLED))])
    assert flows(store, begin + MINUTE) == [MinuteFlow(begin + MINUTE, accepted=0, cancelled=5)]
