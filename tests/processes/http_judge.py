"""The fake upstream as a judge."""

from typing import Self

from ingest_service.upstreams.fake import Arrival as Request
from ingest_service.upstreams.fake import Connection, FakeUpstream
from tests.processes.arrival import Arrival
from tests.processes.fates import Fates


class HttpJudge:
    """Fits `Upstream`: an API over HTTP that allows three calls in any `interval_seconds`, and fails as planned.

    The kernel stamps every call as it arrives, so that a judge who gets the processor late is not misled.
    """

    def __init__(self, interval_seconds: float, fates: Fates) -> None:
        self.upstream = FakeUpstream(3, interval_seconds, self._answer)
        self._fates = fates

    def __enter__(self) -> Self:
        self.upstream.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.upstream.stop()

    @property
    def arrivals(self) -> list[Arrival]:
        """What arrived so far, with what was to be answered."""
        return [self._judged(request) for request in self.upstream.arrivals]

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
        return {request.record_id for request in self.upstream.arrivals}

    def _answer(self, request: Request, connection: Connection) -> None:
        self._fates.of(request.record_id, request.attempt).behaviour(request, connection)

    def _judged(self, request: Request) -> Arrival:
        fate = self._fates.of(request.record_id, request.attempt)
        return Arrival(request.record_id, request.started_ns, request.ended_ns, fate.answer, fate.pause)
