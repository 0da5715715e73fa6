"""An upstream that answers every id after a fixed delay, for trying the service out."""

import json
from threading import Event

from ingest_service.clock import Clock
from ingest_service.domain.ledger import Answer, Call


class SimulatedUpstream:
    """Fits the port `Fetcher`; `delay` is nanoseconds."""

    def __init__(self, clock: Clock, delay: int) -> None:
        self._clock = clock
        self._delay = delay

    def fetch(self, record_id: int) -> Call:
        """Block for the delay and return `{"id": <id>, "data": "processed"}`."""
        started = self._clock.now()
        until = started + self._delay
        while self._clock.now() < until:
            self._clock.wait(Event(), until)
        return Call(started, Answer(json.dumps({"id": record_id, "data": "processed"})))
