"""Shared by the benchmarks: interleaved medians, percentiles, memory, and a directory on this disk."""

import time
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TypeVar

T = TypeVar("T")


def here() -> TemporaryDirectory[str]:
    """Make a temporary directory in the current one: on its disk, where /tmp may be memory."""
    return TemporaryDirectory(prefix="benchmark-", dir=".")


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """Return the result of a call and the seconds that it takes."""
    started = time.perf_counter()
    returned = call()
    return returned, time.perf_counter() - started


def seconds(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    return timed(call)[1]


def medians(rounds: int, *ways: Callable[[], float]) -> list[float]:
    """Measure every way once in each round, so that noise falls on all alike; return the median of each."""
    measured = [[way() for way in ways] for _ in range(rounds)]
    return [median(of_one_way) for of_one_way in zip(*measured, strict=True)]


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that this percentage of the values does not exceed."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def kept_bytes(make: Callable[[], object]) -> int:
    """Return the bytes of memory that the thing that is made keeps."""
    tracemalloc.start()
    kept = make()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size
