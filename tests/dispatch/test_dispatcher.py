"""The dispatcher over an engine of several replicas: its slots have a fence and may be declared lost."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from ingest_service.dispatch.dispatcher import STORE_RETRY, Dispatcher
from ingest_service.dispatch.retries import RetryRules
from ingest_service.dispatch.under_way import UnderWay
from ingest_service.domain.ledger import Answer, Call, Slot
from ingest_service.errors import StoreError, StoreStopped
from ingest_service.ports.engine import ignore
from ingest_service.ports.fetcher import FanOut
from tests.doubles import NotingObserver, NotingUpstream, VirtualClock
from tests.simulation import SECOND

GRANT = 2 * SECOND
# For so long others rest before a slot may open, and from then on.
AHEAD, LONGEST = 6 * SECOND // 1000, 20 * SECOND // 1000


class GrantedSlot:
    """Fits the port `SlotSource`: there is one slot, whose calls may be sent for the `grant` (None: at any time).

    It may open in `opens_in` (None: at a time that is not known). Its store fails with each of the `troubles`
    first. The machine is in suspend for `suspended` once the slot is open. A close returns `kept`.
    """

    def __init__(
        self,
        clock: VirtualClock,
        grant: int | None = GRANT,
        troubles: Iterable[str] = (),
        suspended: int = 0,
        kept: bool = True,
        opens_in: int | None = None,
    ) -> None:
        self._clock = clock
        self._opens_in = opens_in
        self._grant = grant
        self._troubles = list(troubles)
        self._suspended = suspended
        self._kept = kept
        self._opened = False
        self.closed: list[Sequence[Call]] = []
        self.while_it_waits: Callable[[], object] = lambda: None
        self.while_it_closes: Callable[[], object] = lambda: None

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def open(self, waits: Callable[[int | None], None] = ignore) -> Slot | None:
        self._fail_first()
        waits(None if self._opens_in is None else self._clock.now() + self._opens_in)
        self.while_it_waits()
        if self._opened:
            return None
        self._opened = True
        clock = self._clock
        until = None if self._grant is None else clock.fence() + self._grant
        clock.suspended += self._suspended
        return Slot(7, clock.boot(), clock.now(), clock.wall(), (), (1, 2, 3), until)

    def close(self, slot: Slot, calls: Sequence[Call]) -> bool:
        assert slot.number == 7
        self.while_it_closes()
        self._fail_first()
        self.closed.append(calls)
        return self._kept

    def fail_next(self, *troubles: str) -> None:
        self._troubles += troubles

    def _fail_first(self) -> None:
        if self._troubles:
            raise StoreError(self._troubles.pop(0))


class Bench:
    """A dispatcher over such a slot; a thread comes a second later to its call than the one before it."""

    def __init__(
        self, fan_out: FanOut | None = None, give_up: Callable[[str], None] = pytest.fail, **settings: Any
    ) -> None:
        self.clock = VirtualClock()
        self.clock.thread_lag = SECOND
        self.slots = GrantedSlot(self.clock, **settings)
        self.while_it_calls: Callable[[], object] = lambda: None
        self.upstream = NotingUpstream(self.clock, self._latency)
        self.observer = NotingObserver()
        self.dispatcher = Dispatcher(
            self.slots,
            self.upstream,
            self.clock,
            fan_out or self.clock.fan_out,
            self.observer,
            UnderWay(RetryRules(5, 0)),
            give_up,
        )

        self.rests: list[int] = []

    @property
    def called(self) -> list[int]:
        return [record_id for record_id, _, _ in self.upstream.calls]

    def give_way(self) -> None:
        """Let the dispatcher go first, as a request does, and note for how long."""
        before = self.clock.now()
        self.dispatcher.right_of_way.give()
        self.rests.append(self.clock.now() - before)

    def _latency(self, _: int) -> int:
        self.while_it_calls()
        return SECOND


def test_an_id_whose_call_would_come_too_late_is_not_called_and_not_counted_as_a_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    assert bench.dispatcher.run_once()
    assert bench.called == [1, 2]
    assert [[call.was_made for call in calls] for calls in bench.slots.closed] == [[True, True, False]]
    assert (len(bench.observer.answers), bench.observer.uncalled) == (2, [1])
    assert "slot 7 ran out of time: 1 of its ids were not called" in caplog.text


def test_after_a_suspend_nothing_of_a_slot_is_called_and_it_is_closed_all_the_same() -> None:
    bench = Bench(suspended=GRANT)
    bench.dispatcher.run_once()
    assert bench.called == []
    assert [[call.was_made for call in calls] for calls in bench.slots.closed] == [[False] * 3]
    assert (bench.observer.answers, bench.observer.uncalled) == ([], [3])


def test_a_slot_without_a_fence_is_called_whenever_its_threads_come(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(grant=None, suspended=GRANT)
    bench.dispatcher.run_once()
    assert (bench.called, bench.observer.uncalled) == ([1, 2, 3], [])
    assert caplog.text == ""


def test_a_slot_stays_open_where_no_memory_is_left_for_its_calls() -> None:
    def fail() -> None:
        raise MemoryError

    bench = Bench(grant=None)
    bench.while_it_calls = fail
    with pytest.raises(MemoryError):
        bench.dispatcher.run_once()
    assert bench.slots.closed == []


def test_a_dispatcher_without_memory_ends_its_process() -> None:
    def fail() -> None:
        raise MemoryError

    given_up: list[str] = []
    bench = Bench(give_up=given_up.append)
    bench.while_it_calls = fail
    bench.dispatcher.run_supervised()
    assert given_up == ["the dispatcher has no memory left"]


def test_an_id_on_which_the_fetcher_breaks_has_failed_for_good_in_its_slot() -> None:
    def fail() -> None:
        raise ValueError("no such thing")

    bench = Bench(grant=None)
    bench.clock.thread_lag = 0
    bench.while_it_calls = fail
    bench.dispatcher.run_once()
    broken = Call(bench.clock.now(), Answer(error="ValueError: no such thing", retryable=False))
    assert bench.slots.closed == [[broken] * 3]
    assert bench.observer.answers == [(broken.answer, 0)] * 3


def test_ids_of_a_slot_whose_calls_could_not_be_made_in_order_may_be_called_again() -> None:
    def fail(call: Callable[[int], Call], places: Sequence[int]) -> list[Call]:
        call(places[0])
        raise ValueError("no such thing")

    bench = Bench(fan_out=fail)
    bench.dispatcher.run_once()
    broken = Call(bench.clock.now(), Answer(error="ValueError: no such thing", retryable=True))
    assert bench.slots.closed == [[broken] * 3]


def test_a_dispatcher_that_is_started_again_has_no_slot_in_hand() -> None:
    def stop() -> None:
        raise StoreStopped

    bench = Bench()
    bench.slots.while_it_closes = stop
    with pytest.raises(StoreStopped):
        bench.dispatcher.run_once()
    bench.slots.while_it_closes = lambda: None
    bench.dispatcher.start()
    assert bench.dispatcher.join(10)
    assert bench.slots.closed == []


def test_after_a_slot_that_another_replica_declared_lost_the_next_one_opens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(kept=False)
    assert bench.dispatcher.run_once()
    assert "slot 7 was declared lost by another replica: its outcomes are thrown away" in caplog.text
    assert not bench.dispatcher.run_once()
    assert len(bench.slots.closed) == 1


def test_what_a_slot_was_short_of_counts_once_however_often_its_close_is_tried() -> None:
    bench = Bench()
    bench.clock.at(bench.clock.now() + SECOND // 2, lambda: bench.slots.fail_next("gone", "gone"))
    bench.dispatcher.run_once()
    assert (bench.observer.uncalled, len(bench.slots.closed)) == ([1], 1)


def test_each_trouble_of_the_store_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(troubles=["gone"] * 240 + ["full"] * 2)
    began = bench.clock.now()
    bench.dispatcher.run_once()
    assert bench.upstream.calls[0][1] == began + 242 * STORE_RETRY
    assert [record.getMessage() for record in caplog.records][:4] == [
        "the dispatcher waits for the store: gone; trying again every 0.25 s",
        "the dispatcher waits for the store: full; trying again every 0.25 s",
        "the store works again",
        "slot 7 opened: ids 1, 2, 3",
    ]


def test_trouble_is_over_once_the_dispatcher_waits_for_a_slot_and_not_for_the_store(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(troubles=["gone"])
    seen: list[str | None] = []
    bench.slots.while_it_waits = lambda: seen.append(bench.dispatcher.store_trouble)
    bench.dispatcher.run_once()
    assert seen == [None]
    assert caplog.messages[1] == "the store works again"


def test_a_request_rests_while_a_slot_opens() -> None:
    bench = Bench(opens_in=AHEAD)
    bench.slots.while_it_waits = bench.give_way
    bench.dispatcher.run_once()
    assert bench.rests == [AHEAD + LONGEST]


def test_a_request_does_not_rest_while_calls_are_under_way_however_long_they_take() -> None:
    bench = Bench(opens_in=0, grant=None)
    bench.while_it_calls = bench.give_way
    bench.dispatcher.run_once()
    assert bench.rests == [0, 0, 0]


def test_a_request_rests_while_a_slot_is_closed() -> None:
    bench = Bench(opens_in=SECOND)
    bench.slots.while_it_closes = bench.give_way
    bench.dispatcher.run_once()
    assert bench.rests == [AHEAD + LONGEST]


def test_a_request_does_not_rest_once_the_next_slot_is_waited_for() -> None:
    bench = Bench(opens_in=SECOND)
    bench.dispatcher.run_once()
    bench.slots.while_it_waits = bench.give_way
    bench.dispatcher.run_once()
    assert bench.rests == [0]


def test_requests_do_not_rest_while_the_store_fails_time_and_again() -> None:
    bench = Bench()
    bench.clock.at(bench.clock.now() + SECOND // 2, lambda: bench.slots.fail_next(*["gone"] * 9))
    bench.slots.while_it_closes = bench.give_way
    bench.dispatcher.run_once()
    assert bench.rests == [AHEAD + LONGEST, *[0] * 9]
