"""Signals that ask a process to stop."""

import signal
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.signals import STOPPING, StopSignals
from tests.doubles import VirtualClock

GRACE = 9 * NANOSECONDS


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Put the handlers of the test run back in place."""
    before = {signum: signal.getsignal(signum) for signum in STOPPING}
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


class Stops:
    """Signals that are installed, and the names of those that asked to stop."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.asked: SimpleQueue[str] = SimpleQueue()
        self.given_up: SimpleQueue[str] = SimpleQueue()
        self.signals = StopSignals(self.asked.put, GRACE, self.clock, self.given_up.put)
        self.signals.install()


@pytest.mark.parametrize("signum", STOPPING, ids=lambda signum: signum.name)
def test_the_first_signal_leaves_the_main_thread_and_later_ones_change_nothing(signum: signal.Signals) -> None:
    Stops()
    with pytest.raises(SystemExit) as left:
        signal.raise_signal(signum)
    assert left.value.code == 0
    for later in STOPPING:
        signal.raise_signal(later)


def test_a_thread_of_its_own_is_asked_to_stop_by_the_name_of_the_signal_once() -> None:
    stops = Stops()
    stops.signals.watch()
    with pytest.raises(SystemExit):
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)
    assert stops.asked.get(timeout=10) == "SIGTERM"
    assert stops.given_up.get(timeout=10) == "it did not stop in time"
    assert stops.asked.empty()
    assert stops.clock.time >= Stops().clock.time + GRACE


def test_no_signal_changes_anything_once_the_process_stops_by_itself() -> None:
    Stops().signals.ignore()
    signal.raise_signal(signal.SIGTERM)


def test_signals_that_the_caller_wants_to_be_ignored_are_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Stops()
    signal.raise_signal(signal.SIGHUP)


def test_the_grace_counts_from_the_signal() -> None:
    stops = Stops()
    assert stops.signals.left() == GRACE
    with pytest.raises(SystemExit):
        signal.raise_signal(signal.SIGTERM)
    assert stops.signals.left() == GRACE
    stops.clock.time += 4 * NANOSECONDS
    assert stops.signals.left() == 5 * NANOSECONDS
    stops.clock.time += 6 * NANOSECONDS
    assert stops.signals.left() == 0
