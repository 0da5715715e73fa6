"""An upstream that answers every id after a fixed delay, for trying the service out."""

import json
from threading import Event

from ingest_service.clock import Clock, has_passed
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call


class SimulatedUpstream:
    """Fits the port `Fetcher`; `delay` is nanoseconds."""

    def __init__(self, clock: Clock, delay: int) -> None:
        self._clock = clock
        self._delay = delay

    def fetch(self, record_id: int, until: int | None) -> Call:
        """Block for the delay and return `{"id": <id>, "data": "processed"}`."""
        if has_passed(self._clock, until):
            return NOT_CALLED
        started = self._clock.now()
        ends = started + self._delay
        while self._clock.now() < ends:
            self._clock.wait(Event(), ends)
        return Call(started, Answer(json.dumps({"id": record_id, "data": "processed"})))
