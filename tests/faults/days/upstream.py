"""The answers of the upstream on one day, and its notes."""

from random import Random

from ingest_service.domain.ledger import Answer
from tests.doubles import VirtualClock
from tests.faults.days.disk import Steps
from tests.faults.days.notes import Called, Notes
from tests.faults.days.spells import Spells
from tests.simulation import SECOND

# Of this many neighbouring ids one is never found.
_ONE_OF = 17
_NEVER_FOUND = Answer(error="HTTP 404 Not Found", status=404)
_OUTAGE = Answer(error="HTTP 503 Service Unavailable", status=503, retryable=True)
_ERROR = Answer(error="HTTP 500 Internal Server Error", status=500, retryable=True)
_REFUSED = Answer(error="HTTP 401 Unauthorized", status=401, refused=True)
_FORBIDDEN = Answer(error="HTTP 403 Forbidden", status=403, refused=True)


class PlannedUpstream:
    """The latency and the answer of each call, by the spell of the upstream; every call is noted."""

    def __init__(
        self, seed: int, interval: int, clock: VirtualClock, steps: Steps, spells: Spells, notes: Notes
    ) -> None:
        self._chance = Random(seed)
        self._interval = interval
        self._clock = clock
        self._steps = steps
        self._spells = spells
        self._notes = notes
        self._fails = True

    def heal(self) -> None:
        """Answer well from now on."""
        self._fails = False

    def latency(self, record_id: int) -> int:
        """Note the begin of a call, and return how long it takes."""
        self._steps.take()
        self._call = Called(record_id, self._clock.now())
        self._notes.add(self._call)
        if self._fails and self._spells.kind() == "slow":
            return self._chance.randint(0, 3 * self._interval)
        return self._chance.randint(0, SECOND // 2)

    def answer(self, record_id: int, number: int) -> Answer:
        """Note the end of a call, and return its answer."""
        answer = self._drawn(record_id, number)
        self._call.ended, self._call.answer = self._clock.now(), answer
        self._steps.take()
        return answer

    def _drawn(self, record_id: int, number: int) -> Answer:
        kind, drawn = self._spells.kind(), self._chance.random()
        if record_id % _ONE_OF == 0:
            return _NEVER_FOUND
        if not self._fails:
            return self._good(record_id, number)
        if kind == "outage":
            return _OUTAGE
        if kind == "throttled" and drawn < 0.5:
            pause = self._chance.randint(1, 3 * self._interval)
            return Answer(error="HTTP 429 Too Many Requests", status=429, retryable=True, pause=pause)
        if kind == "refused":
            return _REFUSED
        if drawn < (0.4 if kind == "errors" else 0.03):
            return self._chance.choice([_ERROR, _OUTAGE, _FORBIDDEN])
        return self._good(record_id, number)

    def _good(self, record_id: int, number: int) -> Answer:
        return Answer(f'{{"id": {record_id}, "call": {number}}}', status=200)
