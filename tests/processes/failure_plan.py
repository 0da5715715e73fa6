"""The plan of how an upstream answers each call, well or badly."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ingest_service.upstreams.fake import (
    Behaviour,
    cut,
    half_json,
    hang,
    ok,
    reset_before,
    reset_in_body,
    slow,
    status,
    too_many,
)
from tests.processes.arrival import Answer

# Of this many neighbouring ids one is never found, and another one always fails.
_ONE_OF = 40


@dataclass(frozen=True)
class PlannedAnswer:
    """The behaviour for one call, and the meaning of that answer; `pause` is nanoseconds."""

    behaviour: Behaviour
    answer: Answer = Answer.PASSING
    pause: int = 0


_BRIEF = [status(500), status(503), reset_before(), reset_in_body(), cut(), half_json()]
FAILURES = (*[PlannedAnswer(behaviour) for behaviour in 2 * _BRIEF], PlannedAnswer(hang()))
PAUSES = (
    PlannedAnswer(too_many("2"), pause=2_000_000_000),
    PlannedAnswer(too_many("2", 503), pause=2_000_000_000),
)
_NOT_FOUND = PlannedAnswer(status(404, b'{"error": "Not found"}'), Answer.FINAL)


@dataclass(frozen=True)
class FailurePlan:
    """Answers drawn from the seed, the id and the attempt, so that they can be looked up again afterwards.

    `share` of the calls meet one of the `failures`.
    """

    seed: int
    share: float
    failures: Sequence[PlannedAnswer]

    def of(self, record_id: int, attempt: int) -> PlannedAnswer:
        """Return the answer to one call."""
        if record_id % _ONE_OF == 7:
            return _NOT_FOUND
        chance = Random(f"{self.seed}/{record_id}/{attempt}")
        if record_id % _ONE_OF == 19 or chance.random() < self.share:
            return chance.choice(self.failures)
        return PlannedAnswer(slow(chance.choice([0, 0, 0.05, 0.1]), ok()), Answer.GOOD)
