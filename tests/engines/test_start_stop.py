"""Starting and stopping again and again, with a thread that opens slots: no wait outlives a stop."""

from dataclasses import replace
from threading import Thread

import pytest

from ingest_service.clock import SystemClock
from ingest_service.domain.ledger import Call
from ingest_service.ports.engine import Engine
from tests.doubles import good
from tests.engines.places import Place
from tests.engines.rig import submission_of
from tests.engines.wiring import RATE, Wiring

pytestmark = pytest.mark.slow

ROUNDS = 200
PATIENCE_SECONDS = 30
MILLISECOND = 1_000_000


def open_slots(engine: Engine, called: list[int]) -> None:
    """Open slots until the engine stops; their calls take no time."""
    while (slot := engine.open()) is not None:
        called.extend(slot.ids)
        now = SystemClock().now()
        engine.close(slot, [Call(now, good(record_id, 1)) for record_id in slot.ids])


def test_every_stop_ends_the_thread_that_waits_and_nothing_is_lost_or_called_twice(place: Place) -> None:
    rate = replace(RATE, interval=MILLISECOND, linger=0)
    records, engine = place.build(Wiring(SystemClock(), rate))
    records.start()
    called: list[int] = []
    for number in range(1, ROUNDS + 1):
        engine.start()
        thread = Thread(target=open_slots, args=[engine, called])
        thread.start()
        engine.admit(submission_of([number]), None)
        engine.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    assert sorted(called) == called == list(dict.fromkeys(called))
    assert len(called) + len(list(engine.snapshot().waiting)) == ROUNDS
