"""The clock of this machine."""

from pathlib import Path
from threading import Event

from ingest_service.clock import SystemClock, boot_of_macos, has_passed
from ingest_service.domain.ledger import NOT_CALLED, Answer
from ingest_service.upstreams.simulated import SimulatedUpstream
from tests.doubles import VirtualClock


def test_now_never_runs_backwards() -> None:
    clock = SystemClock()
    readings = [clock.now() for _ in range(1000)]
    assert readings == sorted(readings)


def test_the_fence_goes_on_and_never_backwards() -> None:
    clock = SystemClock()
    readings = [clock.fence() for _ in range(1000)]
    assert readings == sorted(readings)
    assert readings[0] < readings[-1]


def test_a_fence_has_passed_from_its_very_time_on_and_none_never_does() -> None:
    clock = VirtualClock(now=5)
    clock.suspended = 2
    assert [has_passed(clock, until) for until in (6, 7, 8, None)] == [True, True, False, False]


def test_the_boot_keeps_its_name() -> None:
    assert SystemClock().boot() == SystemClock().boot()


def test_the_boot_of_macos_is_the_uuid_that_its_system_prints_or_unknown(tmp_path: Path) -> None:
    sysctl = tmp_path / "sysctl"
    assert boot_of_macos(sysctl) == ""
    for content, expected in (
        ("echo 6F1C0A52-9D3E-4C1B-8A77-5F0E21D4B3A9", "6f1c0a52-9d3e-4c1b-8a77-5f0e21d4b3a9"),
        ("echo unknown oid; exit 1", ""),
        ("echo", ""),
    ):
        sysctl.write_text(f'#!/bin/sh\ntest "$*" = "-n kern.bootsessionuuid" || exit 1\n{content}\n')
        sysctl.chmod(0o755)
        assert boot_of_macos(sysctl) == expected


def test_a_bell_that_has_rung_ends_any_wait_at_once() -> None:
    bell = Event()
    bell.set()
    SystemClock().wait(bell, None)


def test_a_time_that_is_over_is_not_waited_for() -> None:
    clock = SystemClock()
    clock.wait(Event(), clock.now() - 1)


def test_the_simulated_upstream_answers_after_its_delay() -> None:
    clock = VirtualClock()
    before = clock.now()
    call = SimulatedUpstream(clock, delay=7).fetch(42, None)
    assert call.started == before
    assert call.answer == Answer('{"id": 42, "data": "processed"}')
    assert clock.now() == before + 7


def test_the_simulated_upstream_is_not_called_at_the_fence_or_later() -> None:
    clock = VirtualClock()
    assert SimulatedUpstream(clock, delay=7).fetch(42, clock.fence()) == NOT_CALLED
    assert SimulatedUpstream(clock, delay=7).fetch(42, clock.fence() + 1).was_made
