"""The judging of what the checks of the self-test have seen."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.selftest import clocks, crash, disk, full_disk, order, rate, restart
from ingest_service.selftest.block_device import UNKNOWN, Place
from ingest_service.selftest.verdict import Finding, State
from tests.doubles import VirtualClock

MILLISECOND = 1_000_000
SOLID = Place("ext4", "write back")


def fault(finding: Finding) -> str:
    """Return the sentence of a check that failed."""
    assert finding.state is State.FAILED
    return finding.sentence


def disk_with(milliseconds: float, place: Place) -> Finding:
    return disk.judge([3_000] * 5, [round(milliseconds * MILLISECOND)] * 5, place)


def test_a_disk_that_takes_its_time_is_a_real_one() -> None:
    finding = disk_with(1.5, SOLID)
    assert (finding.state, finding.figures["write and fsync, ms"]) == (State.PASSED, 1.5)
    assert finding.sentence.startswith("fsync takes 1.50 ms on ext4, as on a real disk")


def test_a_disk_that_is_too_fast_is_named_with_its_time() -> None:
    assert fault(disk_with(0.02, SOLID)).startswith("fsync takes 0.020 ms: too fast for a real disk; ")
    assert fault(disk_with(0.02, Place("ext4", UNKNOWN))).startswith("fsync takes 0.020 ms: ")


def test_a_disk_without_a_cache_that_could_be_lost_may_be_that_fast() -> None:
    assert disk_with(0.02, Place("xfs", "write through")).state is State.PASSED


def test_a_folder_in_memory_is_no_disk_however_long_it_takes() -> None:
    assert fault(disk_with(1.5, Place("tmpfs", UNKNOWN))).startswith("tmpfs is memory: ")


def test_every_write_of_the_disk_check_waits_for_its_fsync(tmp_path: Path) -> None:
    synced: list[int] = []
    path = tmp_path / "written"
    took = disk.times(path, synced.append, writes=3)
    assert (len(took), len(synced), path.stat().st_size) == (3, 3, 3 * 4096)


GOOD_CLOCK = clocks.Readings(range(5), NANOSECONDS, NANOSECONDS, "boot")


def test_clocks_that_go_forward_at_one_speed_are_good() -> None:
    assert clocks.judge(GOOD_CLOCK).state is State.PASSED
    assert "each restart waits a whole interval" in clocks.judge(replace(GOOD_CLOCK, boot="")).sentence


@pytest.mark.parametrize(
    ("readings", "sentence"),
    [
        (replace(GOOD_CLOCK, monotonic=[1, 2, 1, 3, 2]), "the monotonic clock went back 2 times"),
        (replace(GOOD_CLOCK, fence_counted=2 * NANOSECONDS), "the clocks of this machine go at different speeds"),
    ],
    ids=["backwards", "drift"],
)
def test_clocks_that_are_wrong_are_named(readings: clocks.Readings, sentence: str) -> None:
    assert fault(clocks.judge(readings)) == sentence


def test_a_clock_is_read_over_a_second() -> None:
    readings = clocks.read(VirtualClock())
    assert (readings.counted, readings.fence_counted, readings.boot) == (NANOSECONDS, NANOSECONDS, "this boot")


SLOTS = [at * NANOSECONDS + call for at in range(4) for call in range(3)]


def test_slots_that_keep_the_rate_are_good() -> None:
    finding = rate.judge(SLOTS, 3, NANOSECONDS, is_done=True)
    assert (finding.state, finding.figures["shortest span of 4 calls, s"]) == (State.PASSED, 1.0)


def test_an_interval_with_four_calls_fails() -> None:
    assert fault(rate.judge(SLOTS, 4, NANOSECONDS, is_done=True)).startswith("4 calls came in one interval")


def test_slots_that_do_not_come_fail() -> None:
    assert fault(rate.judge([], 0, NANOSECONDS, is_done=False)).startswith("the slots did not open in time")


def test_the_expected_slots_are_those_of_the_example_of_the_specification() -> None:
    submitted = [("MEDIUM", (4, 5)), ("HIGH", (6, 7, 8, 9))]
    assert order.expected_slots(submitted) == [(6, 7, 8), (4, 5, 9)]


def test_no_hole_is_filled_in_the_expected_slots() -> None:
    submitted = [("LOW", (1, 2)), ("LOW", (3, 4)), ("LOW", (5,)), ("MEDIUM", (6,))]
    assert order.expected_slots(submitted) == [(1, 2, 6), (3, 4, 5)]


def test_calls_that_come_together_are_one_slot() -> None:
    calls = [(0, 3), (5, 1), (9, 2), (100, 4), (200, 6), (201, 5)]
    assert order.grouped(calls, 100) == [(1, 2, 3), (4,), (5, 6)]


@pytest.mark.parametrize("seen", [[(4, 5, 6)], [(1, 2, 3)], []], ids=["other ids", "too few slots", "none"])
def test_slots_in_another_order_fail(seen: list[tuple[int, ...]]) -> None:
    assert "did not carry what was most urgent" in fault(order.judge([(1, 2, 3), (4, 5, 6)], seen))


def test_slots_in_the_expected_order_are_good() -> None:
    assert order.judge([(1, 2, 3), (4,)], [(1, 2, 3), (4,)]).state is State.PASSED


CRASHES = crash.Record(6, 70, [], False, 18, 3, 3)


def test_crashes_that_lose_nothing_and_repeat_one_slot_each_are_good() -> None:
    assert crash.judge(CRASHES).state is State.PASSED


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (replace(CRASHES, lost=[7, 9]), "2 accepted ids were never called, such as 7"),
        (replace(CRASHES, not_completed=True), "what was accepted was not completed in time"),
        (replace(CRASHES, most_in_an_interval=4), "4 calls came in one interval: 3 are allowed"),
        (replace(CRASHES, most_in_work=4), "4 calls were in work at once: 3 are allowed"),
        (replace(CRASHES, repeated=19), "19 calls were made again: 6 kills explain 18"),
    ],
    ids=["lost", "not completed", "rate", "in work", "repeated"],
)
def test_whatever_a_crash_breaks_is_named(record: crash.Record, sentence: str) -> None:
    assert fault(crash.judge(record)) == sentence


def test_restarts_that_wait_are_good_and_one_that_does_not_is_named() -> None:
    gaps = {"after a stop": NANOSECONDS, "after a kill": NANOSECONDS}
    assert restart.judge(gaps, NANOSECONDS, nothing_lost=True).state is State.PASSED
    assert fault(restart.judge({**gaps, "after a kill": None}, NANOSECONDS, nothing_lost=True)) == (
        "after a kill no slot came"
    )
    assert "was lost" in fault(restart.judge(gaps, NANOSECONDS, nothing_lost=False))
    early = restart.judge({**gaps, "after a kill": NANOSECONDS - 1}, NANOSECONDS, nothing_lost=True)
    assert fault(early) == "after a kill the first slot came too early"


def test_the_first_call_after_a_restart_is_the_first_one_after_the_end_of_the_process_before() -> None:
    # Of its last slot only two calls were made.
    assert restart.gap_around([100, 101, 600, 601, 602], ended=500) == 499
    assert restart.gap_around([100, 101], ended=500) is None


FULL = full_disk.Record(refused=True, said_so=True, calls_meanwhile=0, came_back=True, completed=True, lost=0)


def test_a_full_disk_that_costs_nothing_is_good() -> None:
    assert full_disk.judge(FULL).state is State.PASSED


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (replace(FULL, refused=False), "was accepted that could not be written"),
        (replace(FULL, said_so=False), "said that it was ready"),
        (replace(FULL, calls_meanwhile=3), "in a slot that could not be written"),
        (replace(FULL, came_back=False), "did not get ready again"),
        (replace(FULL, lost=2), "2 accepted ids were lost"),
        (replace(FULL, completed=False), "not completed in time"),
    ],
    ids=["accepted", "silent", "called", "stayed away", "lost", "not completed"],
)
def test_whatever_a_full_disk_breaks_is_named(record: full_disk.Record, words: str) -> None:
    assert words in fault(full_disk.judge(record))
