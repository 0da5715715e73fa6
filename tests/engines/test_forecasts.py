"""The contract of the port `Engine`: when it says that slots will open, and why ends move."""

from dataclasses import replace

import pytest

from tests.engines.rig import Rig
from tests.engines.wiring import FINAL, PASSING, RATE, SECOND


def test_while_a_slot_is_open_the_next_one_is_expected_an_interval_after_it(rig: Rig) -> None:
    rig.admit([1, 2, 3, 4])
    slot = rig.open()
    rig.clock.time += SECOND
    assert rig.engine.opens_in() == RATE.interval - SECOND
    assert rig.planned() == [(slot.opened - rig.began + RATE.interval, [4])]


def test_the_first_ingestions_of_an_empty_store_are_causes_too(rig: Rig) -> None:
    admitted = [rig.admit([1], "LOW"), rig.admit([2], "HIGH")]
    rig.engine.snapshot()
    causes = [cause.text for cause in rig.wiring.causes.take()]
    assert causes == [f"ingestion {admitted[0]}, LOW", f"ingestion {admitted[1]}, HIGH"]


@pytest.mark.parametrize(("pause", "delay"), [(60, 57), (1, 0)])
def test_a_pause_of_the_upstream_delays_from_when_the_next_slot_would_have_opened(
    rig: Rig, pause: int, delay: int
) -> None:
    ingestion_id = rig.admit([1, 2])
    slot = rig.open()
    calls = rig.calls([replace(PASSING, pause=pause * SECOND), FINAL])
    rig.clock.time += 2 * SECOND
    rig.engine.snapshot()
    rig.wiring.causes.take()
    rig.engine.close(slot, calls)
    rig.engine.snapshot()
    causes = [(cause.text, cause.delay) for cause in rig.wiring.causes.take()]
    assert causes == [
        ("the upstream asked for a pause", delay * SECOND),
        (f"ids of ingestion {ingestion_id} are called again", 0),
    ]
