"""Requests that come at the same time are answered in groups, each with its own answer."""

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from queue import Queue
from threading import Event
from uuid import uuid4

import pytest

from ingest_service.clock import Clock, SystemClock
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import CommitNotCertain, StoreError
from ingest_service.stores.postgres.admissions import GATHERING, LONGEST_WAIT, Admissions
from ingest_service.stores.postgres.admitting import Answer, Request
from tests.doubles import VirtualClock
from tests.processes.waiting import eventually


class Groups:
    """Admissions that accept everything, and the sizes of the groups in which they did."""

    def __init__(self, clock: Clock) -> None:
        self.admissions = Admissions(self._admit, clock, lambda size, _: self.sizes.append(size))
        self.sizes: list[int] = []

    def _admit(self, requests: Sequence[Request]) -> Sequence[Answer]:
        return [request.submission.id for request in requests]

    def asks(self) -> bool:
        """Ask for a submission; return whether the answer is its own."""
        submission = Submission(uuid4(), Priority.LOW, 3, PackedIds.of([1]))
        return self.admissions.ask(Request(submission, None)) == submission.id


def test_one_that_comes_alone_is_answered_alone_and_at_once() -> None:
    clock = VirtualClock()
    began, groups = clock.now(), Groups(clock)
    assert [groups.asks() for _ in range(3)] == [True] * 3
    assert groups.sizes == [1, 1, 1]
    assert clock.now() == began


def test_each_of_many_is_answered_once_with_its_own_answer() -> None:
    groups = Groups(SystemClock())
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(lambda _: groups.asks(), range(800)))
    assert sum(groups.sizes) == 800


class TurnedClock(VirtualClock):
    """A clock that stands still until a test turns it; it knows the bells that threads wait for long."""

    def __init__(self) -> None:
        super().__init__()
        self.bells: set[Event] = set()

    def wait(self, bell: Event, until: int | None) -> None:
        if until is not None and until > self.time + GATHERING:
            self.bells.add(bell)
        bell.wait(0.001)


class StuckDesk(Groups):
    """Groups that are answered only when the test says so, as behind a commit that waits for a standby."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.asked: Queue[tuple[int, Event]] = Queue()

    def _admit(self, requests: Sequence[Request]) -> Sequence[Answer]:
        may_answer = Event()
        self.asked.put((len(requests), may_answer))
        may_answer.wait()
        return super()._admit(requests)


def test_those_behind_a_commit_without_end_are_refused_in_time_and_say_what_may_be_kept() -> None:
    clock = TurnedClock()
    desk = StuckDesk(clock)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(desk.asks)
        _, first_may_answer = desk.asked.get()
        group = [pool.submit(desk.asks) for _ in range(2)]
        eventually(lambda: len(clock.bells) == 2)
        first_may_answer.set()
        size, group_may_answer = desk.asked.get()
        assert (first.result(), size) == (True, 2)
        behind = pool.submit(desk.asks)
        eventually(lambda: len(clock.bells) == 3)
        clock.time += LONGEST_WAIT
        with pytest.raises(StoreError, match=r"^the database is busy: it has not answered those"):
            behind.result()
        (follower,) = wait(group, return_when=FIRST_COMPLETED).done
        with pytest.raises(CommitNotCertain, match=r"^the database does not answer; what was asked may be kept"):
            follower.result()
        group_may_answer.set()
    assert [future.result() for future in group if future is not follower] == [True]
    assert desk.sizes == [1, 2]
