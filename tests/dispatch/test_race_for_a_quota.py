"""A slot that is chosen in the moment in which what it would carry changes, on a clock that goes on meanwhile."""

import pytest

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.rate import Quota, RateLimit
from tests.doubles import VirtualClock, good
from tests.engines.places import EmbeddedPlace
from tests.engines.wiring import PASSING, LongestBackoff
from tests.laws import most_starts_in_a_span
from tests.simulation import SECOND, Simulation

FOUR_A_MINUTE = RateLimit(3, 5 * SECOND, 0, 0, quotas=(Quota(4, 60 * SECOND),))


class GoingClock(VirtualClock):
    """A clock that goes on by `step` with each look at it."""

    step = 0

    def now(self) -> int:
        self.time += self.step
        return self.time


@pytest.mark.parametrize("after", range(1, 16))
def test_ids_that_come_back_while_a_slot_is_chosen_do_not_carry_it_over_a_quota(after: int) -> None:
    place = EmbeddedPlace()
    place.clock = GoingClock()
    rules = RetryRules(2, 5 * SECOND + after, LongestBackoff())
    simulation = Simulation(
        FOUR_A_MINUTE, lambda _: 0, lambda i, n: PASSING if i < 3 and n == 1 else good(i, n), rules, place=place
    )
    simulation.submit([1, 2], "HIGH")
    simulation.run_slot()
    simulation.submit([9], "LOW")
    place.clock.step = 1
    simulation.run()
    assert sorted(record_id for record_id, *_ in simulation.upstream.calls) == [1, 1, 2, 2, 9]
    assert most_starts_in_a_span(simulation.upstream.calls, 60 * SECOND) <= 4
