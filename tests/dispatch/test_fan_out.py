"""The calls of a slot run at the same time."""

from collections.abc import Iterator
from threading import Barrier, Thread, current_thread
from typing import Any

from ingest_service.dispatch.fan_out import ThreadedFanOut
from ingest_service.domain.ledger import Answer, Call
from ingest_service.spare_threads import SpareThreads


def test_calls_run_side_by_side_and_come_back_in_order() -> None:
    together = Barrier(3, timeout=60)

    def call(record_id: int) -> Call:
        together.wait()
        return Call(record_id, Answer())

    assert [made.started for made in ThreadedFanOut(SpareThreads())(call, [3, 1, 3])] == [3, 1, 3]


def test_the_first_call_waits_for_no_other_thread() -> None:
    made_in: dict[int, Thread] = {}

    def call(record_id: int) -> Call:
        made_in[record_id] = current_thread()
        return Call(record_id, Answer())

    ThreadedFanOut(SpareThreads())(call, [7, 8])
    assert [made_in[record_id] is current_thread() for record_id in (7, 8)] == [True, False]


class UnstartedThread(Thread):
    """A thread for which the system has no room."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def test_a_call_that_gets_no_thread_is_made_in_this_one() -> None:
    classes: Iterator[type[Thread]] = iter([Thread, UnstartedThread, Thread])
    made_in: dict[int, Thread] = {}
    # The others have not ended when a thread is looked for, so that none of them is idle.
    together = Barrier(3, timeout=60)

    def call(record_id: int) -> Call:
        made_in[record_id] = current_thread()
        if record_id != 9:
            together.wait()
        return Call(record_id, Answer())

    def new_thread(**settings: Any) -> Thread:
        return next(classes)(**settings)

    made = ThreadedFanOut(SpareThreads(new_thread))(call, [7, 8, 9, 10])
    assert [one.started for one in made] == [7, 8, 9, 10]
    assert [made_in[record_id] is current_thread() for record_id in (7, 8, 9, 10)] == [True, False, True, False]
