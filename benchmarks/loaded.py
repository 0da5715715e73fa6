"""Servers under the same load, one after the other, in several rounds."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

from benchmarks.load import latencies
from benchmarks.measure import percentile

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, by its port and process id, and the request that it is to answer."""

    port: int
    process: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """The work of a server under load: requests a second; p99 and processor time of a request in seconds."""

    rate: float
    p99: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.rate:6.0f}/s  p99 {self.p99 * 1000:6.2f} ms  {self.cpu * 1e6:5.0f} µs of CPU"


def in_turn(servers: Sequence[Asked], connections: int, rounds: int, window: float) -> list[Loaded]:
    """Load every server once in each round, for `window` seconds; return the medians of each.

    A first round is not counted.
    """
    measured: list[list[Loaded]] = [[] for _ in servers]
    for number, (server, kept) in product(range(rounds + 1), list(zip(servers, measured, strict=True))):
        loaded = _load(server, connections, window)
        if number > 0:
            kept.append(loaded)
    return [Loaded(*map(median, _columns(of_one))) for of_one in measured]


def _columns(loads: list[Loaded]) -> Iterator[tuple[float, ...]]:
    return zip(*((one.rate, one.p99, one.cpu) for one in loads), strict=True)


def _load(server: Asked, connections: int, window: float) -> Loaded:
    before = _cpu_seconds(server.process)
    taken = latencies(server.port, server.request, connections, window)
    used = _cpu_seconds(server.process) - before
    return Loaded(len(taken) / window, percentile(taken, 99), used / len(taken))


def _cpu_seconds(process: int) -> float:
    """Return the processor time that a process has used up to now, in all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
