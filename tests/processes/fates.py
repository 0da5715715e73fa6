"""What becomes of each call to an upstream that fails."""

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
class Fate:
    """How one call is answered and what that says; `pause` is nanoseconds."""

    behaviour: Behaviour
    answer: Answer = Answer.PASSING
    pause: int = 0


_BRIEF = [status(500), status(503), reset_before(), reset_in_body(), cut(), half_json()]
FAILURES = (*[Fate(behaviour) for behaviour in 2 * _BRIEF], Fate(hang()))
PAUSES = (Fate(too_many("2"), pause=2_000_000_000), Fate(too_many("2", 503), pause=2_000_000_000))
_NOT_FOUND = Fate(status(404, b'{"error": "Not found"}'), Answer.FINAL)


@dataclass(frozen=True)
class Fates:
    """Fates drawn from the seed, the id and the attempt, so that they can be told again afterwards.

    `share` of the calls meet one of the `failures`.
    """

    seed: int
    share: float
    failures: Sequence[Fate]

    def of(self, record_id: int, attempt: int) -> Fate:
        """Return the fate of one call."""
        if record_id % _ONE_OF == 7:
            return _NOT_FOUND
        chance = Random(f"{self.seed}/{record_id}/{attempt}")
        if record_id % _ONE_OF == 19 or chance.random() < self.share:
            return chance.choice(self.failures)
        return Fate(slow(chance.choice([0, 0, 0.05, 0.1]), ok()), Answer.GOOD)
