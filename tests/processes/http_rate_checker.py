"""The fake upstream as a rate checker."""

from typing import Self

from ingest_service.upstreams.fake import Arrival as Request
from ingest_service.upstreams.fake import Connection, FakeUpstream
from tests.processes.arrival import Arrival
from tests.processes.failure_plan import FailurePlan


class HttpRateChecker:
    """Fits `Upstream`: an API over HTTP that allows three calls in any `interval_seconds`, and fails as planned.

    The kernel stamps every call as it arrives, so a checker that gets the processor late is not misled.
    """

    def __init__(self, interval_seconds: float, plan: FailurePlan) -> None:
        self.upstream = FakeUpstream(3, interval_seconds, self._answer)
        self._plan = plan

    def __enter__(self) -> Self:
        self.upstream.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.upstream.stop()

    @property
    def arrivals(self) -> list[Arrival]:
        """The calls so far, each with its planned answer."""
        return [self._with_answer(request) for request in self.upstream.arrivals]

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
        return {request.record_id for request in self.upstream.arrivals}

    def _answer(self, request: Request, connection: Connection) -> None:
        self._plan.of(request.record_id, request.attempt).behaviour(request, connection)

    def _with_answer(self, request: Request) -> Arrival:
        planned = self._plan.of(request.record_id, request.attempt)
        return Arrival(request.record_id, request.started_ns, request.ended_ns, planned.answer, planned.pause)
