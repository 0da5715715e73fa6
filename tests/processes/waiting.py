"""Waiting for events in other processes."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Block until the condition holds, for at most this time; return whether it does."""
    deadline = time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return true


def eventually(condition: Callable[[], bool]) -> None:
    """Block until the condition holds. Raises AssertionError if it does not hold within PATIENCE_SECONDS."""
    assert comes_true(condition, PATIENCE_SECONDS), f"not within {PATIENCE_SECONDS:.0f} seconds"
