"""The upstream of the replicas, which knows them apart by a header of their calls."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Self

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake import Arrival as Request
from ingest_service.upstreams.fake import Connection, FakeUpstream
from tests.processes.failure_plan import FailurePlan
from tests.processes.replicas.arrivals import ReplicaArrival
from tests.processes.replicas.times import INTERVAL
from tests.processes.waiting import PATIENCE_SECONDS

_HEADER = "X-Replica"
# The calls of a slot leave within some milliseconds of each other.
_ALL_SENT_SECONDS = 0.04
_HELD_SECONDS = 0.25


def headers(replica: str) -> str:
    """Return the setting of the headers by which the calls of a replica are known."""
    return json.dumps({_HEADER: replica})


class Witness:
    """An API over HTTP that allows three calls in any interval, and answers as planned."""

    def __init__(self, plan: FailurePlan) -> None:
        self.upstream = FakeUpstream(3, INTERVAL / NANOSECONDS, self._answer)
        self._plan = plan
        self._held: dict[str, Event] = {}

    def __enter__(self) -> Self:
        self.upstream.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.upstream.stop()

    @property
    def arrivals(self) -> list[ReplicaArrival]:
        """The calls so far, in the order in which they arrived, each with its planned answer."""
        return sorted(map(self._with_answer, self.upstream.arrivals), key=lambda arrival: arrival.at)

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
        return {request.record_id for request in self.upstream.arrivals}

    @contextmanager
    def calls_out(self, replica: str) -> Iterator[None]:
        """Block until all calls of a slot of this replica are out; they are answered later than planned."""
        came = self._held[replica] = Event()
        try:
            assert came.wait(PATIENCE_SECONDS), f"{replica} called nothing"
            time.sleep(_ALL_SENT_SECONDS)
            yield
        finally:
            del self._held[replica]

    def _answer(self, request: Request, connection: Connection) -> None:
        if held := self._held.get(_replica(request)):
            held.set()
            connection.wait(_HELD_SECONDS)
        self._plan.of(request.record_id, request.attempt).behaviour(request, connection)

    def _with_answer(self, request: Request) -> ReplicaArrival:
        answer = self._plan.of(request.record_id, request.attempt).answer
        return ReplicaArrival(
            request.record_id, request.started_ns, request.ended_ns, answer, replica=_replica(request)
        )


def _replica(request: Request) -> str:
    return request.headers[_HEADER.lower()]
