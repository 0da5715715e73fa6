"""A loop survives unexpected errors, and never ends in silence."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from ingest_service.errors import StoreStopped
from ingest_service.loop import EXIT_STATUS, MOST_ERRORS, PAUSE_AFTER_ERROR, Loop
from tests.doubles import VirtualClock


class Rounds(Loop):
    """A loop whose rounds do what the test wants."""

    name = "loop"

    def __init__(self, clock: VirtualClock, *rounds: Callable[[], bool]) -> None:
        self.given_up: list[str] = []
        super().__init__(clock, self.given_up.append)
        self._rounds = iter(rounds)
        self.done = 0

    def run_once(self) -> bool:
        self.done += 1
        return next(self._rounds)()


def fails() -> bool:
    raise ZeroDivisionError("no such number")


def succeeds() -> bool:
    return True


def ends() -> bool:
    return False


def store_stops() -> bool:
    raise StoreStopped


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def test_a_loop_goes_on_after_an_unexpected_error_and_a_pause(
    clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    loop, began = Rounds(clock, fails, succeeds, ends), clock.now()
    loop.start()
    loop.join()
    assert (loop.done, loop.given_up) == (3, [])
    assert clock.now() == began + PAUSE_AFTER_ERROR
    assert "ZeroDivisionError: no such number" in caplog.text


def test_the_trouble_of_a_loop_shows_until_a_round_succeeds(clock: VirtualClock) -> None:
    loop = Rounds(clock, fails, succeeds)
    assert loop.trouble == "the loop does not run; the log says why"
    loop.run_supervised()
    assert loop.failing
    loop.run_supervised()
    assert not loop.failing


def test_a_loop_that_fails_every_time_gives_up_once(clock: VirtualClock) -> None:
    loop = Rounds(clock, *[fails] * (MOST_ERRORS + 5))
    loop.start()
    loop.join()
    assert loop.given_up == [f"the loop failed {MOST_ERRORS} times in a row"]
    assert loop.done == MOST_ERRORS


def has_no_memory() -> bool:
    raise MemoryError


def test_a_loop_without_memory_gives_up_at_once(clock: VirtualClock) -> None:
    loop = Rounds(clock, has_no_memory, succeeds)
    loop.start()
    loop.join()
    assert (loop.done, loop.given_up) == (1, ["the loop has no memory left"])


def test_a_success_in_between_starts_the_count_anew(clock: VirtualClock) -> None:
    loop = Rounds(clock, *[fails] * (MOST_ERRORS - 1), succeeds, *[fails] * (MOST_ERRORS - 1), ends)
    loop.start()
    loop.join()
    assert loop.given_up == []


def test_a_store_that_was_closed_ends_a_loop_without_an_alarm(
    clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    loop = Rounds(clock, store_stops)
    loop.start()
    loop.join()
    assert loop.given_up == []
    assert "the store was closed before the loop had ended" in caplog.text
    assert "failed unexpectedly" not in caplog.text


def test_a_loop_that_is_halted_during_its_pause_ends_at_once(clock: VirtualClock) -> None:
    loop, began = Rounds(clock, fails, succeeds), clock.now()
    clock.at(began + PAUSE_AFTER_ERROR // 2, loop.halt)
    loop.start()
    loop.join()
    assert loop.done == 1
    assert clock.now() == began + PAUSE_AFTER_ERROR // 2


def test_a_loop_may_be_stopped_before_it_starts_and_started_again(clock: VirtualClock) -> None:
    loop = Rounds(clock, ends, ends)
    assert loop.stop(0)
    for _ in range(2):
        loop.start()
        assert loop.join(10)
    assert loop.done == 2


STDERR_THAT_IS_CLOSED = "os.close(reading)"
STDERR_THAT_IS_FULL = "os.set_blocking(2, False)\nwhile fill(): pass\nos.set_blocking(2, True)"
GIVING_UP = """
import os
from ingest_service.loop import exit_process

def fill():
    try:
        return os.write(2, bytes(4096))
    except BlockingIOError:
        return 0

reading, writing = os.pipe()
os.dup2(writing, 2)
{stderr}
exit_process("the loop failed")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], timeout=60, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("stderr", [STDERR_THAT_IS_CLOSED, STDERR_THAT_IS_FULL], ids=["closed", "full"])
def test_a_process_that_gives_up_ends_though_its_standard_error_is_not_read(stderr: str) -> None:
    assert run(GIVING_UP.format(stderr=stderr)).returncode == EXIT_STATUS


A_THREAD_THAT_FAILS = """
import threading
from ingest_service.loop import exit_with_thread

threading.excepthook = exit_with_thread
threading.Thread(target=lambda: {failure}, name="worker").start()
threading.Event().wait(10)
print("goes on")
"""


def ended_with(failure: str) -> tuple[int, str]:
    ended = run(A_THREAD_THAT_FAILS.format(failure=failure))
    return ended.returncode, ended.stderr


def test_a_thread_that_an_exception_ends_ends_the_process() -> None:
    sentence = (
        "ingest_service: the thread 'worker' has ended: ZeroDivisionError('division by zero'); the process ends"
    )
    assert ended_with("1 / 0") == (EXIT_STATUS, f"{sentence}\n")


A_THREAD_THAT_CANNOT_BEGIN = """
import sys
import threading
from ingest_service.loop import exit_with_unbegun_thread

class Unbegun(threading.Thread):
    def _set_ident(self):
        raise MemoryError

sys.unraisablehook = exit_with_unbegun_thread
Unbegun(daemon=True).start()
"""
AN_OBJECT_THAT_CANNOT_BE_DELETED = """
import sys
from ingest_service.loop import exit_with_unbegun_thread

class Undeletable:
    def __del__(self):
        raise ValueError("of an object")

sys.unraisablehook = exit_with_unbegun_thread
Undeletable()
print("goes on")
"""


def test_a_thread_that_cannot_begin_ends_the_process_and_nothing_waits_for_it() -> None:
    ended = run(A_THREAD_THAT_CANNOT_BEGIN)
    assert ended.returncode == EXIT_STATUS
    assert ended.stderr.startswith("ingest_service: a thread could not begin: ")
    assert ended.stderr.endswith("; the process ends\n")


def test_another_exception_that_nothing_can_catch_is_told_and_the_process_goes_on() -> None:
    ended = run(AN_OBJECT_THAT_CANNOT_BE_DELETED)
    assert (ended.returncode, ended.stdout) == (0, "goes on\n")
    assert "ValueError: of an object" in ended.stderr


def test_a_loop_has_ended_once_its_thread_ran_and_runs_no_more(clock: VirtualClock) -> None:
    loop = Rounds(clock, ends)
    assert not loop.ended
    loop.start()
    loop.join()
    assert loop.ended
