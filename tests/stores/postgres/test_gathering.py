"""Requests that come at the same time are answered in groups, each with its own answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from ingest_service.clock import Clock, SystemClock
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.postgres.admissions import Admissions
from ingest_service.stores.postgres.admitting import Answer, Request
from tests.doubles import VirtualClock


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
